"""Web push: encrypted for one browser (RFC 8291, aes128gcm), signed by the home's own key (VAPID, RFC 8292).

The push service sees an address and a length, nothing else. The key pair is derived from ``HOME/keys/vapid``; a home
that loses it must ask every browser anew.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices import outside
from chuangcheng.notices.channels.base import Refusal, Text, cut, retry_after, unreachable

KEPT = timedelta(days=1)  # by the push service for a browser that is off
LIMIT = 2000  # bytes of text; services take bodies of 4096 bytes
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_CURVE = ec.SECP256R1()

REASONS = {
    "push.gone": Label("浏览器已取消订阅", "The browser has unsubscribed"),
    "push.refused": Label("推送服务不接受此订阅", "The push service does not take this subscription"),
    "push.too_long": Label("推送内容过长", "The message is too long"),
}


class Gone(Refusal):
    """The browser does not want it any more: the subscription is to be forgotten."""

    def __init__(self) -> None:
        super().__init__("push.gone", again=False)


def send(subscription: Mapping[str, str], text: Text) -> None:
    """Send to one browser: ``endpoint``, ``p256dh`` and ``auth`` as it gave them. Raises :class:`Refusal`."""
    url = subscription["endpoint"]
    document = {"title": cut(text.title, 200), "text": cut(text.text, LIMIT), "url": text.url}
    body = seal(json.dumps(document, ensure_ascii=False).encode(), subscription)
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT.total_seconds())),
        **authorisation(url),
    }
    try:
        answer = outside.post(url, body, headers)
    except outside.OutsideError as error:
        raise unreachable(error) from None
    _judge(answer)


def _judge(answer: outside.Answer) -> None:
    if answer.status in (200, 201, 202, 204):
        return
    if answer.status in (404, 410):
        raise Gone
    if answer.status == 413:
        raise Refusal("push.too_long", again=False)
    if answer.status == 429:
        raise Refusal("http.429", rest=retry_after(answer))
    if answer.status in (400, 401, 403):
        raise Refusal("push.refused", again=False)
    raise Refusal(f"http.{answer.status}")


def seal(plain: bytes, subscription: Mapping[str, str], *, salt: bytes | None = None,
         key: ec.EllipticCurvePrivateKey | None = None) -> bytes:  # fmt: skip
    """``plain`` for the eyes of that browser. ``salt`` and ``key`` are fresh each time; tests give the RFC's own."""
    sealed: bytes = http_ece.encrypt(
        plain, salt=salt or os.urandom(16), private_key=key or ec.generate_private_key(_CURVE),
        dh=unpacked(subscription["p256dh"]), auth_secret=unpacked(subscription["auth"]), version="aes128gcm",
    )  # fmt: skip
    return sealed


def authorisation(url: str) -> dict[str, str]:
    """The header that says whose message it is: signed for that push service, valid for twelve hours."""
    parts = urlsplit(url)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.real() + timedelta(hours=12)).timestamp()),
        "sub": f"mailto:{settings.CITY.mail_from}",
    }
    signer = Vapid02(conf={"no-strict": True})  # a sender such as noreply@localhost is fine for the services
    signer.private_key = _key()
    return {"Authorization": signer.sign(claims)["Authorization"]}


def public_key() -> str:
    """The ``applicationServerKey`` that browsers subscribe with, base64url."""
    point = _key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return packed(point)


def is_sound(subscription: Mapping[str, str]) -> bool:
    """Whether keys and address are of the form that :func:`send` needs."""
    try:
        outside.target(subscription["endpoint"])
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, unpacked(subscription["p256dh"]))
        return len(unpacked(subscription["auth"])) == 16
    except (KeyError, ValueError, outside.OutsideError):
        return False


def packed(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes behind :func:`packed`; ValueError for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error


def _key() -> ec.EllipticCurvePrivateKey:
    return _derived(settings.CITY.key("vapid"))


@cache
def _derived(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, _CURVE)
