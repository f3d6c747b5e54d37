"""The ways out of the house, one package each. What they share stands in :mod:`.base`."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels import base, dingtalk_robot, feishu_robot, web_push, wecom_app, wecom_robot

#: Kinds that are set up on the desk, by the code of :class:`~chuangcheng.notices.models.ChannelKind`.
ADAPTERS = {module.ADAPTER.kind: module.ADAPTER for module in (wecom_robot, wecom_app, dingtalk_robot, feishu_robot)}
_REASONS: dict[str, Label] = {**base.REASONS, **web_push.REASONS}
for _adapter in ADAPTERS.values():
    _REASONS |= _adapter.reasons


def reason_of(code: str) -> Label:
    """Why something was not sent, in words; a code that is not known stands as it is."""
    return _REASONS.get(code, Label(code, code))
