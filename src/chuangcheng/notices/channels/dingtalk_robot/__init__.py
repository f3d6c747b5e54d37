"""钉钉 group robot, signed (加签): the address gets the time and an HMAC of it. Refusals come as ``errcode`` in a 200.

20 messages a minute, then ten minutes of silence (open.dingtalk.com, 自定义机器人接入).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlencode

from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels.base import Adapter, Config, Field, Refusal, Text, refuse, say

LIMIT = 6000
LIMITED = {130101: timedelta(minutes=10), 410100: timedelta(minutes=10), 90018: timedelta(minutes=1)}
HOPELESS = frozenset({300001, 300005, 310000, 40035, 400013, 430101, 430102, 430103, 430104})


def send(config: Config, text: Text) -> None:
    """Say it in the robot's group."""
    url = config["url"]
    if config.get("secret"):
        url += ("&" if "?" in url else "?") + urlencode(signature(config["secret"], _now()))
    answer = say(url, {"msgtype": "text", "text": {"content": text.whole(LIMIT)}})
    code = answer.get("errcode")
    if code == 0:
        return
    if isinstance(code, int) and code in LIMITED:
        raise Refusal(f"dingtalk.{code}", rest=LIMITED[code])
    refuse("dingtalk", code, busy=frozenset(), hopeless=HOPELESS)


def signature(secret: str, milliseconds: int) -> dict[str, str]:
    """The two parameters of a signed call: HMAC-SHA256 over "time, line break, secret" under the secret."""
    signed = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": str(milliseconds), "sign": base64.b64encode(signed).decode()}


def _now() -> int:
    return int(clock.real().timestamp() * 1000)  # the service compares it with its own time


ADAPTER = Adapter(
    "dingtalk_robot",
    (
        Field("url", Label("Webhook 地址", "Webhook address"), secret=True, hint=Label(
            "群设置 → 机器人 → 自定义，复制 https://oapi.dingtalk.com/robot/send?access_token=… 整个地址。",
            "Group settings → robots → custom; copy the whole address https://oapi.dingtalk.com/robot/send?access_token=…",
        )),
        Field("secret", Label("加签密钥", "Signing secret"), secret=True, required=False, hint=Label(
            "安全设置选“加签”时必填，以 SEC 开头。", "Needed with the security setting “signature”; begins with SEC."
        )),
    ),
    send,
    {
        "dingtalk.130101": Label("钉钉限流，十分钟后再发", "DingTalk's rate limit, sent ten minutes later"),
        "dingtalk.410100": Label("钉钉限流，十分钟后再发", "DingTalk's rate limit, sent ten minutes later"),
        "dingtalk.90018": Label("钉钉限流，稍后再发", "DingTalk's rate limit, sent later"),
        "dingtalk.300001": Label("机器人地址无效", "The robot's address is wrong"),
        "dingtalk.300005": Label("机器人地址无效或已被移除", "The robot's address is wrong or the robot was removed"),
        "dingtalk.310000": Label("钉钉安全设置不符（加签、关键词或 IP）",
                                 "DingTalk's security setting does not fit (signature, keyword or IP)"),
    },
)  # fmt: skip
