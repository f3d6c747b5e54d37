"""Late, soon, slipped, owed: what a row says of itself, what a query finds, and what the debt list adds up are one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.tasks import actions, selectors
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import OWED, RUNNING, TASK
from tests.tasks.conftest import TODAY, Make
from tests.tasks.trying import move

STATES = [state.code for state in TASK.states]
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def drawn(draw: st.DrawFn) -> Task:
    """A row with dates as the actions leave them: never due before what was promised first."""
    first = draw(DAYS)
    due = first + timedelta(days=draw(st.sampled_from([0, 0, 1, 30])))
    state = draw(st.sampled_from(STATES))
    ended = draw(DAYS) if TASK.state(state).final else None
    return Task(state=state, first_due_on=first, due_on=due, ended_on=ended, problem="x", number="")


@settings(max_examples=60)
@given(drawn(), DAYS)
def test_lateness_by_its_words(task: Task, today: date) -> None:
    late = task.is_overdue(today)
    assert late == (task.state in ("not_started", "under_way", "relapsed", "upheld") and today > task.due_on)
    slip = task.slip(today)
    assert slip >= 0
    if task.state == "void":
        assert slip == 0 and not late
    elif task.ended_on is None:
        assert slip >= (task.due_on - task.first_due_on).days, "an extension never goes away"
        assert task.slip(today + timedelta(days=1)) - slip in (0, 1), "a day adds a day at most"
        assert not late or slip >= (today - task.due_on).days
    else:
        assert slip == task.slip(today + timedelta(days=900)), "what has ended slips no further"
        assert (slip > 0) == (task.ended_on > task.first_due_on)


@settings(max_examples=60)
@given(DAYS)
def test_weeks_and_months_are_the_calendars(day: date) -> None:
    task = Task(due_on=day)
    assert date.fromisocalendar(int(task.week[:4]), int(task.week[6:]), day.isoweekday()) == day
    assert task.month == day.isoformat()[:7]
    assert len(task.week) == 8 and task.week[4:6] == "-W"


@pytest.fixture
def shelf(make: Make, ledger: Any) -> list[Task]:
    """Twelve tasks of three units, whose dates and states each example says anew."""
    return [make(("department", "street", "community")[number % 3]) for number in range(12)]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(drawn(), min_size=12, max_size=12), today=DAYS)
def test_queries_find_what_the_rows_say(shelf: list[Task], rows: list[Task], today: date) -> None:
    for task, row in zip(shelf, rows, strict=True):
        for name in ("state", "first_due_on", "due_on", "ended_on"):
            setattr(task, name, getattr(row, name))
    Task.objects.bulk_update(shelf, ["state", "first_due_on", "due_on", "ended_on"])

    def found(which: Any) -> set[Any]:
        return set(Task.objects.filter(which).values_list("pk", flat=True))

    late = {task.pk for task in shelf if task.is_overdue(today)}
    soon = {task.pk for task in shelf if task.state in RUNNING and 0 <= (task.due_on - today).days <= 7}
    slipped = {task.pk for task in shelf if task.state in OWED and task.slip(today)}
    assert found(selectors.overdue(today)) == late
    assert found(selectors.due_soon(today)) == soon and not late & soon
    assert found(selectors.slipped(today)) == slipped
    assert selectors.counts(Task.objects.all(), today) == {
        "running": sum(task.state in (*OWED, "in_review") for task in shelf), "overdue": len(late), "soon": len(soon),
        "in_review": sum(task.state == "in_review" for task in shelf),
    }  # fmt: skip
    debts = {debt.unit.pk: debt for debt in selectors.debts(Task.objects.all(), today)}
    for unit in {task.lead_id for task in shelf}:
        mine = [task for task in shelf if task.lead_id == unit]
        behind = [(today - task.due_on).days for task in mine if task.pk in late]
        slips = [task.slip(today) for task in mine if task.pk in slipped]
        if not behind and not slips:
            assert unit not in debts
            continue
        debt = debts[unit]
        assert (debt.late, debt.late_days, debt.slipped, debt.slip_days) == (
            len(behind), sum(behind), len(slips), sum(slips),
        )  # fmt: skip
        assert debt.running == sum(task.state in RUNNING for task in mine)
        assert debt.oldest == (today - timedelta(days=max(behind)) if behind else None)
    order = [(-debt.late_days, -debt.slip_days) for debt in selectors.debts(Task.objects.all(), today)]
    assert order == sorted(order)


def test_extensions_add_up_and_only_forward(make: Make) -> None:
    task = make(days=5)
    for number, days in enumerate((9, 10, 40), 1):
        task = actions.extend_task(actor=SYSTEM, task_id=task.pk, due_on=TODAY + timedelta(days=days), words="雨")
        assert (task.extensions, task.slip(TODAY)) == (number, days - 5)
        assert task.first_due_on == TODAY + timedelta(days=5)
    with clock.at(clock.now() + timedelta(days=60)):
        assert task.is_overdue() and task.slip() == 55
        due = TODAY + timedelta(days=70)
        assert actions.extend_task(actor=SYSTEM, task_id=task.pk, due_on=due, words="雨").slip() == 65
    assert [entry.words for entry in task.entries.all()] == ["雨"] * 4


def test_upkeep_runs_from_the_day_it_was_checked(make: Make) -> None:
    """Early or late, the next check is one period after this one; a relapse begins anew and upholding sets anew."""
    task = make(days=5)
    move("progress", SYSTEM, task.pk)
    move("uphold", SYSTEM, task.pk, days=30)
    for after in (3, 50, 0, 30):
        with clock.at(clock.now() + timedelta(days=after)):
            task = actions.check_upkeep(actor=SYSTEM, task_id=task.pk, words="保持")
            today = clock.today().date()
            assert (task.due_on, task.first_due_on) == (today + timedelta(days=30),) * 2
            assert not task.is_overdue() and task.is_overdue(today + timedelta(days=31)) and task.slip() == 0
    move("relapse", SYSTEM, task.pk)
    move("progress", SYSTEM, task.pk)
    move("uphold", SYSTEM, task.pk, days=7)
    task.refresh_from_db()
    assert (task.upkeep_days, task.due_on, task.relapses) == (7, TODAY + timedelta(days=7), 1)


def test_review_stops_the_unit_s_clock_and_sending_back_starts_it_again(make: Make) -> None:
    task = make(days=2)
    Task.objects.filter(pk=task.pk).update(state="under_way", proofs=1)
    move("submit", SYSTEM, task.pk)
    with clock.at(clock.now() + timedelta(days=10)):
        task.refresh_from_db()
        assert not task.is_overdue() and not Task.objects.filter(selectors.overdue(clock.today().date())).exists()
        move("send_back", SYSTEM, task.pk)
        task.refresh_from_db()
        assert task.is_overdue() and task.slip() == 8


@settings(max_examples=40)
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_digest_tells_words_apart_and_gives_none_away(one: str, other: str) -> None:
    first, second = (digest_of("task.words", text) for text in (one, other))
    assert (first == second) == (one == other)
    assert digest_of("task.words", one) == first != digest_of("task.cell", one)
