"""The page of notice channels: a unit's own robots by the unit, all of them by the office, secrets never shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from chuangcheng.notices import delivering
from chuangcheng.notices.models import Channel
from tests.conftest import City
from tests.notices.loopback import Service, running, says

Sign = Callable[[str], Client]
LIST, NEW = "/desk/channels/", "/desk/channels/new/dingtalk_robot/"
URL = "https://oapi.dingtalk.com/robot/send?access_token=topsecret"


@pytest.fixture
def given(small_city: City) -> dict[str, str]:
    """What the street's clerk fills in."""
    return {"name": "河东群", "unit": str(small_city.units["street"].pk), "url": URL, "secret": "SECabc"}  # type: ignore[attr-defined]


def test_a_street_sets_up_its_robot(as_persona: Sign, given: dict[str, str]) -> None:
    client = as_persona("street")
    assert "还没有通知渠道" in client.get(LIST).content.decode()
    form = client.get(NEW).content.decode()
    assert "河东街道" in form and "河西街道" not in form and "全市" not in form
    assert client.post(NEW, given).status_code == 302
    channel = Channel.objects.get()
    assert delivering.config_of(channel) == {"url": URL, "secret": "SECabc"}
    for page in (LIST, f"{LIST}{channel.pk}/"):
        html = client.get(page).content.decode()
        assert "河东群" in html
        assert "topsecret" not in html and "SECabc" not in html
    assert "河东群" in as_persona("office").get(LIST).content.decode()
    assert "河东群" not in as_persona("street2").get(LIST).content.decode()


@pytest.mark.parametrize("persona", ["leader", "community", "grid", "inspector", "auditor"])
def test_others_have_no_such_page(as_persona: Sign, persona: str, given: dict[str, str]) -> None:
    client = as_persona(persona)
    assert client.get(LIST).status_code == 403
    assert client.post(NEW, given).status_code == 403
    assert not Channel.objects.exists()


def test_another_unit_s_robot_is_out_of_reach(as_persona: Sign, given: dict[str, str]) -> None:
    as_persona("street").post(NEW, given)
    channel = Channel.objects.get()
    other = as_persona("street2")
    assert other.get(f"{LIST}{channel.pk}/").status_code == 404
    for deed in ("switch", "try"):
        assert other.post(f"{LIST}{channel.pk}/{deed}/").status_code == 404
    assert other.post(NEW, given).status_code == 422  # the unit is not among those offered
    assert Channel.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"url": ""}, "required"),
        ({"url": "http://a.example/"}, "只允许 https 地址"),
        ({"name": ""}, "required"),
        ({"url": "x"}, "地址不正确"),
    ],
)
def test_a_slip_comes_back_in_the_form(
    as_persona: Sign, given: dict[str, str], change: dict[str, str], word: str
) -> None:
    answer = as_persona("street").post(NEW, {**given, **change})
    assert answer.status_code == 422
    form = answer.context["form"]
    name = next(iter(change))
    assert form.errors[name] and (word == "required" or word in str(form.errors))


def test_a_secret_left_empty_stays(as_persona: Sign, given: dict[str, str]) -> None:
    client = as_persona("street")
    client.post(NEW, given)
    channel = Channel.objects.get()
    assert client.post(f"{LIST}{channel.pk}/", {**given, "name": "新群", "url": "", "secret": ""}).status_code == 302
    channel.refresh_from_db()
    assert (channel.name, delivering.config_of(channel)["url"]) == ("新群", URL)


def test_switching_off_and_on(as_persona: Sign, given: dict[str, str]) -> None:
    client = as_persona("street")
    client.post(NEW, given)
    channel = Channel.objects.get()
    for wanted, enabled in (("no", False), ("yes", True)):
        client.post(f"{LIST}{channel.pk}/switch/", {"enabled": wanted})
        channel.refresh_from_db()
        assert channel.enabled is enabled


def test_the_city_s_application_is_the_office_s(as_persona: Sign) -> None:
    values = {"name": "政务微信", "unit": "", "corp": "ww1", "agent": "1", "secret": "s", "host": "https://a.example"}
    new = "/desk/channels/new/wecom_app/"
    assert as_persona("street").post(new, values).status_code in {404, 422}
    assert as_persona("office").post(new, values).status_code == 302
    assert Channel.objects.get().unit is None
    assert as_persona("office").get("/desk/channels/new/fax/").status_code == 404


def test_a_test_message_says_how_it_went(as_persona: Sign, given: dict[str, str], settings: Any) -> None:
    settings.CITY = replace(settings.CITY, private_targets=True)
    with running() as service:
        _try(service, as_persona("street"), given)


def _try(service: Service, client: Client, given: dict[str, str]) -> None:
    client.post(NEW, {**given, "url": f"{service.url}/send"})
    channel = Channel.objects.get()
    service.answer(says({"errcode": 310000}), says({"errcode": 0}))
    html = client.post(f"{LIST}{channel.pk}/try/", follow=True).content.decode()
    assert "测试未送达：钉钉安全设置不符" in html
    html = client.post(f"{LIST}{channel.pk}/try/", follow=True).content.decode()
    assert "测试消息已送达" in html and "钉钉安全设置不符" not in html
    assert len(service.asked) == 2


def test_it_speaks_english(as_persona: Sign, given: dict[str, str]) -> None:
    client = as_persona("street")
    client.post(NEW, given)
    client.cookies["django_language"] = "en"
    html = client.get(LIST).content.decode() + client.get(NEW).content.decode()
    assert "DingTalk group robot" in html and "Signing secret" in html


def test_pages_cost_few_queries(as_persona: Sign, given: dict[str, str], django_assert_max_num_queries: Any) -> None:
    client = as_persona("street")
    for number in range(5):
        client.post(NEW, {**given, "name": f"群{number}"})
    with django_assert_max_num_queries(15):
        assert client.get(LIST).status_code == 200
