"""Who is told of what, and what the pages and the next meeting are asked for: row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.history import sweep
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.meetings import actions, selectors
from chuangcheng.meetings.effects import invited, tell_invited
from chuangcheng.meetings.models import Meeting
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Person, Post
from tests.conftest import NOON
from tests.meetings.conftest import Plan

#: Units invited, persons invited, chair; who is told.
TOLD: list[tuple[tuple[str, ...], tuple[str, ...], str, set[str]]] = [
    ((), (), "", set()),
    (("street",), (), "", {"street"}),  # its grid worker sees no meetings
    (("street", "street2"), (), "", {"street", "street2"}),
    (("department",), (), "leader", {"department", "leader"}),
    ((), ("grid",), "", {"grid"}),  # by name anybody is
    ((), ("leader", "auditor"), "leader", {"leader", "auditor"}),
    (("subcommand", "district", "community"), (), "", {"subcommand", "district", "community"}),
    (("office",), (), "", {"office", "leader", "auditor"}),
]


@pytest.mark.parametrize(("units", "persons", "chair", "told"), TOLD)
def test_who_is_invited(
    plan: Plan, units: tuple[str, ...], persons: tuple[str, ...], chair: str, told: set[str]
) -> None:
    meeting = plan(
        units=units, persons=tuple(Person.objects.filter(username__in=persons)),
        chair=Person.objects.filter(username=chair).first(),
    )  # fmt: skip
    assert {person.username for person in invited(meeting)} == told


def test_who_left_or_was_locked_out_is_told_nothing(plan: Plan, personas: Any) -> None:
    chair = Person.objects.get(username="leader")
    meeting = plan(units=("street", "department"), persons=(Person.objects.get(username="grid"),), chair=chair)
    Person.objects.filter(username__in=("street", "grid", "leader")).update(is_active=False)
    Post.objects.filter(person__username="department").update(valid_to=NOON.date() - timedelta(days=1))
    meeting.refresh_from_db()
    assert invited(meeting) == []


#: Move, what is asked with it, the news in both languages ("" = none).
NEWS = [
    (
        "call",
        {},
        "会议通知：创城办例会（2026-09-17 12:00）",
        "You are invited to a meeting: Office meeting (2026-09-17 12:00)",
    ),
    (
        "cancel",
        {"note": "并入"},
        "会议取消：创城办例会（2026-09-17 12:00）",
        "Meeting cancelled: Office meeting (2026-09-17 12:00)",
    ),
    (
        "postpone",
        {"note": "台风"},
        "会议延期：创城办例会（2026-09-17 12:00）",
        "Meeting postponed: Office meeting (2026-09-17 12:00)",
    ),
    ("build", {}, "", ""),
]


@pytest.mark.parametrize(("move", "given", "zh", "en"), NEWS, ids=[row[0] for row in NEWS])
def test_what_is_told(plan: Plan, personas: Any, move: str, given: dict[str, str], zh: str, en: str) -> None:
    meeting = plan(units=("street",), title="机密议题")
    taken = {"call": actions.call_meeting, "cancel": actions.cancel_meeting, "postpone": actions.postpone_meeting,
             "build": actions.build_agenda}[move]  # fmt: skip
    taken(actor=personas["office"], meeting_id=meeting.pk, **given)
    sweep.drain()
    found = [notice.text for notice in Notice.objects.filter(topic__startswith="meeting.")]
    assert found == ([{"zh": zh, "en": en}] if zh else [])
    assert not Notice.objects.exclude(url=f"/desk/meetings/{meeting.pk}/").filter(topic__startswith="meeting.").exists()


def test_told_once_however_often_the_effect_runs(plan: Plan, personas: Any) -> None:
    meeting = plan(units=("street",))
    actions.call_meeting(actor=personas["office"], meeting_id=meeting.pk)
    row = Outbox.objects.get(topic="meeting.called")
    for _again in range(3):
        tell_invited(row)
    assert Notice.objects.filter(topic="meeting.called").count() == 1
    Notice.objects.all().delete()
    with sink():
        tell_invited(row)
    Meeting.objects.all().delete()
    tell_invited(row)
    assert not Notice.objects.exists()


#: Days of earlier meetings, their kind and convener; whether the new one follows the last of them.
PREVIOUS = [
    (-7, "office", "office", True),
    (-300, "office", "office", True),
    (-7, "topical", "office", False),
    (-7, "office", "subcommand", False),
    (5, "office", "office", False),  # later than the new one
]


@pytest.mark.parametrize(("days", "kind", "unit", "follows"), PREVIOUS)
def test_which_meeting_was_the_last(plan: Plan, days: float, kind: str, unit: str, follows: bool) -> None:
    earlier = plan(days=days, kind=kind, unit=unit)
    assert plan(days=1).previous == (earlier if follows else None)
    if follows:
        later = plan(days=2, title="再下一次")
        assert later.previous is not None and later.previous != earlier


def test_between_is_half_open_and_in_time(plan: Plan) -> None:
    first, second, third = (plan(days=days) for days in (3, 1, 2))
    rows = Meeting.objects.all()
    start, end = NOON + timedelta(days=1), NOON + timedelta(days=3)
    assert selectors.between(rows, start, end) == [second, third]
    assert selectors.between(rows, start, end + timedelta(seconds=1)) == [second, third, first]
    assert selectors.between(rows, start + timedelta(seconds=1), end) == [third]


def test_the_clock_decides_by_month_of_the_city(present: Plan) -> None:
    """The last minute of August in the city is August, though the world has it before midnight."""
    with clock.at(NOON - timedelta(days=14, hours=12)):  # 2026-09-01 00:00 in the city
        present(kind="on_site", days=0)
        present(kind="on_site", days=-1 / 1440)
    assert selectors.by_month(Meeting.objects.all(), 2026) == {"on_site": [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]}
