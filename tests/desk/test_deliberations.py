"""Deliberations on the desk: from the compound's page to the printed notice and the work after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.sites.deliberations import actions
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Objection, Party
from tests.conftest import NOON
from tests.sites.registers import make_compound
from tests.sites.talks import ITEMS, SCAN, carry, days_later

Sign = Callable[[str], Client]


@pytest.fixture
def talk(personas: dict[str, Actor], noon: Any, limits: None) -> Deliberation:
    compound = make_compound()
    return actions.convene(actor=personas["community"], compound_id=compound.pk, title="门禁与物业费", items=ITEMS)


def url(row: Any, name: str = "deliberation", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("签字页.jpg", SCAN, content_type="image/jpeg")


def move(client: Client, row: Deliberation, name: str, **given: Any) -> int:
    return client.post(url(row, "deliberation_move", name), given).status_code


def test_the_whole_way_by_the_pages(as_persona: Sign, noon: Any, small_city: Any, limits: None) -> None:
    client, compound = as_persona("community"), make_compound()
    form = {"title": "门禁", "items": "修门禁\n\n 装路灯 ", "planned_on": "2026-09-15"}
    assert client.get(url(compound, "deliberation_new")).status_code == 200
    assert client.post(url(compound, "deliberation_new"), form).status_code == 302
    row = Deliberation.objects.get()
    assert [item.title for item in row.items.all()] == ["修门禁", "装路灯"]
    assert move(client, row, "discuss", held_on="2026-09-15", minutes="都同意") == 302
    for party in Party.values:
        given = (
            {"absence": "invited"} if party == "property" else {"capacity": "主任", "signer": "王某", "scan": scan()}
        )
        assert client.post(url(row, "deliberation_sign", party), given).status_code == 302
    first, second = row.items.all()
    count = {"votes_for": 20, "votes_against": 1, "abstentions": 0, "adopted": "on"}
    assert client.post(url(first, "agenda_vote"), count).status_code == 302
    assert move(client, row, "publish") == 409, "a matter has no vote yet"
    assert client.post(url(second, "agenda_vote"), {**count, "votes_for": 0, "adopted": ""}).status_code == 302
    assert move(client, row, "publish") == 302
    assert move(client, row, "object", text="夜里太亮") == 302
    assert client.post(url(Objection.objects.get(), "objection_answer"), {"text": "装感应灯"}).status_code == 302
    assert move(client, row, "decide") == 409
    with days_later(8):
        assert move(client, row, "decide") == 302
        unit = str(small_city.units["street"].pk)
        assigned = client.post(url(first, "agenda_work", "assign"), {"unit": unit, "due_on": "2026-10-30"})
        assert assigned.status_code == 302 and move(client, row, "begin") == 302
        assert client.post(url(first, "agenda_work", "done"), {"photos": scan()}).status_code == 302
        assert move(client, row, "finish") == 302
    row.refresh_from_db()
    assert row.state == "done"
    html = client.get(url(row)).content.decode()
    for word in ("夜里太亮", "装感应灯", "已通知，未到会", "王某", "未通过", "第二百七十八条", "已完成"):
        assert word in html, word


def test_a_signature_form_asks_for_all_three_or_a_reason(as_persona: Sign, talk: Deliberation) -> None:
    client = as_persona("community")
    answer = client.post(url(talk, "deliberation_sign", "branch"), {"capacity": "书记"})
    assert answer.status_code == 422 and "扫描件都要填" in answer.content.decode()
    assert client.get(url(talk, "deliberation_sign", "moon")).status_code == 404
    make_compound(committee="no")
    forged = {"capacity": "主任", "signer": "王某", "scan": scan()}
    answer = client.post(url(talk, "deliberation_sign", "owners"), forged)
    assert answer.status_code == 409 and "不得代签" in answer.content.decode()


def test_names_and_scans_are_for_those_who_carry_it_on(
    as_persona: Sign, talk: Deliberation, personas: dict[str, Actor]
) -> None:
    carry(personas["community"], talk, "notice")
    page = as_persona("street").get(url(talk))
    assert "王某某" in page.content.decode()
    (picture,) = page.context["seats"][0][2]
    shown = as_persona("street").get(picture.thumb_url)
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    for role, status in (("leader", 404), ("grid", 404), ("street2", 404)):
        assert as_persona(role).get(picture.thumb_url).status_code == status
    html = as_persona("leader").get(url(talk)).content.decode()
    assert "王某某" not in html and "已签字" in html and picture.url not in html
    assert as_persona("street2").get(url(talk)).status_code == 404


def test_the_notice_is_printed_once_it_is_up(
    as_persona: Sign, talk: Deliberation, personas: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_persona("community").get(url(talk, "deliberation_print")).status_code == 404
    carry(personas["community"], talk, "notice")
    letters: list[Any] = []
    real = __import__("chuangcheng.desk.prints", fromlist=["print_letter"]).print_letter
    monkeypatch.setattr("chuangcheng.desk.prints.print_letter",
                        lambda letter, at: letters.append(letter) or real(letter, at))  # fmt: skip
    answer = as_persona("community").get(url(talk, "deliberation_print"))
    assert answer.content.startswith(b"%PDF")
    (letter,) = letters
    text = " ".join([*letter.paragraphs, *letter.after, *(cell for row in letter.rows for cell in row)])
    for word in ("2026年9月22日", "公示期7日", "修门禁", "通过", "第二百七十八条", "不代替业主表决", "永安社区"):
        assert word in text, word
    assert "王某某" not in text


def test_a_matter_as_a_case(as_persona: Sign, talk: Deliberation, personas: dict[str, Actor], small_city: Any) -> None:
    carry(personas["community"], talk, "decided")
    item = talk.items.first()
    assert item is not None
    client = as_persona("community")
    unit = str(small_city.units["street"].pk)
    client.post(url(item, "agenda_work", "assign"), {"unit": unit, "due_on": "2026-10-30"})
    assert client.post(url(item, "agenda_work", "case"), {"category": "06010"}).status_code == 302
    case = Case.objects.get()
    assert AgendaItem.objects.get(pk=item.pk).case_id == case.pk
    assert case.number in client.get(url(talk)).content.decode()
    assert client.get(url(item, "agenda_work", "moon")).status_code == 404
    assert as_persona("leader").get(url(item, "agenda_work", "assign")).status_code == 403
    assert as_persona("street2").get(url(item, "agenda_work", "assign")).status_code == 404
    assert [c.number for c in as_persona("office").get("/desk/cases/?compound=XQ001").context["listing"].rows] == [
        case.number
    ]


def test_shelving_and_taking_back(as_persona: Sign, talk: Deliberation, personas: dict[str, Actor]) -> None:
    client = as_persona("street")
    carry(personas["community"], talk, "notice")
    assert move(client, talk, "retract", reason_code="objections") == 302
    assert move(client, talk, "shelve", reason_code="owners_vote") == 302
    assert move(client, talk, "shelve", reason_code="owners_vote") == 409
    assert client.get(url(talk, "deliberation_move", "moon")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("q=门禁", 1), ("q=和顺", 1), ("q=无", 0), ("state=notice", 1), ("state=done", 0), ("over=yes", 0),
     ("area=990100/990101/990101002/", 0), ("sort=number", 1)],
)  # fmt: skip
def test_the_list(as_persona: Sign, talk: Deliberation, personas: dict[str, Actor], query: str, found: int) -> None:
    carry(personas["community"], talk, "notice")
    assert len(as_persona("office").get(f"/desk/deliberations/?{query}").context["listing"].rows) == found
    with clock.at(NOON + timedelta(days=8)):
        assert len(as_persona("office").get("/desk/deliberations/?over=yes").context["listing"].rows) == 1


@pytest.mark.parametrize("path", ["/desk/deliberations/", "page"])
def test_pages_cost_few_queries(
    as_persona: Sign, talk: Deliberation, personas: dict[str, Actor], path: str, django_assert_max_num_queries: Any
) -> None:
    carry(personas["community"], talk, "notice")
    client, address = as_persona("street"), url(talk) if path == "page" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, talk: Deliberation) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    page = client.get("/desk/deliberations/")
    assert all(str(head.column.label).isascii() for head in page.context["listing"].heads)
    assert "article 278" in client.get(url(talk)).content.decode()
