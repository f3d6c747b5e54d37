"""企业微信 group robot: one address with a key in it. Refusals come as ``errcode`` in the body of a 200.

Text up to 2048 bytes, 20 messages a minute each robot (developer.work.weixin.qq.com, 群机器人配置说明).
"""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels.base import Adapter, Config, Field, Text, refuse, say

LIMIT = 2048
BUSY = frozenset({45009, 45033})  # too many calls; too many at once
HOPELESS = frozenset({93000, 40008, 40058, 41001})  # no such robot; the message itself is refused; no key


def send(config: Config, text: Text) -> None:
    """Say it in the robot's group."""
    answer = say(config["url"], {"msgtype": "text", "text": {"content": text.whole(LIMIT)}})
    if answer.get("errcode") != 0:
        refuse("wecom", answer.get("errcode"), busy=BUSY, hopeless=HOPELESS)


ADAPTER = Adapter(
    "wecom_robot",
    (
        Field("url", Label("Webhook 地址", "Webhook address"), secret=True, hint=Label(
            "群设置 → 群机器人 → 添加，复制 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=… 整个地址。",
            "Group settings → robots → add; copy the whole address https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
        )),
    ),
    send,
    {
        "wecom.45009": Label("企业微信限流，稍后再发", "WeCom's rate limit, sent later"),
        "wecom.45033": Label("企业微信并发过多，稍后再发", "Too many at once for WeCom, sent later"),
        "wecom.93000": Label("机器人地址无效或已被移除", "The robot's address is wrong or the robot was removed"),
        "wecom.40058": Label("企业微信不接受此内容", "WeCom does not take this content"),
    },
)  # fmt: skip
