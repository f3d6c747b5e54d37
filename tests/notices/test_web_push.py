"""Web push: what a browser can open, what a push service can check, and who is forgotten."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chuangcheng.kernel import clock
from chuangcheng.notices.channels import web_push
from chuangcheng.notices.channels.base import Refusal, Text
from tests.notices.loopback import Reply, Service

TEXT = Text("案件即将超期", "案件即将超期：AJ1", "https://city.example/desk/cases/1/")


class Browser:
    """What a browser keeps of its subscription, and how it opens what arrives."""

    def __init__(self, endpoint: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = {"endpoint": endpoint, "p256dh": web_push.packed(point), "auth": web_push.packed(self.auth)}

    def open(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


@pytest.fixture
def browser(service: Service) -> Browser:
    service.answer(Reply(201, b""))
    return Browser(f"{service.url}/push/capability")


def test_the_browser_can_read_it_and_nobody_else(service: Service, browser: Browser) -> None:
    web_push.send(browser.subscription, TEXT)
    asked = service.asked[0]
    assert browser.open(asked.body) == {"title": TEXT.title, "text": TEXT.text, "url": TEXT.url}
    assert b"AJ1" not in asked.body
    assert asked.headers["content-encoding"] == "aes128gcm"
    assert int(asked.headers["ttl"]) == 86400
    with pytest.raises(http_ece.ECEException):
        Browser("https://other.example/").open(asked.body)


def test_the_example_of_rfc_8291() -> None:
    """Appendix A of the RFC, byte for byte."""
    sender = ec.derive_private_key(
        int.from_bytes(web_push.unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    subscription = {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }
    sealed = web_push.seal(
        b"When I grow up, I want to be a watermelon", subscription, key=sender,
        salt=web_push.unpacked("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert web_push.packed(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_two_messages_are_sealed_differently(service: Service, browser: Browser) -> None:
    web_push.send(browser.subscription, TEXT)
    web_push.send(browser.subscription, TEXT)
    assert service.asked[0].body != service.asked[1].body


def claims_of(header: str) -> tuple[Any, Any]:
    """The claims of a VAPID header, its signature checked with the key it names (RFC 8292)."""
    scheme, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    head, body, signature = parts["t"].split(".")
    raw = web_push.unpacked(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), web_push.unpacked(parts["k"]))
    der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    return json.loads(web_push.unpacked(body)), parts["k"]


def test_the_push_service_can_check_whose_it_is(service: Service, browser: Browser) -> None:
    web_push.send(browser.subscription, TEXT)
    claims, key = claims_of(service.asked[0].headers["authorization"])
    assert claims["aud"] == service.url
    assert claims["sub"] == "mailto:noreply@localhost"
    assert 0 < claims["exp"] - clock.real().timestamp() <= timedelta(hours=24).total_seconds()
    assert key == web_push.public_key()


def test_the_homes_key_stays_the_same_and_is_a_point(inner: Any) -> None:
    first = web_push.public_key()
    web_push._derived.cache_clear()
    assert web_push.public_key() == first
    assert len(web_push.unpacked(first)) == 65
    assert (inner.keys / "vapid").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone(service: Service, browser: Browser, status: int) -> None:
    service.answer(Reply(status, b""))
    with pytest.raises(web_push.Gone):
        web_push.send(browser.subscription, TEXT)


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [(400, "push.refused", False), (403, "push.refused", False), (413, "push.too_long", False),
     (500, "http.500", True), (301, "redirect", False), (418, "http.418", True)],
)  # fmt: skip
def test_other_answers(service: Service, browser: Browser, status: int, code: str, again: bool) -> None:
    service.answer(Reply(status, b"capability", {"Location": "https://x.example/"}))
    with pytest.raises(Refusal) as caught:
        web_push.send(browser.subscription, TEXT)
    assert (caught.value.code, caught.value.again) == (code, again)
    assert "capability" not in repr(caught.value)


def test_too_many(service: Service, browser: Browser) -> None:
    service.answer(Reply(429, b"", {"Retry-After": "120"}))
    with pytest.raises(Refusal) as caught:
        web_push.send(browser.subscription, TEXT)
    assert caught.value.rest == timedelta(seconds=120)


def test_a_long_text_still_fits(service: Service, browser: Browser) -> None:
    web_push.send(browser.subscription, Text("题" * 500, "长" * 5000, "https://city.example/1"))
    assert len(service.asked[0].body) <= 4096


def broken(**more: str) -> dict[str, str]:
    return {**Browser("https://push.example/1").subscription, **more}


def test_what_a_browser_gives_is_looked_at() -> None:
    assert web_push.is_sound(broken())


@pytest.mark.parametrize(
    "given",
    [{}, broken(endpoint="ftp://x"), broken(endpoint="http://push.example/"), broken(p256dh="AAAA"), broken(auth="AAAA"),
     broken(auth="not base64!"), broken(p256dh=base64.b64encode(b"\x04" + bytes(64)).decode()), broken(auth="汉")],
)  # fmt: skip
def test_what_is_no_subscription(given: dict[str, str]) -> None:
    assert not web_push.is_sound(given)
