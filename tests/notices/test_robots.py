"""Group robots of 企业微信, 钉钉 and 飞书: what is said, how it is signed, and refusals inside of a 200."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chuangcheng.kernel import clock
from chuangcheng.notices import outside
from chuangcheng.notices.channels import ADAPTERS, dingtalk_robot, feishu_robot, reason_of
from chuangcheng.notices.channels.base import Refusal, Text, cut
from tests.notices.loopback import Reply, Service, says

TEXT = Text("案件即将超期", "案件即将超期：AJ20260915-000001", "https://city.example/desk/cases/1/")
ROBOTS = ("wecom_robot", "dingtalk_robot", "feishu_robot")
SECRET = "SEC0123456789abcdef"
FINE = {"wecom_robot": {"errcode": 0, "errmsg": "ok"}, "dingtalk_robot": {"errcode": 0, "errmsg": "ok"},
        "feishu_robot": {"code": 0, "msg": "success", "data": {}}}  # fmt: skip


def address(service: Service) -> str:
    return f"{service.url}/robot/send?key=topsecretkey"


def refusal(kind: str, service: Service, **more: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        ADAPTERS[kind].send({"url": address(service), **more}, TEXT)
    return caught.value


@pytest.mark.parametrize("kind", ROBOTS)
def test_what_the_service_takes_has_gone_out(service: Service, kind: str) -> None:
    service.answer(says(FINE[kind]))
    ADAPTERS[kind].send({"url": address(service)}, TEXT)
    asked = service.asked[0]
    said = asked.json["content"] if kind == "feishu_robot" else asked.json["text"]
    assert next(iter(said.values())) == "案件即将超期：AJ20260915-000001\nhttps://city.example/desk/cases/1/"
    assert asked.path == "/robot/send?key=topsecretkey"
    assert asked.headers["content-type"].startswith("application/json")


def test_an_old_feishu_robot_answers_in_its_old_words(service: Service) -> None:
    service.answer(says({"StatusCode": 0, "StatusMessage": "success"}))
    ADAPTERS["feishu_robot"].send({"url": address(service)}, TEXT)
    assert len(service.asked) == 1


def test_the_words_of_each_kind() -> None:
    assert {adapter.kind for adapter in ADAPTERS.values()} == {*ROBOTS, "wecom_app"}


# refusals in the body of a 200, by whether a later try may help and whether the robot needs rest
REFUSED = [
    ("wecom_robot", {"errcode": 93000, "errmsg": "invalid webhook url, hint: [topsecretkey]"}, "wecom.93000", False, None),
    ("wecom_robot", {"errcode": -1, "errmsg": "system busy"}, "wecom.-1", True, None),
    ("wecom_robot", {"errcode": 45009, "errmsg": "api freq out of limit"}, "wecom.45009", True, 60),
    ("wecom_robot", {}, "wecom.0", True, None),
    ("dingtalk_robot", {"errcode": 310000, "errmsg": "sign not match"}, "dingtalk.310000", False, None),
    ("dingtalk_robot", {"errcode": 300005, "errmsg": "token is not exist"}, "dingtalk.300005", False, None),
    ("dingtalk_robot", {"errcode": 130101, "errmsg": "send too fast"}, "dingtalk.130101", True, 600),
    ("dingtalk_robot", {"errcode": 90018}, "dingtalk.90018", True, 60),
    ("dingtalk_robot", {"errcode": "0"}, "dingtalk.0", True, None),
    ("feishu_robot", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "feishu.19021", False, None),
    ("feishu_robot", {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, "feishu.19001", False, None),
    ("feishu_robot", {"code": 11232, "msg": "frequency limited"}, "feishu.11232", True, 60),
    ("feishu_robot", {"code": 9499, "msg": "too many request"}, "feishu.11232", True, 60),
    ("feishu_robot", {"code": 9499, "msg": "Bad Request"}, "feishu.9499", True, None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "code", "again", "rest"), REFUSED, ids=[f"{r[2]}-{i}" for i, r in enumerate(REFUSED)])  # fmt: skip
def test_a_refusal_inside_of_a_200(
    service: Service, kind: str, answer: Any, code: str, again: bool, rest: int | None
) -> None:
    service.answer(says(answer))
    found = refusal(kind, service)
    assert (found.code, found.again) == (code, again)
    assert found.rest == (timedelta(seconds=rest) if rest else None)


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    ("reply", "code", "again"),
    [
        (Reply(500, b"<html>"), "http.500", True),
        (Reply(502, b""), "http.502", True),
        (Reply(404, b"<html>"), "http.404", False),
        (Reply(200, b"<html>a page to sign in"), "not_json", True),
        (Reply(200, b"[1]"), "not_json", True),
        (Reply(200, b""), "not_json", True),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), "redirect", False),
    ],
    ids=lambda value: value.status if isinstance(value, Reply) else None,
)
def test_what_is_no_answer_of_the_service(
    service: Service, kind: str, reply: Reply, code: str, again: bool
) -> None:  # fmt: skip
    service.answer(reply)
    found = refusal(kind, service)
    assert (found.code, found.again, found.rest) == (code, again, None)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_rate_limit_of_the_gateway_says_how_long(service: Service, kind: str) -> None:
    for asked, pause in (("90", 90), ("1", 60), ("99999", 3600), ("soon", 60), ("-5", 60)):
        service.answer(Reply(429, b"", {"Retry-After": asked}))
        assert refusal(kind, service).rest == timedelta(seconds=pause)


@pytest.mark.parametrize("kind", ROBOTS)
def test_no_answer_at_all(service: Service, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "TIMEOUT", 0.2)
    service.answer(Reply(hang=True))
    found = refusal(kind, service)
    assert (found.code, found.again) == ("timeout", True)


@pytest.mark.parametrize("kind", ROBOTS)
def test_no_secret_in_errors_and_logs(service: Service, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies = [says({"errcode": 93000, "code": 19001, "errmsg": "topsecretkey"}), Reply(500, b"topsecretkey"),
               Reply(302, b"", {"Location": "https://x.example/?key=topsecretkey"}), Reply(200, b"topsecretkey")]  # fmt: skip
    for reply in replies:
        service.answer(reply)
        found = refusal(kind, service, secret=SECRET)
        told = f"{found!r} {found} {found.__cause__} {caplog.text}"
        assert "topsecretkey" not in told and SECRET not in told


def test_dingtalk_is_signed_by_address(service: Service) -> None:
    service.answer(says(FINE["dingtalk_robot"]))
    ADAPTERS["dingtalk_robot"].send({"url": address(service), "secret": SECRET}, TEXT)
    asked = parse_qs(urlsplit(service.asked[0].path).query)
    stamp = asked["timestamp"][0]
    expected = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(asked["sign"][0]) == expected
    assert abs(int(stamp) / 1000 - clock.real().timestamp()) < 60  # milliseconds of the machine's own time
    assert asked["key"] == ["topsecretkey"]


def test_feishu_is_signed_in_the_body(service: Service) -> None:
    service.answer(says(FINE["feishu_robot"]))
    ADAPTERS["feishu_robot"].send({"url": address(service), "secret": SECRET}, TEXT)
    body = service.asked[0].json
    expected = hmac.new(f"{body['timestamp']}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert base64.b64decode(body["sign"]) == expected
    assert abs(int(body["timestamp"]) - clock.real().timestamp()) < 60  # seconds


def test_signatures_are_the_ones_of_the_services_documents() -> None:
    """Reckoned once with openssl, so that a slip in both the code and the test above shows."""
    assert dingtalk_robot.signature("SECxyz", 1600000000000)["sign"] == "8cLJgw10Z06m7buEWqPTOtaQzWRDbAInH3uCRl7fOTc="
    assert feishu_robot.signature("demo", 1600000000)["sign"] == "HQV03+so/amIWQSXS50Llvl9vzTATYaRg+mJZ+EZzjY="


def test_without_a_secret_nothing_is_signed(service: Service) -> None:
    for kind in ("dingtalk_robot", "feishu_robot"):
        service.answer(says(FINE[kind]))
        ADAPTERS[kind].send({"url": address(service), "secret": ""}, TEXT)
    assert all("sign" not in asked.path and "sign" not in asked.json for asked in service.asked)


def test_a_long_text_is_cut_between_characters_and_keeps_its_address() -> None:
    text = Text("题", "长" * 2000, "https://city.example/1")
    whole = text.whole(2048)
    assert len(whole.encode()) <= 2048
    assert whole.endswith("…\nhttps://city.example/1")
    assert cut("短", 3) == "短"
    assert cut("长长", 4) == "…"
    assert Text("a", "b").whole(10) == "b"


def test_every_reason_is_told_in_both_languages() -> None:
    assert reason_of("wecom.93000").text("en") != reason_of("wecom.93000").text("zh-hans")
    assert reason_of("something.new").zh == "something.new"
    assert reason_of("SMTPRecipientsRefused 550").en == "SMTPRecipientsRefused 550"
    assert reason_of("http.500").zh == "对方应答 500"
    assert reason_of("dingtalk.99").en == "DingTalk's error 99"
