"""The history of everything for the auditor, and the notices that did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.notices.models import Delivery, Notice
from chuangcheng.people.models import Person
from tests.cases.play import Play

Sign = Callable[[str], Client]
HISTORY, FAILED = "/desk/history/", "/desk/notices/failed/"


def ids(client: Client, query: str = "") -> list[int]:
    return [row.pk for row in client.get(f"{HISTORY}?{query}").context["listing"].rows]


@pytest.mark.parametrize("persona", ["office", "leader", "street", "grid", "inspector"])
def test_history_is_the_auditors(as_persona: Sign, persona: str) -> None:
    assert as_persona(persona).get(HISTORY).status_code == 403


def test_every_row_stands_there_the_newest_first(as_persona: Sign, play: Play) -> None:
    play.closed()
    client = as_persona("auditor")
    assert ids(client) == sorted(Event.objects.values_list("pk", flat=True), reverse=True)[:50]
    assert ids(client, "sort=id") == sorted(Event.objects.values_list("pk", flat=True))[:50]


def test_one_subjects_chain_in_order(as_persona: Sign, play: Play) -> None:
    case, other = play.closed(), play.filed()
    listing = as_persona("auditor").get(f"{HISTORY}?subject={case.pk}&sort=id").context["listing"]
    assert [row.seq for row in listing.rows] == list(range(1, len(listing.rows) + 1))
    assert {row.subject_id for row in listing.rows} == {case.pk} != {other.pk}


@pytest.mark.parametrize("value", ["123", "drop table", "01a20236-c7b3-7ca7-b052-9168e00c7a17"])
def test_what_is_no_subject_has_no_rows(as_persona: Sign, play: Play, value: str) -> None:
    play.filed()
    page = as_persona("auditor").get(HISTORY, {"subject": value})
    assert page.context["listing"].count == 0 and "没有符合条件的记录" in page.content.decode()


def test_a_kind_of_subject(as_persona: Sign, play: Play) -> None:
    play.report()
    play.filed()
    rows = as_persona("auditor").get(f"{HISTORY}?kind=report").context["listing"].rows
    assert {row.subject_kind for row in rows} == {"report"}


def test_a_row_leads_to_its_subject(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    html = as_persona("auditor").get(HISTORY).content.decode()
    assert reverse("desk:case", args=[case.pk]) in html


def test_history_holds_no_words_of_citizens(as_persona: Sign, play: Play) -> None:
    report = play.report(text="我家门口的垃圾堆", contact_name="张三丰", contact_phone="13900001234")
    answer = as_persona("auditor").get(f"{HISTORY}?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert str(report.pk) in text
    assert "张三丰" not in text and "13900001234" not in text and "我家门口" not in text


def deliver(**more: Any) -> Delivery:
    """A notice to the street's person on its way by mail."""
    notice = Notice.objects.create(
        key=str(new_id()), person=Person.objects.get(username="street"), topic="case.dispatched", subject_kind="case",
        subject_id=new_id(), text={"zh": "案件已派遣", "en": "A case was dispatched"}, created_at=clock.now(),
    )  # fmt: skip
    return Delivery.objects.create(notice=notice, channel="mail", updated_at=clock.now(), **more)


def test_what_failed_and_what_is_in_trouble_is_shown(as_persona: Sign, noon: Any, personas: Any) -> None:
    failed = deliver(state="failed", attempts=5, error="550 no such user")
    troubled = deliver(state="waiting", attempts=1, error="timed out")
    deliver(state="waiting", attempts=0)
    deliver(state="sent", attempts=1)
    page = as_persona("auditor").get(FAILED)
    assert {row.pk for row in page.context["listing"].rows} == {failed.pk, troubled.pk}
    html = page.content.decode()
    assert "550 no such user" in html and "张street" in html and "案件已派遣" in html


def test_notices_speak_the_readers_tongue(as_persona: Sign, noon: Any, personas: Any) -> None:
    deliver(state="failed", attempts=5, error="550")
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(FAILED).content.decode()
    assert "A case was dispatched" in html and "Undelivered notices" in html


@pytest.mark.parametrize("persona", ["leader", "street", "department", "grid"])
def test_others_do_not_see_whose_mail_failed(as_persona: Sign, persona: str) -> None:
    assert as_persona(persona).get(FAILED).status_code == 403


def test_nothing_failed(as_persona: Sign) -> None:
    assert "还没有记录" in as_persona("office").get(FAILED).content.decode()


@pytest.mark.parametrize("path", [HISTORY, f"{HISTORY}?kind=case&sort=recorded", FAILED])
def test_pages_cost_few_queries(as_persona: Sign, play: Play, path: str, django_assert_max_num_queries: Any) -> None:
    play.closed()
    for _ in range(3):
        deliver(state="failed", attempts=5)
    client = as_persona("auditor")
    client.get(path)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


def test_history_speaks_english(as_persona: Sign, play: Play) -> None:
    play.filed()
    client = as_persona("auditor")
    client.cookies["django_language"] = "en"
    listing = client.get(HISTORY).context["listing"]
    assert all(str(head.column.label).isascii() for head in listing.heads)


def test_a_list_without_conditions_offers_none(as_persona: Sign) -> None:
    html = as_persona("office").get("/desk/notices/failed/").content.decode()
    assert 'role="search"' not in html and "还没有记录" in html
