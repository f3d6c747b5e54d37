"""企业微信 application messages: token, message, and every way in which they are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chuangcheng.notices.channels import ADAPTERS
from chuangcheng.notices.channels.base import Refusal, Text
from tests.notices.loopback import Reply, Service, says

TOKEN, MESSAGE = "/cgi-bin/gettoken", "/cgi-bin/message/send"
TEXT = Text("案件即将超期", "案件即将超期", "https://city.example/1", "zhangsan")


@pytest.fixture
def config(service: Service) -> dict[str, str]:
    service.by_path[TOKEN] = says({"errcode": 0, "access_token": "token+/1", "expires_in": 7200})
    service.by_path[MESSAGE] = says({"errcode": 0, "errmsg": "ok", "msgid": "m"})
    return {"corp": "ww1", "agent": "1000002", "secret": "appsecret", "host": service.url + "/"}


def send(config: dict[str, str], text: Text = TEXT) -> None:
    ADAPTERS["wecom_app"].send(config, text)


def paths(service: Service) -> list[str]:
    return [urlsplit(asked.path).path for asked in service.asked]


def test_a_token_is_fetched_once_for_many_messages(service: Service, config: dict[str, str]) -> None:
    send(config)
    send(config)
    assert paths(service) == [TOKEN, MESSAGE, MESSAGE]
    assert parse_qs(urlsplit(service.asked[0].path).query) == {"corpid": ["ww1"], "corpsecret": ["appsecret"]}
    assert parse_qs(urlsplit(service.asked[1].path).query) == {"access_token": ["token+/1"]}
    body = service.asked[1].json
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("zhangsan", 1000002, "text")
    assert body["text"]["content"] == "案件即将超期\nhttps://city.example/1"


def test_two_applications_have_two_tokens(service: Service, config: dict[str, str]) -> None:
    send(config)
    send({**config, "secret": "another"})
    assert paths(service).count(TOKEN) == 2


@pytest.mark.parametrize("code", [40014, 42001, 41001])
def test_a_stale_token_is_fetched_once_more(service: Service, config: dict[str, str], code: int) -> None:
    service.by_path.pop(MESSAGE)
    service.answer(says({"errcode": code}), says({"errcode": 0}))
    send(config)
    assert paths(service) == [TOKEN, MESSAGE, TOKEN, MESSAGE]


def test_a_token_that_stays_stale_is_a_refusal(service: Service, config: dict[str, str]) -> None:
    service.by_path[MESSAGE] = says({"errcode": 42001})
    with pytest.raises(Refusal, match=r"^wecom\.42001$"):
        send(config)
    assert paths(service).count(MESSAGE) == 2


def test_a_token_of_no_life_is_not_kept(service: Service, config: dict[str, str]) -> None:
    service.by_path[TOKEN] = says({"errcode": 0, "access_token": "t", "expires_in": 10})
    send(config)
    send(config)
    assert paths(service).count(TOKEN) == 2


@pytest.mark.parametrize(
    ("answer", "code", "again"),
    [
        ({"errcode": 40001, "errmsg": "invalid credential, appsecret"}, "wecom.40001", False),
        ({"errcode": 40013}, "wecom.40013", False),
        ({"errcode": 0}, "wecom.0", True),
        ({"errcode": 0, "access_token": 7}, "wecom.0", True),
        ({"errcode": -1}, "wecom.-1", True),
    ],
)
def test_no_token(service: Service, config: dict[str, str], answer: Any, code: str, again: bool) -> None:
    service.by_path[TOKEN] = says(answer)
    with pytest.raises(Refusal) as caught:
        send(config)
    assert (caught.value.code, caught.value.again) == (code, again)
    assert MESSAGE not in paths(service)


@pytest.mark.parametrize(
    ("answer", "code", "again", "rests"),
    [
        ({"errcode": 81013, "errmsg": "user & party & tag all invalid"}, "wecom.81013", False, False),
        ({"errcode": 0, "invaliduser": "zhangsan"}, "wecom.81013", False, False),
        ({"errcode": 0, "unlicenseduser": "zhangsan"}, "wecom.81013", False, False),
        ({"errcode": 60020, "errmsg": "not allow to access from your ip"}, "wecom.60020", False, False),
        ({"errcode": 45009}, "wecom.45009", True, True),
        ({"errcode": 45033}, "wecom.45033", True, True),
    ],
)
def test_a_message_refused_inside_of_a_200(
    service: Service, config: dict[str, str], answer: Any, code: str, again: bool, rests: bool
) -> None:
    service.by_path[MESSAGE] = says(answer)
    with pytest.raises(Refusal) as caught:
        send(config)
    assert (caught.value.code, caught.value.again, caught.value.rest is not None) == (code, again, rests)


def test_who_has_no_account_gets_none(service: Service, config: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="no_address"):
        send(config, Text("a", "a"))
    assert service.asked == []


def test_an_account_is_one_account(service: Service, config: dict[str, str]) -> None:
    send(config, Text("a", "a", to="zhang|li"))
    assert service.asked[-1].json["touser"] == "zhangli"


def test_a_broken_service_and_no_secret_in_the_error(service: Service, config: dict[str, str]) -> None:
    service.by_path[TOKEN] = Reply(503, b"appsecret")
    with pytest.raises(Refusal) as caught:
        send(config)
    assert caught.value.code == "http.503"
    service.by_path[TOKEN] = Reply(302, b"", {"Location": "https://elsewhere.example/"})
    with pytest.raises(Refusal) as caught:
        send(config)
    assert caught.value.code == "redirect"
    assert "appsecret" not in repr(caught.value)
