"""A set of limits tried on past cases says what really would have come out, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chuangcheng.cases import actions
from chuangcheng.cases.dry_run.limits import Trial, try_limits
from chuangcheng.cases.dry_run.period import Period, period_of
from chuangcheng.cases.models import Case
from chuangcheng.framework import time_rules
from chuangcheng.framework.time_rules import Limit
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.calendar import CALENDAR
from tests.cases.play import Play

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)


def changed(**amounts: tuple[str, str]) -> list[Limit]:
    """The set in force, litter and all else with other limits: ``litter=("1", "work_hours")``."""
    found = []
    for limit in time_rules.in_force():
        name = {"06010": "litter", "": "rest"}[limit.category_code] if limit.condition == "default" else limit.condition
        amount, unit = amounts.get(name, (str(limit.amount), limit.unit))
        found.append(replace(limit, amount=Decimal(amount), unit=unit))
    return found


def tried(limits: list[Limit], now: datetime | None = None) -> Trial:
    now = now or clock.now()
    period = Period("days", NOON - timedelta(days=5), now + timedelta(days=90))
    return try_limits(Case.objects.all(), limits, period, now)


def at(hours: float) -> object:
    return clock.at(NOON + timedelta(hours=hours))


def test_the_set_in_force_changes_nothing(play: Play) -> None:
    play.filed()
    trial = tried(time_rules.in_force())
    assert (trial.whole.cases, trial.whole.earlier, trial.whole.later, trial.fates) == (1, 0, 0, [])


def test_a_shorter_limit_makes_what_was_on_time_late(play: Play) -> None:
    case = play.handling()
    with at(4):  # 16:00: two working hours since 14:00
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    trial = tried(changed(litter=("1", "work_hours")), NOON + timedelta(hours=5))
    assert (trial.whole.earlier, trial.whole.on_time_before, trial.whole.late_after) == (1, 1, 1)
    assert (trial.whole.share_before, trial.whole.share_after) == (1, 0)
    fate = trial.fates[0]
    assert (fate.number, fate.late_after) == (case.number, True)
    assert fate.due_after == CALENDAR.add(case.filed_at, Decimal(1), "work_hours").at
    assert set(trial.by_unit) == {play.unit("street")}
    assert set(trial.by_category) == {"06010"}


def test_a_longer_limit_forgives_what_was_late(play: Play) -> None:
    case = play.handling()
    with at(30):
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    trial = tried(changed(litter=("5", "work_days")), NOON + timedelta(hours=31))
    assert (trial.whole.later, trial.whole.late_before, trial.whole.on_time_after) == (1, 1, 1)
    assert trial.fates[0].late_after is False


def test_an_open_case_counts_once_its_fate_is_known(play: Play) -> None:
    play.dispatched()
    early = tried(changed(litter=("1", "work_hours")), NOON + timedelta(hours=1))
    assert (early.whole.earlier, early.whole.late_after, early.fates) == (1, 0, [])
    later = tried(changed(litter=("1", "work_hours")), NOON + timedelta(hours=4))
    assert (later.whole.late_before, later.whole.late_after, len(later.fates)) == (0, 1, 1)
    assert later.fates[0].handled_at is None


def test_other_categories_are_left_alone(play: Play) -> None:
    play.filed()
    play.filed(category_code="07003")
    trial = tried(changed(rest=("3", "work_days")))
    assert (trial.whole.cases, trial.whole.later) == (2, 1)
    assert trial.by_category["07003"].later == 1
    assert trial.by_category["06010"].later == 0


def test_a_more_specific_rule_that_is_new(play: Play) -> None:
    play.filed(category_code="07003")
    rows = [*time_rules.in_force(), Limit("07", "default", "", Decimal(2), "work_days")]
    assert tried(rows).whole.later == 1


def test_a_removed_rule_falls_back(play: Play) -> None:
    play.filed()
    rows = [limit for limit in time_rules.in_force() if limit.category_code != "06010"]
    assert tried(rows).whole.later == 1


def test_extensions_are_worth_the_new_limit(play: Play) -> None:
    case = play.handling()
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="雨")
    petition = case.petitions.get()
    actions.decide_petition(actor=play.by["office"], petition_id=petition.id, granted=True)
    trial = tried(changed(litter=("1", "work_hours")), NOON + timedelta(days=2))
    assert trial.fates == []  # late by both
    assert trial.whole.late_before == trial.whole.late_after == 1
    trial = tried(changed(litter=("2", "work_hours")), NOON + timedelta(hours=6, minutes=30))
    # 18:30: four hours of eight are over, but four of four.
    assert [fate.due_after for fate in trial.fates] == [CALENDAR.add(case.filed_at, Decimal(4), "work_hours").at]


def test_pauses_stop_the_clock_as_they_did(play: Play) -> None:
    case = play.handling()
    actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="等料", until=NOON + timedelta(days=3))
    actions.decide_petition(actor=play.by["office"], petition_id=case.petitions.get().id, granted=True)
    with at(24 * 2):
        actions.resume_case(actor=play.by["office"], case_id=case.id)
    trial = tried(changed(litter=("1", "work_hours")), NOON + timedelta(days=2, hours=4))
    assert [fate.due_after for fate in trial.fates] == [NOON + timedelta(days=2, hours=3)]
    assert (trial.whole.late_before, trial.whole.late_after) == (0, 1)


def test_a_reopened_case_counts_from_then(play: Play) -> None:
    case = play.closed()
    with at(24 * 2):
        actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="not_fixed")
    trial = tried(changed(litter=("1", "work_hours")), NOON + timedelta(days=2, hours=4))
    assert trial.whole.late_before == 0
    assert trial.fates[0].due_after == CALENDAR.add(NOON + timedelta(days=2), Decimal(1), "work_hours").at


def test_void_cases_and_other_times_do_not_count(play: Play) -> None:
    actions.void_case(actor=play.by["office"], case_id=play.filed().id, reason_code="mistake")
    assert tried(time_rules.in_force()).whole.cases == 0
    play.filed()
    early = Period("days", NOON - timedelta(days=9), NOON - timedelta(days=1))
    assert try_limits(Case.objects.all(), time_rules.in_force(), early, NOON).whole.cases == 0


def test_nothing_is_written(play: Play) -> None:
    case = play.dispatched()
    before = (Event.objects.count(), Case.objects.values().get(pk=case.pk))
    tried(changed(litter=("1", "work_hours"), rest=("9", "work_days")))
    assert (Event.objects.count(), Case.objects.values().get(pk=case.pk)) == before


def test_a_case_counts_by_the_version_that_made_its_deadline(play: Play) -> None:
    play.filed()
    slower = changed(litter=("8", "work_hours"))
    time_rules.replace_rules(actor=SYSTEM, rows=slower)
    assert tried(slower).whole.later == 1  # in force already, yet the case had run by the older version


def test_as_json(play: Play) -> None:
    play.dispatched()
    told = tried(changed(litter=("1", "work_hours")), NOON + timedelta(hours=4)).as_json()
    assert told["cases"] == told["earlier"] == told["changed_fate"] == 1
    assert told["by_unit"]["U-990101001"]["late_after"] == 1
    assert told["on_time_share_before"] is None


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        ("2026-09-15T12:00+08:00", "2026-04-01T00:00+08:00", "2026-07-01T00:00+08:00"),
        ("2026-01-01T00:00+08:00", "2025-10-01T00:00+08:00", "2026-01-01T00:00+08:00"),
        ("2025-12-31T16:30+00:00", "2025-10-01T00:00+08:00", "2026-01-01T00:00+08:00"),
    ],
)
def test_the_last_whole_quarter_is_the_citys(now: str, since: str, until: str) -> None:
    period = period_of("quarter", datetime.fromisoformat(now))
    assert (period.since, period.until) == (datetime.fromisoformat(since), datetime.fromisoformat(until))


def test_the_last_ninety_days() -> None:
    assert period_of("", NOON).since == NOON - timedelta(days=90)
