"""Giving back: within a window, the third time to an arbiter whose word binds; the first receiver answers meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from chuangcheng.cases import actions, dispatching, projections, rates, returning, selectors
from chuangcheng.cases.ladder_effects import rings_of
from chuangcheng.cases.models import Case
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from tests.cases.play import Play

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)


def give_back(play: Play, case: Case, giver: str = "street", reason: str = "not_ours") -> Case:
    return actions.return_case(actor=play.by[giver], case_id=case.id, reason_code=reason)


def dispatch(play: Play, case: Case, to: str) -> Case:
    return actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit(to))


def refused(call: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


# The window -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accepted", [False, True])
def test_within_a_working_day_it_may_be_given_back(play: Play, accepted: bool) -> None:
    case = play.handling() if accepted else play.dispatched()
    with clock.at(NOON + timedelta(days=1)):  # eight working hours later
        case = give_back(play, case)
    assert (case.state, case.return_count) == ("filed", 1)


def test_after_it_the_unit_handles_it(play: Play) -> None:
    case = play.handling()
    with clock.at(NOON + timedelta(days=1, hours=6, seconds=1)):
        assert "send_back" not in {move.name for move in selectors.moves_for(play.by["street"], case)}
        assert refused(lambda: give_back(play, case)) == "case.return_too_late"
        assert actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))


def test_the_window_counts_from_when_the_unit_got_it(play: Play) -> None:
    case = give_back(play, play.dispatched())
    with clock.at(NOON + timedelta(days=5)):
        dispatch(play, case, "street")
    with clock.at(NOON + timedelta(days=5, hours=3)):
        assert give_back(play, case).return_count == 2


def test_a_city_sets_its_own_window(play: Play) -> None:
    text = dispatching.BUILT_IN.read_text(encoding="utf-8")
    own = settings.CITY.home / "dispatching.toml"
    own.write_text(
        text.replace('[returns]\namount = "1"\nunit = "work_days"', '[returns]\namount = "1"\nunit = "urgent_hours"')
    )
    try:
        case = play.dispatched()
        with clock.at(NOON + timedelta(hours=1, minutes=1)):
            assert refused(lambda: give_back(play, case)) == "case.return_too_late"
        own.write_text("version = ")  # a slip of the pen: what stood before stays in force
        assert dispatching.current().returns.unit == "urgent_hours"
    finally:
        own.unlink()
    assert dispatching.current().returns.unit == "work_days"


@pytest.mark.parametrize(
    ("section", "changes"),
    [
        ("returns", {"amount": "0"}), ("returns", {"unit": "weeks"}), ("dispatch", {"amount": "x"}),
        ("returns", {"arbitrated": 0}), ("arbitration", {"amount": "1001"}),
    ],
)  # fmt: skip
def test_wrong_limits_are_named(section: str, changes: dict[str, Any]) -> None:
    import tomllib

    document = tomllib.loads(dispatching.BUILT_IN.read_text(encoding="utf-8"))
    document[section] |= changes
    assert refused(lambda: dispatching.parse(document)) == "case.bad_dispatching"
    assert refused(lambda: dispatching.parse({})) == "case.bad_dispatching"


# Who answers ----------------------------------------------------------------------------------------------------------


def test_the_first_receiver_answers_until_another_accepts(play: Play) -> None:
    case = give_back(play, play.dispatched("street"))
    assert (case.holder_id, case.responsible_id) == (None, play.unit("street"))
    case = dispatch(play, case, "department")
    assert (case.holder_id, case.responsible_id) == (play.unit("department"), play.unit("street"))
    case = actions.accept_case(actor=play.by["department"], case_id=case.id)
    assert case.responsible_id == play.unit("department")


def test_a_unit_below_answers_once_it_accepted(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    case = Case.objects.get(pk=case.pk)
    assert case.responsible_id == play.unit("district")
    assert actions.accept_case(actor=play.by["street"], case_id=case.id).responsible_id == play.unit("street")


def test_a_site_is_answered_for_by_its_own_unit(play: Play, make_site: Any) -> None:
    case = play.filed(site=make_site("community"))
    dispatch(play, case, "street")
    case = actions.accept_case(actor=play.by["street"], case_id=case.id)
    assert case.responsible_id == play.unit("community")


def test_the_page_and_the_notice_name_unit_reason_and_who_is_next(play: Play) -> None:
    case = give_back(play, play.dispatched(), reason="wrong_area")
    found = returning.last_return(case)
    assert found is not None
    assert (found.unit.short_name, found.reason.zh, found.at) == ("河东街道", "不在本辖区", NOON)
    sweep.drain()
    notice = Notice.objects.filter(topic="case.returned").latest("id")
    assert notice.text["zh"].startswith("河东街道退回（不在本辖区），待重新派遣")
    assert "Not our area" in notice.text["en"]
    dispatch(play, case, "department")
    case = actions.accept_case(actor=play.by["department"], case_id=case.id)
    assert returning.last_return(case) is None


def test_a_return_within_a_chain_names_the_unit_above(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    give_back(play, case)
    sweep.drain()
    texts = [notice.text["zh"] for notice in Notice.objects.filter(topic="case.returned")]
    assert texts
    assert all("退至东山区创城办" in text for text in texts)


# Arbitration ----------------------------------------------------------------------------------------------------------


def test_the_third_return_goes_to_the_arbiter(play: Play) -> None:
    case = play.arbitrating()
    assert (case.state, case.holder_id, case.return_count) == ("arbitrating", None, 3)
    assert case.arbiter_id == play.unit("office")  # a department of the city gave it back too
    assert case.arbitration_due_at == NOON + timedelta(hours=6)  # four working hours from noon: 18:00
    assert case.responsible_id == play.unit("street")
    assert events_of("case", case.id).last().action == "case.escalated"  # type: ignore[union-attr]
    assert list(projections.check_cases()) == []


def test_the_districts_own_quarrel_is_the_districts(play: Play) -> None:
    from chuangcheng.people.models import Unit

    Unit.objects.filter(pk=play.unit("street2")).update(division=Unit.objects.get(pk=play.unit("street2")).division)
    case = play.arbitrating("street", "street2", "street")
    assert case.arbiter_id == play.unit("district")
    assert {move.name for move in selectors.moves_for(play.by["district"], case)} == {"arbitrate"}
    case = actions.arbitrate_case(
        actor=play.by["district"], case_id=case.id, unit_id=play.unit("street2"), note="路段属河西"
    )
    assert case.holder_id == play.unit("street2")


def test_a_district_that_gave_it_back_is_no_arbiter(play: Play) -> None:
    case = play.arbitrating("street", "district", "street")
    assert case.arbiter_id == play.unit("office")
    call = lambda: actions.arbitrate_case(  # noqa: E731
        actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"), note="归街道"
    )
    assert refused(call) == "case.not_arbiter"


@pytest.mark.parametrize("persona", ["leader", "department", "street", "community", "inspector", "auditor"])
def test_nobody_else_arbitrates(play: Play, persona: str) -> None:
    case = play.arbitrating()
    call = lambda: actions.arbitrate_case(  # noqa: E731
        actor=play.by[persona], case_id=case.id, unit_id=play.unit("street"), note="归街道"
    )
    assert refused(call) in {"common.not_allowed", "common.not_found"}


def test_the_arbiters_word_binds(play: Play) -> None:
    case = play.arbitrating()
    office = play.by["office"]
    missing = lambda: actions.arbitrate_case(  # noqa: E731
        actor=office, case_id=case.id, unit_id=play.unit("street"), note="  "
    )
    assert refused(missing) == "state.missing"
    case = actions.arbitrate_case(actor=office, case_id=case.id, unit_id=play.unit("street"), note="该路段由街道养护")
    assert (case.state, case.holder_id, case.arbitrated_at) == ("dispatched", play.unit("street"), NOON)
    assert case.arbitration_due_at is None
    assert refused(lambda: give_back(play, case)) == "case.bound"
    assert {move.name for move in selectors.moves_for(play.by["street"], case)} == {
        "accept", "pass_on", "ask_extension", "ask_suspension", "add_co", "plan",
    }  # fmt: skip
    event = events_of("case", case.id).last()
    assert event is not None
    assert "养护" not in str(event.after)
    assert case.remarks.get(seq=event.seq).text == "该路段由街道养护"
    assert list(projections.check_cases()) == []


def test_who_got_it_from_the_bound_unit_may_return_it_to_that_unit(play: Play) -> None:
    case = play.arbitrating()
    actions.arbitrate_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"), note="归街道")
    actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    case = give_back(play, case, "community")
    assert case.holder_id == play.unit("street")
    assert refused(lambda: give_back(play, case)) == "case.bound"


def test_a_reopened_case_is_free_again(play: Play) -> None:
    case = play.arbitrating()
    actions.arbitrate_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"), note="归街道")
    actions.accept_case(actor=play.by["street"], case_id=case.id)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="not_fixed")
    assert (case.arbitrated_at, case.arbiter_id) == (None, None)


def test_returns_within_one_chain_are_one_units_affair(play: Play) -> None:
    case = play.dispatched("district")
    for _ in range(3):
        actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
        case = give_back(play, case)
    assert (case.state, case.holder_id, case.return_count) == ("dispatched", play.unit("district"), 3)
    assert give_back(play, case, "district").state == "filed"


def test_the_arbiter_is_told_and_reminded_by_a_clock_of_its_own(play: Play) -> None:
    case = play.arbitrating()
    sweep.drain()
    told = Notice.objects.filter(topic="case.escalated")
    assert {notice.person_id for notice in told} == {play.by["office"].person_id}
    assert "城市管理局退回（不属本单位职责），请创城办仲裁" in told[0].text["zh"]
    rings = rings_of(case)
    assert [ring.at for ring in rings if ring.rung.name == "overdue"] == [case.arbitration_due_at]
    assert rings[0].at < NOON + timedelta(hours=6)


# Rates ----------------------------------------------------------------------------------------------------------------


def test_correct_and_on_time_dispatch_are_counted_with_their_rows(play: Play) -> None:
    right = play.dispatched()
    wrong = give_back(play, play.dispatched())
    waiting = play.filed()
    play.void()
    late = play.filed()
    with clock.at(NOON + timedelta(days=1, hours=5)):
        dispatch(play, late, "street")
    now = NOON + timedelta(hours=1)
    rows = selectors.visible_cases(play.by["office"])
    found = rates.rates(rows, now)
    assert (found["correct_dispatch"].numerator, found["correct_dispatch"].denominator) == (2, 3)
    assert (found["on_time_dispatch"].numerator, found["on_time_dispatch"].denominator) == (2, 3)
    later = rates.rates(rows, NOON + timedelta(days=1))["on_time_dispatch"]
    assert (later.numerator, later.denominator) == (2, 4)
    behind = rates.rows_behind(rows, "correct_dispatch", now)
    assert set(behind) == {right, late}
    assert wrong in rates.rows_behind(rows, "correct_dispatch", now, base=True)
    assert waiting not in rates.rows_behind(rows, "on_time_dispatch", now, base=True)
