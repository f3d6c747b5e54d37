"""The work of a unit by remaining working time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, worklist
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.worklist import Worklist
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from tests.cases.play import Play
from tests.conftest import NOON


def of(play: Play, by: str = "street", at: int = 0) -> Worklist:
    return worklist.worklist(play.by[by], NOON + timedelta(hours=at))


def names(found: Worklist) -> dict[str, list[str]]:
    return {group.name: [item.case.number for item in group.items] for group in found.groups}


def test_a_unit_sees_what_it_holds_and_nothing_else(play: Play) -> None:
    mine = play.dispatched()
    play.dispatched("street2")
    play.filed()
    play.handled()
    found = of(play)
    assert [number for listed in names(found).values() for number in listed] == [mine.number]
    assert found.held == 1


@pytest.mark.parametrize("persona", ["office", "leader", "grid", "inspector"])
def test_who_handles_nothing_has_no_work(play: Play, persona: str) -> None:
    play.dispatched()
    assert of(play, persona).groups == []


@pytest.mark.parametrize(
    ("due", "name"),
    [
        (-1, "overdue"),
        (1, "today"),
        (11, "today"),
        (13, "week"),
        (5 * 24, "week"),
        (6 * 24, "later"),
        (None, "no_limit"),
    ],
)
def test_groups_are_days_and_weeks_of_the_city(play: Play, due: int | None, name: str) -> None:
    """Noon of a Tuesday: the day ends in twelve hours, the week on Sunday."""
    case = play.handling()
    at = None if due is None else NOON + timedelta(hours=due)
    Case.objects.filter(pk=case.pk).update(due_at=at)
    Assignment.objects.update(due_at=at)
    assert [*names(of(play))] == [name]


def test_limits_of_different_kinds_are_compared_by_working_time(play: Play) -> None:
    """Four urgent hours are less than what is left of two working days, whichever comes first on the wall clock."""
    days = play.handling(category_code="07003")
    hours = play.handling()
    Case.objects.filter(pk=days.pk).update(due_at=NOON + timedelta(days=3))
    Case.objects.filter(pk=hours.pk).update(due_at=NOON + timedelta(days=3, hours=1))
    Assignment.objects.update(due_at=None)
    items = of(play).groups[0].items
    assert [item.hours for item in items] == sorted(item.hours for item in items)
    assert {item.unit for item in items} == {"work_days", "work_hours"}


def test_what_is_overdue_longest_comes_first(play: Play) -> None:
    cases = [play.handling() for _ in range(3)]
    for place, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(due_at=NOON - timedelta(days=place))
    Assignment.objects.update(due_at=None)
    group = of(play, at=1).groups[0]
    assert [item.case.number for item in group.items] == [case.number for case in reversed(cases)]
    assert all(item.left is not None and item.left <= 0 for item in group.items)


def test_a_link_of_the_chain_with_an_earlier_limit_counts(play: Play) -> None:
    play.handling()
    Assignment.objects.update(due_at=NOON + timedelta(hours=3))
    item = of(play).groups[0].items[0]
    assert item.due == NOON + timedelta(hours=3)
    assert item.left == Decimal(1), "12:00 to 15:00 with the rest until 14:00"


def test_the_next_step_follows_the_state(play: Play) -> None:
    steps = {}
    for name, make in {
        "accept": play.dispatched, "handle": play.handling, "wait": play.asked,
    }.items():  # fmt: skip
        steps[make().number] = name
    reworked = play.handled()
    actions.rework_case(actor=play.by["inspector"], case_id=reworked.id, note="仍有垃圾")
    steps[reworked.number] = "rework"
    wanted = {"accept": worklist.ACCEPT, "handle": worklist.HANDLE, "wait": worklist.WAIT, "rework": worklist.REWORK}
    found = {item.case.number: item.step for group in of(play).groups for item in group.items}
    assert found == {number: wanted[name] for number, name in steps.items()}


def test_a_helper_sees_where_it_helps_and_by_when(play: Play) -> None:
    case = play.handling()
    Assignment.objects.create(
        id=new_id(), case=case, unit_id=play.unit("street2"), role="co", received_at=NOON,
        due_at=NOON + timedelta(hours=2),
    )  # fmt: skip
    found = of(play, "street2")
    item = found.groups[0].items[0]
    assert (item.case, item.helps, item.step, found.helping, found.held) == (case, True, worklist.HELP, 1, 0)
    assert item.due == NOON + timedelta(hours=2)
    assert not of(play).groups[0].items[0].helps
    Assignment.objects.filter(role="co").update(state="done")
    assert of(play, "street2").groups == []


def test_beyond_the_limit_the_rest_is_counted(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "MOST", 2)
    for _ in range(4):
        play.handling()
    found = of(play)
    assert (sum(len(group.items) for group in found.groups), found.more, found.held) == (2, 2, 4)


def test_it_costs_few_queries_however_much_there_is(play: Play) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured, clock.at(NOON):
            of(play)
        return len(captured)

    play.handling()
    queries()
    before = queries()
    for _ in range(5):
        play.handling()
    assert queries() == before <= 6
