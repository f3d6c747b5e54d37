"""Rules at work: raised once, kept, relieved, back again, closed by a person; tried on the past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.history import sweep
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.notices.models import Notice
from chuangcheng.risks import actions
from chuangcheng.risks.facts import RISKS
from chuangcheng.risks.models import Risk
from chuangcheng.risks.watch import Watched, dry_run, watch
from chuangcheng.tasks.models import Task
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases


@contextmanager
def later(days: float) -> Iterator[None]:
    with clock.at(NOON + timedelta(days=days)):
        yield


def pay(count: int) -> None:
    """So many late tasks are done."""
    for task in Task.objects.filter(state="under_way", due_on__lt=TODAY)[:count]:
        Task.objects.filter(pk=task.pk).update(state="struck_off", ended_on=TODAY)


def test_an_entry_is_raised_once(debts: Any, tasks: Cases, units: Any) -> None:
    tasks(2)
    assert watch() == Watched()
    tasks(2)
    assert watch() == Watched(raised=1)
    risk = Risk.objects.get()
    assert (risk.unit, risk.rule, risk.rule_version, risk.subject) == (
        units["department"], "debts", 7, str(units["department"].pk),
    )  # fmt: skip
    assert (risk.value, risk.latest, risk.base, risk.score, risk.level) == (4, 4, 4, 12, "high")
    assert (risk.matter, risk.place, risk.state, risk.kind) == ("任务欠账", "", "open", "progress")
    assert risk.window_on is not None and risk.window_on <= TODAY < risk.window_on + timedelta(days=30)
    assert watch() == Watched(kept=1) and Risk.objects.count() == 1
    tasks(3)
    watch()
    risk.refresh_from_db()
    assert (risk.value, risk.latest) == (4, 7) and risk.chain_seq == 1, "the last look is no fact"


def test_it_is_relieved_and_comes_back_within_a_window(debts: Any, tasks: Cases, units: Any) -> None:
    tasks(4)
    watch()
    pay(2)
    assert watch() == Watched(kept=1), "between the bounds it stays"
    pay(1)
    assert watch() == Watched(relieved=1)
    risk = Risk.objects.get()
    assert risk.state == "relieved" and risk.relieved_at == NOON and risk.latest == 1
    assert watch() == Watched()
    tasks(5)
    assert watch() == Watched(back=1)
    risk.refresh_from_db()
    assert (risk.state, risk.relieved_at) == ("handling", None) and Risk.objects.count() == 1
    told = list(Event.objects.filter(subject_id=risk.pk).order_by("seq").values_list("action", flat=True))
    assert told == ["risk.raised", "risk.recovered", "risk.came_back"]
    assert list(RISKS.check()) == []


def test_what_a_person_closed_stays_closed_until_the_next_window(debts: Any, tasks: Cases, personas: Any) -> None:
    tasks(4)
    watch()
    risk = Risk.objects.get()
    given = {"actor": personas["office"], "risk_id": risk.pk}
    actions.move_risk(move="handle", measures="逐件", due_on=TODAY, **given)
    actions.move_risk(move="close", words="已逐件落实", **given)
    assert watch() == Watched()
    left = (risk.window_on + timedelta(days=30) - TODAY).days if risk.window_on else 0
    with later(left - 1):
        assert watch() == Watched()
    with later(left):
        assert watch() == Watched(raised=1)
    assert Risk.objects.count() == 2
    with later(left + 1):
        assert watch() == Watched(kept=1)


def test_a_live_entry_is_not_doubled_in_the_next_window(debts: Any, tasks: Cases) -> None:
    tasks(4)
    watch()
    for days in (29, 31, 62, 93):
        with later(days):
            assert watch() == Watched(kept=1)
    assert Risk.objects.count() == 1


def test_what_was_accepted_is_left_to_people(debts: Any, tasks: Cases, personas: Any) -> None:
    tasks(3)
    watch()
    risk = Risk.objects.get()
    review = TODAY + timedelta(days=30)
    actions.move_risk(actor=personas["office"], risk_id=risk.pk, move="accept", words="等拨款", review_on=review)
    pay(3)
    assert watch() == Watched()
    risk.refresh_from_db()
    assert (risk.state, risk.latest) == ("accepted", 0)


def test_several_units_each_have_their_own(debts: Any, tasks: Cases, units: Any) -> None:
    tasks(3, unit="department")
    tasks(5, unit="street")
    tasks(2, unit="street2")
    assert watch() == Watched(raised=2)
    assert set(Risk.objects.values_list("unit__code", flat=True)) == {"U-CGJ", "U-990101001"}
    pay(8)
    assert watch() == Watched(relieved=2)


def test_nobody_is_told_but_the_units_own_people(debts: Any, tasks: Cases, personas: Any, units: Any) -> None:
    tasks(3)
    watch()
    sweep.drain()
    rows = Notice.objects.filter(topic="risk.raised")
    assert {row.person_id for row in rows} == {personas["department"].person_id}
    assert rows[0].url == f"/desk/risks/{Risk.objects.get().pk}/" and "任务欠账" in rows[0].text["zh"]
    watch()
    sweep.drain()
    assert rows.count() == 1
    pay(3)
    watch()
    sweep.drain()
    assert Notice.objects.filter(topic="risk.relieved").count() == 1


def test_the_built_in_rules_look_at_a_city_in_few_queries(
    cases: Cases, tasks: Cases, edition: Any, django_assert_max_num_queries: Any
) -> None:
    cases(12, unit="street", due=-1)
    tasks(2)
    with django_assert_max_num_queries(90):
        found = watch()
    assert found.raised == 3
    told = set(Risk.objects.values_list("rule", "place"))
    assert told == {("overdue_unit", ""), ("overdue_street", "河东街道"), ("debts_unit", "")}
    assert watch() == Watched(kept=3)


def test_a_dry_run_writes_nothing(debts: Any, tasks: Cases, units: Any) -> None:
    tasks(4, due=-20)
    tasks(1, unit="street", due=-20)
    trial = dry_run(debts, NOON, weeks=6)
    assert (trial.raised, trial.subjects) == (1, [("城市管理局", 3)])
    days = [look.day for look in trial.looks]
    assert days[-1] == TODAY and days[0] == date(2026, 8, 11) and len(days) == 6
    first = next(look.day for look in trial.looks if look.outcome.raised)
    assert first == date(2026, 9, 1), "the first look after the date had passed"
    assert not Risk.objects.exists() and not Event.objects.filter(subject_kind="risk").exists()


@pytest.mark.parametrize("weeks", [1, 13])
def test_a_dry_run_of_a_quiet_city(debts: Any, units: Any, weeks: int) -> None:
    trial = dry_run(debts, NOON, weeks=weeks)
    assert (trial.raised, trial.subjects, len(trial.looks)) == (0, [], weeks)


def test_shares_are_kept_with_four_places(cases: Cases, edition: Any) -> None:
    cases(5, due=-1)
    cases(8, due=3)
    watch()
    risk = Risk.objects.get(rule="overdue_street")
    assert (risk.value, risk.base) == (Decimal("0.3846"), 13)
