"""企业微信 application message (also 政务微信, by its own host): to one person's account.

An access token is fetched with the application's secret, kept for its life and fetched once more when the service calls
it stale. A person whom the application cannot see comes back as ``invaliduser`` under errcode 0 or as errcode 81013.
"""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import quote, urlencode

from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel.label import Label
from chuangcheng.notices.channels.base import Adapter, Config, Field, Refusal, Text, ask, refuse, say

HOST = "https://qyapi.weixin.qq.com"
LIMIT = 2048
STALE = frozenset({40014, 42001, 41001})
BUSY = frozenset({45009, 45033})
HOPELESS = frozenset({40001, 40013, 40056, 40058, 60020, 81013, 301002, 48002})
_tokens: dict[str, tuple[float, str]] = {}
_lock = threading.Lock()


def send(config: Config, text: Text) -> None:
    """Send it to ``text.to``, the person's account."""
    if not text.to:
        raise Refusal("no_address", again=False)
    answer = _message(config, text, _token(config))
    if answer.get("errcode") in STALE:
        forget(config)
        answer = _message(config, text, _token(config))
    if answer.get("errcode") != 0:
        refuse("wecom", answer.get("errcode"), busy=BUSY, hopeless=HOPELESS)
    if answer.get("invaliduser") or answer.get("unlicenseduser"):
        raise Refusal("wecom.81013", again=False)


def forget(config: Config) -> None:
    """Fetch a new token at the next message."""
    with _lock:
        _tokens.pop(_key(config), None)


def _message(config: Config, text: Text, token: str) -> dict[str, Any]:
    agent = config["agent"]
    return say(
        f"{_host(config)}/cgi-bin/message/send?access_token={quote(token, safe='')}",
        {
            "touser": text.to.replace("|", ""),  # "|" separates accounts, "@all" is everybody
            "msgtype": "text",
            "agentid": int(agent) if agent.isdecimal() else agent,
            "text": {"content": text.whole(LIMIT)},
            "enable_duplicate_check": 1,  # a try whose answer was lost is not said twice within half an hour
        },
    )


def _token(config: Config) -> str:
    key = _key(config)
    with _lock:
        ends, token = _tokens.get(key, (0.0, ""))
    if time.monotonic() < ends:
        return token
    asked = urlencode({"corpid": config["corp"], "corpsecret": config["secret"]})
    answer = ask(f"{_host(config)}/cgi-bin/gettoken?{asked}")
    token = answer.get("access_token") or ""
    if answer.get("errcode", 0) != 0 or not isinstance(token, str) or not token:
        refuse("wecom", answer.get("errcode"), busy=BUSY, hopeless=HOPELESS)
    life = answer.get("expires_in")
    with _lock:
        # A minute early, so that none runs out on its way.
        _tokens[key] = (time.monotonic() + (life if isinstance(life, int) else 0) - 60, token)
    return token


def _host(config: Config) -> str:
    return (config.get("host") or HOST).rstrip("/")


def _key(config: Config) -> str:
    return digest_of("wecom.token", [_host(config), config["corp"], config["secret"]])


ADAPTER = Adapter(
    "wecom_app",
    (
        Field("corp", Label("企业 ID", "Corporation id"), hint=Label("形如 ww…", "Like ww…")),
        Field("agent", Label("应用 AgentId", "Application's AgentId")),
        Field("secret", Label("应用 Secret", "Application's secret"), secret=True),
        Field("host", Label("接口地址", "Address of the service"), required=False, default=HOST, hint=Label(
            "政务微信或私有部署填本单位的接口地址。", "For a private installation, its own address."
        )),
    ),
    send,
    {
        "wecom.45009": Label("企业微信限流，稍后再发", "WeCom's rate limit, sent later"),
        "wecom.45033": Label("企业微信并发过多，稍后再发", "Too many at once for WeCom, sent later"),
        "wecom.40001": Label("应用 Secret 不正确", "The application's secret is wrong"),
        "wecom.40013": Label("企业 ID 不正确", "The corporation id is wrong"),
        "wecom.40056": Label("AgentId 不正确", "The AgentId is wrong"),
        "wecom.60020": Label("服务器 IP 不在应用的可信列表", "The server's IP is not on the application's list"),
        "wecom.81013": Label("账号不存在或不在应用可见范围", "No such account, or not visible to the application"),
    },
)  # fmt: skip
