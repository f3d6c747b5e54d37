"""Dry runs and returns at their edges: what counts, which rows are seen, the moment a window closes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.cases import actions, returning, selectors
from chuangcheng.cases.dry_run import routing as routing_trial
from chuangcheng.cases.dry_run.limits import Tally, Trial, try_limits
from chuangcheng.cases.dry_run.period import Period, period_of
from chuangcheng.cases.dry_run.routing import RoutingTrial, try_routes
from chuangcheng.cases.models import Case, RoutingRule
from chuangcheng.cases.routes import Route
from chuangcheng.framework import time_rules
from chuangcheng.framework.time_rules import Limit
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from tests.cases.play import OTHER_STREET, Play

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
AROUND = Period("days", NOON - timedelta(days=1), NOON + timedelta(days=1))
DEPARTMENT, STREET = Route(unit="U-CGJ"), Route(target="street")


def litter(amount: str) -> list[Limit]:
    return [
        replace(limit, amount=Decimal(amount)) if limit.category_code == "06010" else limit
        for limit in time_rules.in_force()
    ]


def tried(limits: list[Limit], *, rows: Any = None, after: timedelta = timedelta(hours=4)) -> Trial:
    return try_limits(Case.objects.all() if rows is None else rows, limits, AROUND, NOON + after)


def routed(given: list[Route], rows: Any = None) -> RoutingTrial:
    return try_routes(Case.objects.all() if rows is None else rows, given, AROUND)


# Periods --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "counted"), [(0, 1), (-1, 0), (1, 1)])
def test_a_period_begins_with_its_first_moment(play: Play, after: int, counted: int) -> None:
    play.filed()
    starts = Period("days", NOON - timedelta(microseconds=after), NOON + timedelta(days=1))
    assert starts.cases(Case.objects.all()).count() == counted


def test_a_period_ends_before_its_last_moment(play: Play) -> None:
    play.filed()
    ends = Period("days", NOON - timedelta(days=1), NOON)
    assert not ends.cases(Case.objects.all()).exists()


@pytest.mark.parametrize("month", range(1, 13))
def test_the_last_quarter_is_three_whole_months_that_are_over(month: int) -> None:
    now = datetime(2026, month, 20, tzinfo=UTC)
    period = period_of("quarter", now)
    since, until = (each.astimezone(clock.CITY_ZONE) for each in (period.since, period.until))
    assert (until.year * 12 + until.month) - (since.year * 12 + since.month) == 3
    assert (since.month % 3, since.day, since.hour, until.day, until.hour) == (1, 1, 0, 1, 0)
    assert timedelta(0) < now - until < timedelta(days=93)


def test_an_unknown_period_is_ninety_days_up_to_now() -> None:
    with clock.at(NOON):
        told = period_of("decade").as_json()
    assert told == {"period": "days", "since": "2026-06-17T04:00:00+00:00", "until": "2026-09-15T04:00:00+00:00"}


# Limits ---------------------------------------------------------------------------------------------------------------


def test_shares_of_nothing_are_none_and_tallies_add_up() -> None:
    whole = Tally()
    assert (whole.share_before, whole.share_after) == (None, None)
    whole.add(Tally(3, 1, 0, 1, 2, 3, 0))
    whole.add(Tally(1, 0, 1, 1, 0, 0, 1))
    assert whole == Tally(4, 1, 1, 2, 2, 3, 1)
    assert (whole.share_before, whole.share_after) == (Fraction(1, 2), Fraction(3, 4))
    assert whole.as_json()["on_time_share_after"] == 0.75


@pytest.mark.parametrize(("persona", "seen"), [("office", 2), ("district", 2), ("street", 1), ("street2", 1)])
def test_a_trial_counts_only_the_cases_that_its_asker_sees(
    play: Play, personas: dict[str, Any], persona: str, seen: int
) -> None:
    play.dispatched("street")
    play.dispatched("street2", **OTHER_STREET)
    rows = selectors.visible_cases(personas[persona])
    assert tried(litter("1"), rows=rows).whole.earlier == seen
    assert routed([DEPARTMENT], rows).cases == seen


def test_the_danger_limit_is_kept_when_only_the_usual_one_changes(play: Play) -> None:
    play.filed(condition="dangerous")
    play.filed()
    trial = tried(litter("1"))
    assert (trial.whole.cases, trial.whole.earlier) == (2, 1)


def test_the_same_limit_in_other_words_moves_nothing(play: Play) -> None:
    play.dispatched()
    words = [replace(limit, close_when="扫净", handling="clean", source_ref="X") for limit in litter("4.00")]
    assert (tried(words).whole.earlier, tried(words).whole.later) == (0, 0)


def test_a_set_without_an_answer_leaves_the_case_as_it_was(play: Play) -> None:
    play.dispatched()
    only = [Limit("07", "default", "", Decimal(1), "work_hours")]
    trial = tried(only)
    assert (trial.whole.cases, trial.whole.earlier, trial.whole.later) == (1, 0, 0)


@pytest.mark.parametrize(("seconds", "late"), [(0, 0), (1, 1)])
def test_the_last_moment_of_the_new_limit_is_on_time(play: Play, seconds: int, late: int) -> None:
    case = play.handling()
    play.prove(case)
    with clock.at(NOON + timedelta(hours=3, seconds=seconds)):  # one working hour from 14:00
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    assert tried(litter("1")).whole.late_after == late


def test_the_fates_are_told_in_order_and_no_more_than_asked_for(play: Play) -> None:
    numbers = sorted(play.dispatched().number for _ in range(3))
    trial = tried(litter("1"))
    assert [fate.number for fate in trial.fates] == numbers
    told = trial.as_json(fates=2)
    assert (told["changed_fate"], [each["number"] for each in told["changed"]]) == (3, numbers[:2])
    assert json.loads(json.dumps(told)) == told


def test_who_handled_it_answers_for_its_fate(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    assert set(tried(litter("1")).by_unit) == {play.unit("street")}
    nobody = play.filed()
    assert nobody.number in {fate.number for fate in tried(litter("1")).fates if fate.unit_id is None}


def test_a_trial_asks_as_often_for_many_as_for_few(play: Play, django_assert_max_num_queries: Any) -> None:
    for _ in range(6):
        play.dispatched()
    rows = litter("1")
    with django_assert_max_num_queries(8):
        assert tried(rows).whole.earlier == 6


# Routing --------------------------------------------------------------------------------------------------------------


def test_no_cases_have_no_shares() -> None:
    assert RoutingTrial(AROUND).shares == (None, None, None)


def test_a_void_case_is_routed_nowhere(play: Play) -> None:
    case = play.dispatched()
    actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="mistake")
    assert routed([STREET]).cases == 0


def test_source_and_place_decide_among_the_tried_rules(play: Play) -> None:
    play.dispatched("street")
    play.dispatched("street2", **OTHER_STREET)
    here = Route(division="990101001", target="unit", unit="U-CGJ")
    trial = routed([here, STREET])
    assert (trial.cases, trial.right_after) == (2, 1)
    assert [each.after for each in trial.astray] == ["城市管理局"]
    assert routed([replace(DEPARTMENT, source="hotline"), STREET]).right_after == 2


def test_only_so_many_astray_are_kept_and_all_are_counted(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing_trial, "KEPT", 1)
    for _ in range(3):
        play.dispatched()
    trial = routed([DEPARTMENT])
    assert (trial.cases, trial.right_after, len(trial.astray)) == (3, 0, 1)
    assert not RoutingRule.objects.exists()


def test_a_case_that_came_back_is_no_longer_never_returned(play: Play) -> None:
    case = play.dispatched()
    play.dispatched()
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    assert routed([STREET]).shares == (Fraction(1, 2), 0, 1)


# Returns --------------------------------------------------------------------------------------------------------------


def give_back(play: Play, case: Case, persona: str = "street", reason: str = "not_ours") -> Case:
    return actions.return_case(actor=play.by[persona], case_id=case.id, reason_code=reason)


def test_nobody_holds_it_and_no_window_runs(play: Play) -> None:
    assert returning.return_until(play.filed()) is None
    assert returning.return_until(give_back(play, play.dispatched())) is None


def test_the_last_moment_of_the_window_still_counts(play: Play) -> None:
    case = play.dispatched()
    until = returning.return_until(case)
    assert until == NOON + timedelta(days=1)  # eight working hours: 14:00 to 18:00, 8:00 to 12:00
    with clock.at(until + timedelta(seconds=1)), pytest.raises(Refused) as refusal:
        give_back(play, case)
    assert refusal.value.code == "case.return_too_late"
    assert "2026-09-16 12:00" in refusal.value.message("en")
    with clock.at(until):
        assert give_back(play, case).state == "filed"


@pytest.mark.parametrize("reason", ["", "bored", "NOT_OURS"])
def test_an_unknown_reason_changes_nothing(play: Play, reason: str) -> None:
    case = play.dispatched()
    with pytest.raises(Refused, match=r"case\.unknown_reason"):
        give_back(play, case, reason=reason)
    assert (Case.objects.get(pk=case.pk).state, case.return_count) == ("dispatched", 0)


@pytest.mark.parametrize("persona", ["office", "leader", "district", "department", "street2", "inspector", "auditor"])
def test_only_the_holder_gives_it_back(play: Play, persona: str) -> None:
    case = play.dispatched()
    with pytest.raises(Refused) as refusal:
        give_back(play, case, persona)
    assert refusal.value.code in {"common.not_allowed", "common.not_found", "case.not_holder"}
    assert Case.objects.get(pk=case.pk).holder_id == play.unit("street")


def test_the_words_of_a_return_stay_out_of_history(play: Play) -> None:
    case = play.dispatched()
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours", note="属高速公路管理处")
    event = events_of("case", case.id).last()
    assert event is not None
    assert "高速" not in f"{event.before}{event.after}{event.reason}"
    assert case.remarks.get(seq=event.seq).text == "属高速公路管理处"


def test_a_petition_lapses_with_the_return(play: Play) -> None:
    case = give_back(play, play.asked("extension"))
    assert case.state == "filed"
    assert not case.petitions.filter(state="asked").exists()


@pytest.mark.parametrize(("returns", "next_one"), [(0, False), (1, False), (2, True)])
def test_the_third_return_is_announced_as_arbitration(play: Play, returns: int, next_one: bool) -> None:
    case = play.dispatched()
    for _ in range(returns):
        give_back(play, case)
        case = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    assert returning.next_is_arbitration(case) is next_one


def test_a_case_that_never_came_back_has_no_last_return(play: Play) -> None:
    assert returning.last_return(play.dispatched()) is None
