"""The ways out of the house, one package each. What they share stands in :mod:`.base`."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels import base, dingtalk_robot, feishu_robot, web_push, wecom_app, wecom_robot

#: Kinds that are set up on the desk, by the code of :class:`~chuangcheng.notices.models.ChannelKind`.
ADAPTERS = {module.ADAPTER.kind: module.ADAPTER for module in (wecom_robot, wecom_app, dingtalk_robot, feishu_robot)}
_SERVICES = {
    "http": Label("对方应答", "Answered with"),
    "wecom": Label("企业微信错误码", "WeCom's error"),
    "dingtalk": Label("钉钉错误码", "DingTalk's error"),
    "feishu": Label("飞书错误码", "Feishu's error"),
}
_REASONS: dict[str, Label] = {**base.REASONS, **web_push.REASONS}
for _adapter in ADAPTERS.values():
    _REASONS |= _adapter.reasons


def reason_of(code: str) -> Label:
    """Why something was not sent, in words; a code of a service that is not known here stands with the service's name,
    anything else (a mail server's own error) as it is."""
    service, _, number = code.partition(".")
    if code in _REASONS or service not in _SERVICES:
        return _REASONS.get(code, Label(code, code))
    name = _SERVICES[service]
    return Label(f"{name.zh} {number}", f"{name.en} {number}")
