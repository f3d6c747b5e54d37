"""What every channel is: what it asks of those who set it up, and how it sends one message or says why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

from chuangcheng.kernel.label import Label
from chuangcheng.notices import outside

Config = Mapping[str, str]
#: How long a channel rests after its service said that it is asked too often: the limits count by the minute.
RATE_REST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Text:
    """A notice ready to leave: ``title`` is one line, ``text`` all of it, ``url`` absolute or empty. ``to`` is the
    person's account where the channel speaks to persons."""

    title: str
    text: str
    url: str = ""
    to: str = ""

    def whole(self, limit: int) -> str:
        """Text and address within ``limit`` bytes of UTF-8; the address is never cut."""
        tail = f"\n{self.url}" if self.url else ""
        return cut(self.text, limit - len(tail.encode())) + tail


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the page of settings asks. A ``secret`` is never shown again."""

    name: str
    label: Label
    secret: bool = False
    required: bool = True
    hint: Label | None = None
    default: str = ""


class Refusal(Exception):
    """The message did not go out. ``code`` is short and holds no secret, ``again`` whether a later try may help,
    ``rest`` that the whole channel should be left alone for so long and the try not be counted."""

    def __init__(self, code: str, *, again: bool = True, rest: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.again, self.rest = code, again, rest


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of channel. ``send`` returns when the service took the message, or raises :class:`Refusal`."""

    kind: str
    fields: tuple[Field, ...]
    send: Callable[[Config, Text], None]
    reasons: Mapping[str, Label]


def cut(text: str, limit: int) -> str:
    """The text within ``limit`` bytes of UTF-8, whole characters, an ellipsis where something is missing."""
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: max(limit - 3, 0)].decode(errors="ignore") + "…"


def say(url: str, document: object) -> dict[str, Any]:
    """POST JSON and read the JSON answer; raises :class:`Refusal` where there is none."""
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        answer = outside.post(url, body, headers)
    except outside.OutsideError as error:
        raise unreachable(error) from None
    return read(answer)


def ask(url: str) -> dict[str, Any]:
    """GET a JSON answer; raises :class:`Refusal` where there is none."""
    try:
        return read(outside.get(url))
    except outside.OutsideError as error:
        raise unreachable(error) from None


def read(answer: outside.Answer) -> dict[str, Any]:
    """The JSON object of an answer. A service that is broken or overrun is tried again, other statuses are not."""
    if answer.status == 429:
        raise Refusal("http.429", rest=retry_after(answer))
    if answer.status >= 500:
        raise Refusal(f"http.{answer.status}")
    try:
        document = json.loads(answer.body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document  # services of this kind tell their refusals in the body, under 200 as under 400
    raise Refusal(f"http.{answer.status}" if answer.status != 200 else "not_json", again=answer.status == 200)


def retry_after(answer: outside.Answer) -> timedelta:
    """The pause a service asks for, between a minute and an hour."""
    asked = answer.headers.get("retry-after", "")
    seconds = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    return min(max(timedelta(seconds=seconds), RATE_REST), timedelta(hours=1))


def unreachable(error: outside.OutsideError) -> Refusal:
    """A failed request as a refusal. What only a person can mend is not tried again; an outage rests the channel."""
    hopeless = error.code in {"bad_url", "plain_http", "private_address", "redirect", "tls"}
    return Refusal(error.code, again=not hopeless)


def refuse(service: str, code: object, *, busy: frozenset[int], hopeless: frozenset[int]) -> NoReturn:
    """Turn the code of a refusal inside of a 200 into :class:`Refusal`."""
    number = code if isinstance(code, int) else 0
    name = f"{service}.{number}"
    if number in busy:
        raise Refusal(name, rest=RATE_REST)
    raise Refusal(name, again=number not in hopeless)


REASONS = {
    "bad_url": Label("地址不正确", "Not a usable address"),
    "plain_http": Label("只允许 https 地址", "Only https addresses are allowed"),
    "unknown_host": Label("域名无法解析", "Unknown host name"),
    "private_address": Label("不允许访问内部网络地址", "Addresses of the inner network are not allowed"),
    "refused": Label("连接失败", "Connection failed"),
    "timeout": Label("超时无应答", "No answer in time"),
    "tls": Label("安全证书不可信", "Certificate not trusted"),
    "redirect": Label("对方要求转到别处，未跟随", "A redirect, which is not followed"),
    "too_long": Label("应答过长", "Answer too long"),
    "broken": Label("应答不符合 HTTP", "Not an HTTP answer"),
    "not_json": Label("应答不是 JSON", "The answer is not JSON"),
    "http.429": Label("对方限流", "Rate limited"),
    "no_address": Label("没有收件地址", "No address to send to"),
    "no_device": Label("没有可用的浏览器", "No browser to send to"),
    "missing": Label("必填", "Needed"),
    "off": Label("已停用", "Switched off"),
}
