"""The pages of webhooks: setting up, the secret shown once, the log, telling again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.notices.webhooks import rows, sending, topics
from chuangcheng.notices.webhooks.models import Endpoint, Sending
from tests.cases.play import Play

Sign = Callable[[str], Client]
LIST, NEW = "/desk/webhooks/", "/desk/webhooks/new/"
GIVEN = {
    "name": "12345平台",
    "url": "https://hotline.example/hook?token=topsecret",
    "topics": ["case.closed", "case.filed"],
}


@pytest.fixture
def office(as_persona: Sign) -> Client:
    """The office, with one endpoint set up."""
    client = as_persona("office")
    answer = client.post(NEW, GIVEN)
    assert answer.status_code == 200
    return client


def page(endpoint: Endpoint | None = None) -> str:
    return f"{LIST}{(endpoint or Endpoint.objects.get()).pk}/"


def told(state: str = "failed", key: str = "k") -> Sending:
    """A message to the endpoint, in that state."""
    sending.publish(
        key=key, topic="case.closed", subject=("case", UUID(int=7)), data={"case": {"number": "AJ1"}}, at=clock.now()
    )
    row = Sending.objects.get(message__key=key)
    Sending.objects.filter(pk=row.pk).update(state=state, attempts=10, status=500, error="http.500")
    return row


def test_the_secret_is_shown_once(as_persona: Sign) -> None:
    client = as_persona("office")
    answer = client.post(NEW, GIVEN)
    secret = rows.secrets_of(Endpoint.objects.get(), clock.now())[0]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    for path in (LIST, page()):
        html = client.get(path).content.decode()
        assert "hotline.example" in html
        assert secret not in html and "topsecret" not in html


@pytest.mark.parametrize("persona", ["leader", "street", "department", "auditor", "grid"])
def test_the_office_alone(office: Client, as_persona: Sign, persona: str) -> None:
    client = as_persona(persona)
    row = told()
    for path in (LIST, NEW, page(), f"{LIST}sendings/{row.pk}/"):
        assert client.get(path).status_code == 403
    for path in (NEW, f"{page()}rotate/", f"{page()}ping/", f"{page()}replay/", f"{LIST}sendings/{row.pk}/replay/"):
        assert client.post(path, GIVEN).status_code == 403
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"url": ""}, {"url": "http://a.example/"}, {"topics": []}, {"topics": ["x"]}]
)
def test_a_slip_comes_back_in_the_form(as_persona: Sign, change: dict[str, Any]) -> None:
    answer = as_persona("office").post(NEW, {**GIVEN, **change})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Endpoint.objects.exists()


def test_a_change_leaves_the_address_and_the_secret(office: Client) -> None:
    endpoint = Endpoint.objects.get()
    before = rows.secrets_of(endpoint, clock.now())
    answer = office.post(page(), {**GIVEN, "name": "热线", "url": "", "topics": ["case.voided"]})
    assert answer.status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.topics) == ("热线", ["case.voided"])
    assert rows.url_of(endpoint) == GIVEN["url"] and rows.secrets_of(endpoint, clock.now()) == before


def test_a_new_secret_and_switching(office: Client) -> None:
    endpoint = Endpoint.objects.get()
    html = office.post(f"{page()}rotate/").content.decode()
    endpoint.refresh_from_db()
    assert rows.secrets_of(endpoint, clock.now())[0] in html
    for wanted, enabled in (("no", False), ("yes", True)):
        office.post(f"{page()}switch/", {"enabled": wanted})
        endpoint.refresh_from_db()
        assert endpoint.enabled is enabled


def test_a_test_message_is_queued_and_stands_in_the_log(office: Client) -> None:
    answer = office.post(f"{page()}ping/", follow=True)
    assert "测试消息已排队" in answer.content.decode()
    assert [row.message.topic for row in answer.context["listing"].rows] == [topics.PING]
    office.post(f"{page()}switch/", {"enabled": "no"})
    assert "已停用" in office.post(f"{page()}ping/", follow=True).content.decode()
    assert Sending.objects.count() == 1


def test_the_log_is_filtered_and_leads_to_what_was_said(office: Client) -> None:
    failed, sent = told(), told("sent", "k2")
    assert {row.pk for row in office.get(LIST).context["listing"].rows} == {failed.pk, sent.pk}
    assert [row.pk for row in office.get(f"{LIST}?state=failed").context["listing"].rows] == [failed.pk]
    assert not office.get(f"{LIST}?topic=case.filed").context["listing"].rows
    endpoint = Endpoint.objects.get()
    assert len(office.get(f"{LIST}?endpoint={endpoint.pk}&topic=case.closed").context["listing"].rows) == 2
    html = office.get(f"{LIST}sendings/{failed.pk}/").content.decode()
    assert "AJ1" in html and f"msg_{failed.message_id.hex}" in html
    assert "topsecret" not in html + office.get(f"{LIST}?export=csv").getvalue().decode()


def test_one_message_is_told_again(office: Client) -> None:
    row = told()
    answer = office.post(f"{LIST}sendings/{row.pk}/replay/", follow=True)
    assert "消息将重新推送" in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.round, row.attempts) == ("waiting", 2, 0)
    assert Outbox.objects.filter(topic=sending.TOPIC, payload__round=2).count() == 1


def test_what_failed_in_the_last_days_is_told_again(office: Client, noon: datetime) -> None:
    with clock.at(noon - timedelta(days=2)):
        told(key="old")
    told(key="new")
    told("sent", "fine")
    office.post(f"{page()}replay/", {"days": "1"})
    assert set(Sending.objects.filter(state="waiting").values_list("message__key", flat=True)) == {"new"}
    office.post(f"{page()}replay/", {"days": "3"})
    assert set(Sending.objects.filter(state="waiting").values_list("message__key", flat=True)) == {"new", "old"}
    assert office.post(f"{LIST}{UUID(int=1)}/replay/").status_code == 404


def test_it_speaks_english(office: Client) -> None:
    told()
    office.cookies["django_language"] = "en"
    html = office.get(LIST).content.decode() + office.get(page()).content.decode()
    assert "Webhooks" in html and "Case: close" in html


@pytest.mark.parametrize("path", [LIST, NEW])
def test_pages_cost_few_queries(office: Client, path: str, django_assert_max_num_queries: Any, play: Play) -> None:
    for number in range(5):
        told(key=f"k{number}")
    office.get(path)
    with django_assert_max_num_queries(15):
        assert office.get(path).status_code == 200
