"""Clocks of cases and of their chains across the National Day of 2026: off from 1 to 7 October, at work on Sunday
20 September and Saturday 10 October. Every due below is counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chuangcheng.cases import actions, deadlines, rates, selectors
from chuangcheng.cases.models import Case
from chuangcheng.cases.status import SOON
from chuangcheng.framework.models import TimeRule
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play

MATTER = "07003"  # 1 working day
LITTER = "06010"  # 4 working hours


def local(text: str) -> datetime:
    """``10-08 09:30`` of 2026 in the city, as UTC."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("category", "condition", "filed", "due"),
    [
        (LITTER, "default", "09-30 16:00", "10-08 10:00"), (LITTER, "default", "09-30 18:00", "10-08 12:00"),
        (LITTER, "default", "10-03 03:00", "10-08 12:00"), (LITTER, "default", "10-07 23:59", "10-08 12:00"),
        (LITTER, "default", "10-08 07:59", "10-08 12:00"), (LITTER, "default", "10-08 08:01", "10-08 14:01"),
        (MATTER, "default", "09-30 08:00", "09-30 18:00"), (MATTER, "default", "09-30 09:00", "10-08 09:00"),
        (MATTER, "default", "10-09 15:00", "10-10 15:00"), (MATTER, "default", "10-10 15:00", "10-12 15:00"),
        (MATTER, "default", "09-19 12:00", "09-20 18:00"), (MATTER, "default", "09-24 17:00", "09-28 17:00"),
        (MATTER, "dangerous", "10-01 23:00", "10-02 01:00"), (LITTER, "dangerous", "09-30 17:30", "09-30 19:30"),
    ],
)  # fmt: skip
def test_a_case_filed_around_the_holidays(play: Play, category: str, condition: str, filed: str, due: str) -> None:
    with clock.at(local(filed)):
        case = play.filed(category_code=category, condition=condition)
    assert (case.due_at, case.due_provisional) == (local(due), False)
    assert case.filed_at == local(filed)


def test_four_working_days_may_take_eleven(play: Play) -> None:
    TimeRule.objects.filter(category_code="", condition="default").update(amount=Decimal(4))
    with clock.at(local("09-29 10:00")):
        case = play.filed(category_code=MATTER)
    assert case.due_at == local("10-10 10:00"), "30 September, 8, 9 and the made-up 10 October"
    assert case.due_at.astimezone(clock.CITY_ZONE).weekday() == 5  # a Saturday, and a day of work


def test_a_chain_across_the_holidays_keeps_every_link_within_the_case(play: Play) -> None:
    by = play.by
    with clock.at(local("09-30 16:00")):
        case = actions.dispatch_case(
            actor=by["office"], case_id=play.filed(category_code=MATTER).id, unit_id=play.unit("street"),
            due_at=local("10-08 10:00"),
        )  # fmt: skip
        assert case.due_at == local("10-08 16:00")
        actions.accept_case(actor=by["street"], case_id=case.id)
    with clock.at(local("10-05 12:00")):  # somebody works on a day off
        for wrong in (local("10-08 10:01"), local("10-05 12:00"), local("10-04 09:00")):
            with pytest.raises(Refused, match=r"case\.due_outside"):
                actions.pass_on(actor=by["street"], case_id=case.id, unit_id=play.unit("community"), due_at=wrong)
        actions.pass_on(
            actor=by["street"], case_id=case.id, unit_id=play.unit("community"), due_at=local("10-06 09:00")
        )
    street, community = selectors.chain_of(case)
    assert (street.state, community.state) == ("passed", "open")
    assert [link.due_at for link in (street, community)] == [local("10-08 10:00"), local("10-06 09:00")]
    assert community.parent == street


def test_giving_it_back_does_not_stop_the_clock_above(play: Play) -> None:
    by = play.by
    with clock.at(local("09-30 16:00")):
        case = play.dispatched(category_code=MATTER)
        actions.pass_on(actor=by["street"], case_id=case.id, unit_id=play.unit("community"))
    with clock.at(local("10-08 11:00")):
        back = actions.return_case(actor=by["community"], case_id=case.id, reason_code="not_ours")
    street, community = selectors.chain_of(case)
    assert (back.holder_id, back.due_at, back.return_count) == (play.unit("street"), local("10-08 16:00"), 1)
    assert (street.state, street.due_at, street.received_at) == ("open", local("10-08 16:00"), local("09-30 16:00"))
    assert (community.state, community.ended_at) == ("returned", local("10-08 11:00"))


def test_an_extension_is_counted_from_the_due_and_moves_all_links_alike(play: Play) -> None:
    by = play.by
    with clock.at(local("09-30 10:00")):
        case = play.handling(category_code=MATTER)
        assert case.due_at == local("10-08 10:00")
        actions.ask_extension(actor=by["street"], case_id=case.id, reason="施工队节后复工")
    with clock.at(local("10-03 20:00")):  # decided late at night on a day off: it costs the unit nothing
        case = play.decide(case, granted=True)
    assert case.due_at == local("10-09 10:00")
    assert [link.due_at for link in selectors.chain_of(case)] == [local("10-09 10:00")]


def test_a_pause_over_the_holidays_gives_back_the_working_time_that_was_left(play: Play) -> None:
    by = play.by
    with clock.at(local("09-30 10:00")):
        case = play.handling(category_code=MATTER)  # due 8 October, 10:00
    with clock.at(local("09-30 15:00")):  # 3 of 8 hours are gone
        actions.ask_suspension(actor=by["street"], case_id=case.id, reason="待汛期结束", until=local("10-09 09:00"))
        case = play.decide(case, granted=True)
    assert case.state == "suspended"
    with clock.at(local("10-09 09:00")):
        assert actions.resume_due(now=clock.now()) == 1
        case.refresh_from_db()
    assert (case.state, case.due_at) == ("handling", local("10-09 16:00"))
    assert CALENDAR.elapsed(local("10-09 09:00"), case.due_at, "work_hours") == Decimal(5)


def test_a_suspension_that_ends_on_a_day_off_begins_to_run_at_the_next_opening(play: Play) -> None:
    by = play.by
    with clock.at(local("09-30 10:00")):
        case = play.handling(category_code=LITTER)  # due at 16:00
        actions.ask_suspension(actor=by["street"], case_id=case.id, reason="待汛期结束", until=local("10-02 00:00"))
        play.decide(case, granted=True)
    with clock.at(local("10-02 00:00")):
        assert actions.resume_due(now=clock.now()) == 1
    case.refresh_from_db()
    assert case.due_at == local("10-08 12:00")
    assert actions.resume_due(now=local("10-30 00:00")) == 0, "it is not resumed twice"


def test_a_reopened_case_gets_its_limit_from_that_day(play: Play) -> None:
    with clock.at(local("09-29 09:00")):
        case = play.closed(category_code=MATTER)
    with clock.at(local("10-01 12:00")):
        case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    assert (case.due_at, case.reopen_count, case.on_time, case.handled_at) == (local("10-08 18:00"), 1, None, None)


@pytest.mark.parametrize(("handled", "on_time"), [("10-08 10:00", True), ("10-08 10:01", False), ("10-04 10:00", True)])
def test_on_time_is_to_the_minute_of_the_moved_limit(play: Play, handled: str, on_time: bool) -> None:
    with clock.at(local("09-30 16:00")):
        case = play.handling()  # 4 working hours: two today, two on the 8th
    with clock.at(local(handled)):
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
        actions.verify_case(actor=play.by["inspector"], case_id=case.id)
        case = actions.close_case(actor=play.by["office"], case_id=case.id)
    assert case.on_time is on_time
    found = rates.rates(Case.objects.all(), local("10-12 08:00"))
    assert (found["on_time_close"].numerator, found["on_time_close"].denominator) == (int(on_time), 1)
    assert found["close"].share == 1


@pytest.mark.parametrize(
    ("moment", "status"),
    [("10-01 00:00", "on_time"), ("10-08 05:59", "on_time"), ("10-08 06:01", "due_soon"), ("10-08 10:00", "due_soon"),
     ("10-08 10:01", "overdue")],
)  # fmt: skip
def test_soon_is_counted_on_the_wall(play: Play, moment: str, status: str) -> None:
    """Four hours of the wall clock before the limit, so that a night shift sees it too."""
    assert timedelta(hours=4) == SOON
    with clock.at(local("09-30 16:00")):
        case = play.filed()
    assert selectors.status_of(case, local(moment)) == status
    assert selectors.filter_cases(Case.objects.all(), local(moment), status=status).get() == case


def test_nothing_is_owed_during_the_holidays_and_all_of_it_after(play: Play) -> None:
    with clock.at(local("09-30 16:00")):
        for _ in range(3):
            play.handling()
        play.suspended()
        play.void()
    counted = {
        moment: rates.rates(Case.objects.all(), local(moment))["overdue_open"]
        for moment in ("10-07 23:00", "10-08 10:00", "10-08 10:01")
    }
    assert [(rate.numerator, rate.denominator) for rate in counted.values()] == [(0, 0), (0, 3), (3, 3)]


def test_a_grid_worker_has_a_day_round_the_clock(play: Play) -> None:
    with clock.at(local("10-01 09:00")):
        report = play.report_in("pending_confirm")
    assert report.confirm_due_at == local("10-02 09:00") == deadlines.confirm_due(local("10-01 09:00"))


def test_a_limit_into_a_year_without_notice_is_provisional_until_it_is_known(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = max(year for year in range(2020, 2100) if CALENDAR.is_known(year))
    new_year = datetime(last, 12, 31, 9, tzinfo=UTC)  # 17:00 in the city
    with clock.at(new_year):
        case = play.filed(category_code=MATTER)
        assert case.due_provisional
        assert actions.recompute_provisional(actor=SYSTEM) == 0, "nothing is known yet"
        urgent = play.filed(category_code=MATTER, condition="dangerous")
    assert not urgent.due_provisional
