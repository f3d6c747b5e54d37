"""The rates as data: what each counts, leaves out and opens to; split by group and by week."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, breakdown, rates
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import CASE_RATES, OFS, REPORT_RATES, Definition
from chuangcheng.kernel import clock
from tests.cases.play import Play
from tests.cases.test_figures import LATE, quarter
from tests.conftest import NOON

ALL = (*CASE_RATES, *REPORT_RATES)


def rows_of(definition: Definition) -> type[Case] | type[Report]:
    return Report if rates.is_of_reports(definition) else Case


def counted(name: str, now: datetime = LATE) -> tuple[int, int]:
    found = {**rates.rates(Case.objects.all(), now), **rates.report_rates(Report.objects.all(), now)}[name]
    return found.numerator, found.denominator


@pytest.mark.parametrize("definition", ALL, ids=lambda each: each.name)
def test_every_rate_says_what_it_counts_in_both_languages(definition: Definition) -> None:
    for label in (definition.label, definition.counts, definition.over, *[each.label for each in definition.left_out]):
        assert label.zh and label.en
        assert label.en.isascii()


def test_names_are_found_and_belong_to_one_rate() -> None:
    assert len({each.name for each in ALL}) == len(ALL)
    assert all(rates.definition_of(each.name) is each for each in ALL)
    assert rates.definition_of("moon") is None


@pytest.fixture
def busy(play: Play) -> Play:
    """Cases in every state and reports in every state, rated and confirmed."""
    quarter(play)
    for state in ("filed", "linked", "not_accepted", "received", "pending_confirm"):
        play.report_in(state)
    return play


def test_numerator_and_rest_make_the_denominator_and_nothing_left_out_is_among_them(busy: Play) -> None:
    for name, rows in ((definition.name, rows_of(definition).objects.all()) for definition in ALL):
        found = {of: set(rates.rows_behind(rows, name, LATE, of=of).values_list("pk", flat=True)) for of in OFS}
        assert found["is"] | found["rest"] == found["base"], name
        assert not found["is"] & found["rest"], name
        assert not found["out"] & found["base"], name
        assert (len(found["is"]), len(found["base"])) == counted(name)


def test_a_suspended_case_owes_nothing_and_is_shown_as_left_out(play: Play) -> None:
    suspended = play.suspended()
    play.filed()
    assert [*rates.rows_behind(Case.objects.all(), "handle", LATE, of="out")] == [suspended]
    assert counted("handle") == (0, 1)


def test_a_duplicate_is_owed_handling_but_no_closure(play: Play) -> None:
    case = play.handling()
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="duplicate", note="见另一件")
    assert counted("handle") == (1, 1)
    assert counted("close") == (0, 0)
    assert [*rates.rows_behind(Case.objects.all(), "close", LATE, of="out")] == [case]
    assert [*rates.rows_behind(Case.objects.all(), "handle", LATE, of="out")] == []


@pytest.mark.parametrize(("hours", "expected"), [(0, (1, 1)), (24, (1, 1)), (25, (0, 1))])
def test_a_verification_is_on_time_within_a_day(play: Play, hours: int, expected: tuple[int, int]) -> None:
    case = play.handled()
    with clock.at(NOON + timedelta(hours=hours)):
        actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    assert counted("on_time_verify") == expected


def test_what_waits_for_a_verification_counts_against_it_after_a_day(play: Play) -> None:
    play.handled()
    assert counted("on_time_verify", NOON + timedelta(hours=23)) == (0, 0)
    assert counted("on_time_verify", NOON + timedelta(hours=25)) == (0, 1)


@pytest.mark.parametrize(("hours", "expected"), [(1, (1, 1)), (24, (1, 1)), (30, (0, 1))])
def test_a_filing_is_on_time_within_a_day(play: Play, hours: int, expected: tuple[int, int]) -> None:
    report = play.report()
    with clock.at(NOON + timedelta(hours=hours)):
        actions.file_report(actor=play.by["office"], report_id=report.id, category_code="06010")
    assert counted("on_time_filing") == expected


@pytest.mark.parametrize(("hours", "on_time"), [(1, True), (24, True), (30, False)])
def test_a_look_is_on_time_within_its_limit(play: Play, hours: int, on_time: bool) -> None:
    report = play.report_in("pending_confirm")
    with clock.at(NOON + timedelta(hours=hours)):
        told = actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=True)
    assert told.confirmed_on_time is on_time
    assert counted("on_time_confirm") == (int(on_time), 1)


def test_a_look_that_nobody_took_counts_against_it_and_a_second_question_begins_anew(play: Play) -> None:
    report = play.report_in("pending_confirm")
    assert counted("on_time_confirm", NOON + timedelta(hours=1)) == (0, 0)
    assert counted("on_time_confirm", NOON + timedelta(hours=25)) == (0, 1)
    actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=True)
    again = actions.ask_confirm(actor=play.by["office"], report_id=report.id)
    assert again.confirmed_on_time is None
    assert counted("on_time_confirm", NOON + timedelta(hours=1)) == (0, 0)


@pytest.mark.parametrize(("mark", "expected"), [(5, (1, 1)), (3, (1, 1)), (2, (0, 1))])
def test_three_of_five_is_satisfied(play: Play, mark: int, expected: tuple[int, int]) -> None:
    report = play.report_in("filed")
    Report.objects.filter(pk=report.pk).update(rating=mark)
    play.report()
    assert counted("satisfaction") == expected


def test_a_case_that_should_not_be_one_was_not_rightly_filed(play: Play) -> None:
    play.filed()
    play.void()
    case = play.handling()
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="not_reproducible", note="现场无")
    assert counted("right_filing") == (1, 3)


@pytest.mark.parametrize("name", ["valid_report", "moon", ""])
def test_a_rate_of_other_rows_or_none_opens_to_nothing(play: Play, name: str) -> None:
    play.closed()
    assert not rates.rows_behind(Case.objects.all(), name, LATE).exists()
    assert not rates.rows_behind(Case.objects.all(), "handle", LATE, of="all").exists()


# split


def shares(by: breakdown.By, name: str, rows: object = None) -> dict[str, tuple[int, int]]:
    lines = breakdown.split(rows if rows is not None else Case.objects.all(), by, LATE)  # type: ignore[arg-type]
    return {line.name: (line.rates[name].numerator, line.rates[name].denominator) for line in lines}


def test_by_unit_a_case_counts_for_its_holder(play: Play) -> None:
    play.closed()
    play.dispatched("street2")
    play.filed()
    assert shares("unit", "handle") == {"河东街道": (1, 1), "河西街道": (0, 1), "": (0, 1)}


def test_by_street_a_community_counts_for_its_street(play: Play) -> None:
    play.closed()
    assert shares("street", "handle") == {"河东街道": (1, 1)}
    Case.objects.update(division_path="990100/990101/")
    assert shares("street", "handle") == {"": (1, 1)}


def test_by_category_in_the_order_of_codes(play: Play) -> None:
    play.filed(category_code="07003")
    play.closed()
    lines = breakdown.split(Case.objects.all(), "category", LATE)
    assert [line.key for line in lines] == sorted(line.key for line in lines)
    assert {line.rates["handle"].denominator for line in lines} == {1}


def test_reports_are_split_too_and_only_by_what_they_have(play: Play) -> None:
    play.report_in("filed")
    play.report()
    assert shares("street", "valid_report", Report.objects.all()) == {"河东街道": (1, 2)}
    assert breakdown.groups_for(REPORT_RATES[0]) == ["street", "category"]
    assert breakdown.groups_for(CASE_RATES[0]) == ["unit", "street", "category"]


@pytest.mark.parametrize("by", ["unit", "street", "category"])
def test_the_groups_add_up_to_the_whole(busy: Play, by: breakdown.By) -> None:
    lines = breakdown.split(Case.objects.all(), by, LATE)
    for name, rate in rates.rates(Case.objects.all(), LATE).items():
        assert sum(line.rates[name].numerator for line in lines) == rate.numerator
        assert sum(line.rates[name].denominator for line in lines) == rate.denominator


def test_a_split_costs_two_queries_however_many_groups(busy: Play) -> None:
    for by in breakdown.BYS:
        with CaptureQueriesContext(connection) as captured:
            breakdown.split(Case.objects.all(), by, LATE)
        assert len(captured) <= 2, by


def test_weeks_follow_each_other_and_keep_their_own_rows(play: Play) -> None:
    monday = datetime.fromisoformat("2026-09-14T00:00:00+08:00")
    weeks = [monday - timedelta(weeks=back) for back in (2, 1, 0)]
    play.closed()  # on Tuesday the 15th
    with clock.at(NOON - timedelta(days=7)):
        play.filed()
    with CaptureQueriesContext(connection) as captured:
        found = breakdown.trend(Case.objects.all(), CASE_RATES[0], "filed_at", weeks, LATE)
    assert [week.monday for week in found] == weeks
    assert [week.rate.share for week in found] == [None, Fraction(0), Fraction(1)]
    assert len(captured) == 1
    assert breakdown.trend(Case.objects.all(), CASE_RATES[0], "filed_at", [], LATE) == []


def test_the_last_instant_of_a_week_is_in_it(play: Play) -> None:
    monday = datetime.fromisoformat("2026-09-14T00:00:00+08:00")
    for moment in (monday, monday + timedelta(days=7) - timedelta(microseconds=1), monday + timedelta(days=7)):
        with clock.at(moment):
            play.filed()
    found = breakdown.trend(Case.objects.all(), CASE_RATES[-1], "filed_at", [monday], LATE + timedelta(days=30))
    assert found[0].rate.denominator == 2
