"""The lists of meetings and summaries and the sheet of a day: sorted, exported, paged, narrowed; every form's bad input by
row; every address as every persona."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.bulletins.models import Summary
from chuangcheng.desk.bulletins.summaries import week_words
from chuangcheng.desk.meetings.pages import LISTS, _month
from chuangcheng.kernel import clock
from chuangcheng.meetings import actions
from chuangcheng.meetings.models import Meeting
from chuangcheng.people.models import Unit
from tests.bulletins.test_summaries import MONDAY, NEXT, assemble, worked
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY

__all__ = ["worked"]
Sign = Callable[[str], Client]


def content(client: Client, address: str) -> bytes:
    """A file, read to its end."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, address
    return bytes(answer.getvalue())  # closing the answer would close the database's connection


def table(client: Client, address: str) -> list[list[str]]:
    """An export as rows of text."""
    return list(csv.reader(io.StringIO(content(client, address).decode("utf-8-sig"))))


def test_meetings_are_sorted_and_exported(as_persona: Sign, plan: Plan, personas: Any) -> None:
    first, second = plan(days=1, title="甲会"), plan(days=2, title="乙会", units=("street2",))
    client = as_persona("office")
    for sort, order in (("-starts", [second, first]), ("starts", [first, second])):
        assert list(client.get(f"/desk/meetings/?sort={sort}").context["listing"].rows) == order
    rows = table(client, "/desk/meetings/?export=csv&sort=starts")
    assert rows[0][:5] == ["编号", "会议名称", "类型", "召集单位", "时间"]
    assert [row[1:4] for row in rows[1:]] == [["甲会", "创城办例会", "创城办"], ["乙会", "创城办例会", "创城办"]]
    assert [row[rows[0].index("参会单位")] for row in rows[1:]] == ["2", "1"]
    assert [row[1] for row in table(client, "/desk/meetings/?export=csv&q=乙")[1:]] == ["乙会"]
    assert content(client, "/desk/meetings/?export=xlsx").startswith(b"PK")
    actions.call_meeting(actor=personas["office"], meeting_id=second.pk)
    assert [row[1] for row in table(as_persona("street2"), "/desk/meetings/?export=csv")[1:]] == ["乙会"]
    assert as_persona("community").get("/desk/meetings/?export=csv").status_code == 403


def test_summaries_are_sorted_and_exported(as_persona: Sign, worked: Any) -> None:
    with clock.at(NEXT + timedelta(days=7)):
        assemble()
        assemble(MONDAY + timedelta(days=7))
        client = as_persona("office")
        weeks = [row.week_start for row in client.get("/desk/summaries/?sort=week").context["listing"].rows]
        assert weeks == sorted(weeks) and len(weeks) == 8
        rows = table(client, f"/desk/summaries/?export=csv&week={MONDAY}")
    assert rows[0][:4] == ["单位", "周一", "结案", "按期结案"]
    assert {row[0]: row[2:4] for row in rows[1:]} == {
        "河东街道": ["2", "1"], "河西街道": ["0", "0"], "城市管理局": ["0", "0"], "东山区创城办": ["0", "0"],
    }  # fmt: skip
    assert content(client, "/desk/summaries/?export=xlsx").startswith(b"PK")


def test_many_meetings_are_paged(as_persona: Sign, plan: Plan) -> None:
    plan()
    template = Meeting.objects.get()
    Meeting.objects.bulk_create([
        Meeting(number=f"HY{number}", body_digest="", kind="on_site", title=f"第{number}次", unit=template.unit,
                starts_at=NOON - timedelta(hours=number), created_at=NOON)
        for number in range(120)
    ])  # fmt: skip
    client, seen, address = as_persona("office"), [], "/desk/meetings/"
    while address:
        listing = client.get(address).context["listing"]
        seen += [row.pk for row in listing.rows]
        address = f"/desk/meetings/?after={listing.after}" if listing.after else ""
    assert len(seen) == len(set(seen)) == 121


#: What the form of a new meeting holds, the field at fault.
FORMS = [
    ({"title": ""}, "title"),
    ({"title": "长" * 121}, "title"),
    ({"kind": ""}, "kind"),
    ({"kind": "party"}, "kind"),
    ({"unit": ""}, "unit"),
    ({"unit": "street"}, "unit"),
    ({"starts_at": ""}, "starts_at"),
    ({"starts_at": "tomorrow"}, "starts_at"),
    ({"starts_at": "2029-01-01T09:00"}, "starts_at"),
    ({"starts_at": "2020-01-01T09:00"}, "starts_at"),
    ({"place": "长" * 121}, "place"),
    ({"units": ["moon"]}, "units"),
    ({"chair": "无此人"}, None),
    ({"persons": "leader 无此人"}, None),
]


def test_every_wrong_form_says_what_is_wrong(as_persona: Sign, ledger: Any) -> None:
    client = as_persona("office")
    sound = {"kind": "office", "unit": str(ledger["office"].pk), "title": "例会", "starts_at": "2026-09-16T09:00",
             "place": "", "chair": "", "persons": ""}  # fmt: skip
    for wrong, field in FORMS:
        answer = client.post("/desk/meetings/new/", {**sound, **wrong})
        assert answer.status_code == 422, wrong
        assert list(answer.context["form"].errors) == [field or "__all__"], wrong
    assert not Meeting.objects.exists()
    assert client.post("/desk/meetings/new/", sound).status_code == 302 and Meeting.objects.get().place == ""


#: Month asked for, first day shown.
MONTHS = [
    ("2026-01", date(2026, 1, 1)),
    ("2026-12", date(2026, 12, 1)),
    ("2001-02", date(2001, 2, 1)),
    ("2099-12", date(2099, 12, 1)),
    ("2000-12", date(2026, 9, 1)),
    ("2100-01", date(2026, 9, 1)),
    ("2026-00", date(2026, 9, 1)),
    ("2026-13", date(2026, 9, 1)),
    ("2026", date(2026, 9, 1)),
    ("²026-01", date(2026, 9, 1)),
    ("-", date(2026, 9, 1)),
    ("", date(2026, 9, 1)),
]


@pytest.mark.parametrize(("asked", "first"), MONTHS)
def test_any_month_opens(asked: str, first: date) -> None:
    assert _month(asked, TODAY) == first


def test_every_source_of_an_agenda_leads_somewhere(as_persona: Sign, noon: Any) -> None:
    client = as_persona("office")
    for name, _unit, query in LISTS.values():
        assert client.get(reverse(name), query).status_code == 200, name


#: Address, who opens it.
PAGES = [
    ("/desk/meetings/", {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"}),
    (
        "/desk/meetings/calendar/",
        {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"},
    ),
    (
        "/desk/meetings/figures/",
        {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"},
    ),
    ("/desk/meetings/new/", {"office", "subcommand", "district"}),
    ("/desk/day/", {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"}),
    (
        "/desk/day/?print=pdf",
        {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"},
    ),
    (
        "/desk/summaries/",
        {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"},
    ),
    (
        "/desk/summaries/week/",
        {"office", "leader", "subcommand", "district", "department", "street", "community", "auditor"},
    ),
]


@pytest.mark.parametrize(("address", "allowed"), PAGES, ids=[row[0] for row in PAGES])
def test_who_opens_what(as_persona: Sign, personas: Any, noon: Any, address: str, allowed: set[str]) -> None:
    opened = {name for name in personas if as_persona(name).get(address).status_code == 200}
    assert opened - {"street2"} == allowed


#: Address of something that is not there.
GONE = ["/desk/meetings/{}/", "/desk/meetings/{}/file/pdf/", "/desk/meetings/{}/call/", "/desk/summaries/{}/",
        "/desk/summaries/{}/file/docx/"]  # fmt: skip


@pytest.mark.parametrize("address", GONE)
def test_what_is_not_there_is_not_found(as_persona: Sign, noon: Any, address: str) -> None:
    assert as_persona("office").get(address.format(uuid4())).status_code == 404


def test_the_forms_of_a_move_offer_what_stands(as_persona: Sign, plan: Plan, ledger: Any) -> None:
    meeting = plan(title="调度会", place="二楼")
    client = as_persona("office")

    def initial(name: str) -> dict[str, Any]:
        page = client.get(reverse("desk:meeting_move", args=[meeting.pk, name]))
        found: dict[str, Any] = page.context["form"].initial
        return found

    amend = initial("amend")
    assert (amend["title"], amend["place"], amend["chair"], amend["persons"]) == ("调度会", "二楼", "", "")
    assert set(amend["units"]) == {str(ledger[name].pk) for name in ("department", "street")}
    assert amend["starts_at"].isoformat() == "2026-09-17T12:00:00+08:00"
    assert set(initial("hold")["present"]) == set(amend["units"])
    assert initial("decide")["due_on"] == TODAY + timedelta(days=14)
    assert initial("minute") == {"minutes": ""} and initial("cancel") == {}


def test_a_sub_command_convenes_its_own_only(as_persona: Sign, ledger: Any) -> None:
    page = as_persona("subcommand").get("/desk/meetings/new/")
    assert [name for _pk, name in page.context["form"].fields["unit"].choices] == ["环境卫生分指挥部"]
    district = as_persona("district").get("/desk/meetings/new/").context["form"].fields["unit"].choices
    assert {name for _pk, name in district} == {"东山区创城办", "河东街道", "河西街道", "永安社区"}
    assert (
        len(as_persona("office").get("/desk/meetings/new/").context["form"].fields["unit"].choices)
        == Unit.objects.count()
    )


def test_weeks_in_words() -> None:
    assert week_words(MONDAY) == "2026-09-14 — 09-20" and week_words(date(2026, 12, 28)) == "2026-12-28 — 01-03"


def test_the_newest_week_is_shown_first(as_persona: Sign, worked: Any) -> None:
    with clock.at(NEXT + timedelta(days=7)):
        assemble()
        assemble(MONDAY + timedelta(days=7))
        client = as_persona("office")
        assert client.get("/desk/summaries/week/").context["monday"] == MONDAY + timedelta(days=7)
        assert client.get(f"/desk/summaries/week/?week={MONDAY}").context["monday"] == MONDAY
        for wrong in ("2026-09-15", "x", "2020-01-06"):
            assert client.get(f"/desk/summaries/week/?week={wrong}").context["monday"] == MONDAY + timedelta(days=7)
        one = as_persona("street").get("/desk/summaries/week/").context
    assert len(one["lines"]) == 1 and all(url == "" for _name, _value, url, _note in one["figures"])
    assert Summary.objects.count() == 8
