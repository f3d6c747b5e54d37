"""飞书 group robot, signed (签名校验): time and HMAC stand in the body. Refusals come as ``code`` in a 200.

100 messages a minute and 5 a second, bodies up to 20 KB (open.feishu.cn, 自定义机器人使用指南).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels.base import Adapter, Config, Field, Text, refuse, say

LIMIT = 6000
BUSY = frozenset({11232, 11233, 99991400})
HOPELESS = frozenset({19001, 19002, 19021, 19022, 19024, 11246})


def send(config: Config, text: Text) -> None:
    """Say it in the robot's group."""
    document: dict[str, object] = {"msg_type": "text", "content": {"text": text.whole(LIMIT)}}
    if config.get("secret"):
        document |= signature(config["secret"], int(clock.real().timestamp()))
    answer = say(config["url"], document)
    # Old robots answer with StatusCode alone.
    code = answer.get("code", answer.get("StatusCode"))
    if code == 9499 and "too many" in str(answer.get("msg", "")).lower():
        code = 11232  # the gateway in front says "bad request" for its own rate limit too
    if code != 0:
        refuse("feishu", code, busy=BUSY, hopeless=HOPELESS)


def signature(secret: str, seconds: int) -> dict[str, str]:
    """The two fields of a signed call: HMAC-SHA256 over nothing, under "time, line break, secret"."""
    signed = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(signed).decode()}


ADAPTER = Adapter(
    "feishu_robot",
    (
        Field("url", Label("Webhook 地址", "Webhook address"), secret=True, hint=Label(
            "群设置 → 群机器人 → 自定义机器人，复制 https://open.feishu.cn/open-apis/bot/v2/hook/… 整个地址。",
            "Group settings → bots → custom bot; copy the whole address https://open.feishu.cn/open-apis/bot/v2/hook/…",
        )),
        Field("secret", Label("签名密钥", "Signing secret"), secret=True, required=False, hint=Label(
            "安全设置选“签名校验”时必填。", "Needed with the security setting “signature verification”."
        )),
    ),
    send,
    {
        "feishu.11232": Label("飞书限流，稍后再发", "Feishu's rate limit, sent later"),
        "feishu.11233": Label("飞书限流，稍后再发", "Feishu's rate limit, sent later"),
        "feishu.9499": Label("飞书不接受此请求", "Feishu does not take the request"),
        "feishu.19001": Label("机器人地址无效", "The robot's address is wrong"),
        "feishu.19021": Label("签名不符或服务器时间不准", "The signature does not fit, or the server's clock is wrong"),
        "feishu.19022": Label("服务器 IP 不在机器人白名单", "The server's IP is not on the robot's list"),
        "feishu.19024": Label("消息不含机器人要求的关键词", "The message lacks the robot's keyword"),
    },
)  # fmt: skip
