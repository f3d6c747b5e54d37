"""Relapse: the same trouble, the same place, not long after it was closed as fixed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, projections, rates, relapse, selectors
from chuangcheng.cases.models import Case
from chuangcheng.framework.models import Category
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from tests.cases.play import OTHER_STREET, POINT, Play
from tests.conftest import NOON

STEP = 0.0001  # about 11 m north


def north(steps: float) -> dict[str, float]:
    return {"lat": POINT["lat"] + STEP * steps, "lon": POINT["lon"]}


def again(play: Play, days: float = 10, **more: object) -> Case:
    """A case filed so many days later, after the worker has looked at it."""
    with clock.at(NOON + timedelta(days=days)):
        case = play.filed(**more)
        sweep.drain()
    return Case.objects.get(pk=case.pk)


def test_the_same_again_is_a_relapse_with_a_row_on_both_chains(play: Play) -> None:
    first = play.closed()
    case = again(play, **north(2))
    assert case.relapse_of_id == first.pk
    assert case.severity == 1
    assert events_of("case", case.pk).last().action == "case.relapse_found"
    assert events_of("case", first.pk).last().after == {"case": str(case.pk)}
    assert not [*projections.check_cases()]


@pytest.mark.parametrize(
    ("days", "more"),
    [(31, {}), (10, OTHER_STREET), (10, north(6)), (10, {"category_code": "04001F"}), (10, {"lat": None, "lon": None})],
)
def test_later_elsewhere_or_another_trouble_is_none(play: Play, days: float, more: dict[str, object]) -> None:
    play.closed()
    assert again(play, days, **more).relapse_of_id is None


def test_only_what_was_fixed_can_relapse(play: Play) -> None:
    play.verified()
    other = play.handling()
    actions.handle_case(actor=play.by["street"], case_id=other.pk, outcome="cannot", note="待改造")
    actions.verify_case(actor=play.by["inspector"], case_id=other.pk)
    actions.close_case(actor=play.by["office"], case_id=other.pk)
    assert again(play).relapse_of_id is None


def test_of_several_the_last_closed(play: Play) -> None:
    play.closed()
    with clock.at(NOON + timedelta(days=2)):
        last = play.closed(**north(1))
    assert again(play).relapse_of_id == last.pk


def test_a_reopened_case_is_no_relapse(play: Play) -> None:
    case = play.closed()
    actions.reopen_case(actor=play.by["office"], case_id=case.pk, reason_code="citizen_unhappy")
    sweep.drain()
    assert Case.objects.get(pk=case.pk).relapse_of_id is None


def test_the_city_says_how_long_and_how_near(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from django.conf import settings as current

    first = play.closed()
    monkeypatch.setattr(current, "CITY", replace(current.CITY, relapse_days=60, relapse_metres=150))
    assert again(play, 45, **north(10)).relapse_of_id == first.pk


def test_the_verifier_comes_from_another_unit(play: Play) -> None:
    play.closed()
    case = again(play)
    office = play.by["office"]
    with clock.at(NOON + timedelta(days=10)):
        actions.dispatch_case(actor=office, case_id=case.pk, unit_id=play.unit("street"))
        actions.accept_case(actor=play.by["street"], case_id=case.pk)
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
        case.refresh_from_db()
        offers = {name for name, actor in play.by.items()
                  if any(move.name == "verify" for move in selectors.moves_for(actor, case))}  # fmt: skip
        assert offers == {"office", "district", "inspector"}  # no more the grid worker of the street
        with pytest.raises(Refused) as refused:
            actions.verify_case(actor=play.by["grid"], case_id=case.pk)
    assert refused.value.code == "case.own_unit"


def test_denied_it_is_not_set_again(play: Play) -> None:
    first = play.closed()
    case = again(play)
    denied = actions.deny_relapse(actor=play.by["office"], case_id=case.pk, reason_code="new_cause")
    assert (denied.relapse_of_id, denied.relapse_denied) == (None, True)
    assert actions.find_relapses(case_ids=[case.pk]) == []
    assert actions.mark_relapse(case_id=case.pk, first_id=first.pk) is None
    with pytest.raises(Refused) as refused:
        actions.deny_relapse(actor=play.by["office"], case_id=case.pk, reason_code="new_cause")
    assert refused.value.code == "case.no_relapse"
    assert not [*projections.check_cases()]


def test_found_twice_it_is_told_once(play: Play) -> None:
    play.closed()
    case = again(play)
    assert actions.find_relapses(case_ids=[case.pk]) == []
    assert events_of("case", case.pk).filter(action="case.relapse_found").count() == 1


def test_it_counts_with_the_case_that_was_fixed(play: Play) -> None:
    first = play.closed()
    play.closed(category_code="04001F")
    case = again(play)
    late = NOON + timedelta(days=20)
    rate = rates.rates(Case.objects.all(), late)["relapse"]
    assert (rate.numerator, rate.denominator) == (1, 2)
    assert list(rates.rows_behind(Case.objects.all(), "relapse", late)) == [first]
    actions.merge_case(actor=play.by["office"], case_id=case.pk, target_id=play.filed(**OTHER_STREET).pk)
    assert rates.rates(Case.objects.all(), late)["relapse"].numerator == 0


def test_merged_into_a_later_case_the_relapse_is_handed_on_and_back(play: Play) -> None:
    first = play.closed()
    case = again(play)
    older = play.filed(**OTHER_STREET)
    with clock.at(NOON + timedelta(days=11)):
        later = play.filed(category_code="04001F")
        actions.merge_case(actor=play.by["office"], case_id=case.pk, target_id=later.pk)
        later.refresh_from_db()
        assert later.relapse_of_id == first.pk
        actions.unmerge_case(actor=play.by["office"], case_id=case.pk)
        later.refresh_from_db()
        assert later.relapse_of_id is None
    assert older.relapse_of_id is None
    assert not [*projections.check_cases()]


def test_found_near_is_for_any_door(play: Play) -> None:
    first = play.closed()
    category = Category.objects.get(code="06010")
    since = NOON - relapse.window_of_spot()
    with CaptureQueriesContext(connection) as queries:
        assert relapse.found_near(category, POINT["lon"], POINT["lat"], since) == first
    assert len(queries) == 2
    assert relapse.found_near(None, POINT["lon"], POINT["lat"], since) is None
    assert relapse.found_near(category, None, None, since) is None
    assert relapse.found_near(category, POINT["lon"], POINT["lat"], NOON + timedelta(days=1)) is None
    assert relapse.found_near(category, POINT["lon"], POINT["lat"], since, until=NOON - timedelta(days=1)) is None


def test_several_at_once_are_each_told_of_their_own(play: Play) -> None:
    """A batch of new cases: each against what was closed before it, none against another of the batch."""
    first, other = play.closed(), play.closed(**north(20))
    with clock.at(NOON + timedelta(days=5)):
        cases = [play.filed(**north(step)) for step in (1, 21, 60)]
        found = actions.find_relapses(case_ids=[case.pk for case in cases])
        assert found == [first, other]
        assert actions.find_relapses(case_ids=[case.pk for case in cases]) == []
        assert actions.find_relapses(case_ids=[]) == []
    told = {row.pk: row.relapse_of_id for row in Case.objects.filter(pk__in=[case.pk for case in cases])}
    assert told == {cases[0].pk: first.pk, cases[1].pk: other.pk, cases[2].pk: None}
    assert not [*projections.check_cases()]


def test_a_batch_asks_once_for_its_cases(play: Play) -> None:
    with clock.at(NOON + timedelta(days=5)):
        cases = [play.filed(**north(step)) for step in range(4)]
        with CaptureQueriesContext(connection) as asked:
            actions.find_relapses(case_ids=[case.pk for case in cases])
    assert len(asked) == 1 + len(cases)
