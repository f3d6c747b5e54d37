"""The chain of dispatch: holders, own dues within the parent's, returns one level up, clocks that never stop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.conftest import NOON


def links(case: Case) -> list[tuple[str, str, str]]:
    return [(link.unit.short_name, link.role, link.state) for link in selectors.chain_of(case)]


def three_levels(play: Play) -> Case:
    """district → street → community."""
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    return actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))


def test_dispatch_makes_the_unit_holder_and_responsible(play: Play) -> None:
    case = play.dispatched()
    assert (case.state, case.holder_id, case.holder_since) == ("dispatched", play.unit("street"), NOON)
    assert case.responsible_id == play.unit("street")
    assert links(case) == [("河东街道", "lead", "open")]
    link = selectors.chain_of(case)[0]
    assert (link.received_at, link.due_at, link.assigned_by_id) == (NOON, case.due_at, play.by["office"].person_id)


def test_each_level_stays_in_the_chain(play: Play) -> None:
    case = three_levels(play)
    assert links(case) == [
        ("东山区创城办", "lead", "passed"), ("河东街道", "lead", "passed"), ("永安社区", "lead", "open"),
    ]  # fmt: skip
    district, street, community = selectors.chain_of(case)
    assert (street.parent, community.parent) == (district, street)
    assert case.holder_id == play.unit("community")
    assert case.responsible_id == play.unit("district")  # the first receiver, until another has accepted


def test_a_return_goes_one_level_up_and_no_clock_stopped(play: Play) -> None:
    case = three_levels(play)
    due = case.due_at
    with clock.at(NOON + timedelta(hours=3)):
        case = actions.return_case(
            actor=play.by["community"], case_id=case.id, reason_code="wrong_area", note="不在我社区"
        )
    assert (case.state, case.holder_id, case.return_count) == ("dispatched", play.unit("street"), 1)
    assert links(case)[1:] == [("河东街道", "lead", "open"), ("永安社区", "lead", "returned")]
    _, street, community = selectors.chain_of(case)
    assert (street.received_at, street.due_at, street.ended_at) == (NOON, due, None)
    assert (community.return_reason, community.ended_at) == ("wrong_area", NOON + timedelta(hours=3))
    assert case.due_at == due


def test_from_the_top_it_waits_for_dispatch_again(play: Play) -> None:
    case = three_levels(play)
    for level in ("community", "street", "district"):
        case = actions.return_case(actor=play.by[level], case_id=case.id, reason_code="not_ours")
    assert (case.state, case.holder_id, case.responsible_id, case.return_count) == (
        "filed",
        None,
        play.unit("district"),
        3,
    )
    assert {state for _, _, state in links(case)} == {"returned"}
    again = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    assert links(again)[-1] == ("城市管理局", "lead", "open")


def test_after_a_return_the_parent_may_pass_it_on_elsewhere(play: Play) -> None:
    case = three_levels(play)
    actions.return_case(actor=play.by["community"], case_id=case.id, reason_code="not_ours")
    case = actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("department"))
    assert links(case)[-1] == ("城市管理局", "lead", "open")


def test_a_returned_unit_may_get_it_back(play: Play) -> None:
    case = three_levels(play)
    actions.return_case(actor=play.by["community"], case_id=case.id, reason_code="unclear")
    case = actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    actions.accept_case(actor=play.by["community"], case_id=case.id)
    play.prove(case, "community")
    handled = actions.handle_case(actor=play.by["community"], case_id=case.id, outcome="fixed")
    assert handled.handled_unit_id == play.unit("community")


@pytest.mark.parametrize("above", ["district", "street"])
def test_it_cannot_go_round_in_a_ring(play: Play, above: str) -> None:
    case = play.dispatched("district")
    case = actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    with pytest.raises(Refused) as refusal:
        actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit(above))
    assert refusal.value.code == "case.passed_in_a_ring"


def test_an_unknown_unit_is_refused(play: Play) -> None:
    with pytest.raises(Refused) as refusal:
        actions.dispatch_case(actor=play.by["office"], case_id=play.filed().id, unit_id=new_id())
    assert refusal.value.code == "case.unknown_unit"


def test_a_childs_due_lies_within_its_parents(play: Play) -> None:
    case = play.filed()
    half = NOON + timedelta(hours=3)
    case = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("district"), due_at=half)
    case = actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    assert [link.due_at for link in selectors.chain_of(case)] == [half, half]
    exactly = actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="unclear")
    case = actions.pass_on(actor=play.by["district"], case_id=exactly.id, unit_id=play.unit("street"), due_at=half)
    for wrong in (half + timedelta(minutes=1), NOON, NOON - timedelta(hours=1)):
        with pytest.raises(Refused) as refusal:
            actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"), due_at=wrong)
        assert refusal.value.code == "case.due_outside"
    earlier = NOON + timedelta(hours=2)
    case = actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"), due_at=earlier)
    assert selectors.chain_of(case)[-1].due_at == earlier


def test_an_overdue_case_can_still_be_dispatched(play: Play) -> None:
    case = play.filed()
    with clock.at(NOON + timedelta(days=3)):
        case = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    assert selectors.chain_of(case)[0].due_at == case.due_at < NOON + timedelta(days=3)


def test_helpers_stand_beside_the_lead(play: Play) -> None:
    case = actions.dispatch_case(
        actor=play.by["office"], case_id=play.filed().id, unit_id=play.unit("street"),
        co_units=(play.unit("department"), play.unit("department"), play.unit("street")),
    )  # fmt: skip
    assert links(case) == [("河东街道", "lead", "open"), ("城市管理局", "co", "open")]
    assert selectors.get_case_for(play.by["department"], case.id) == case
    with pytest.raises(Refused) as refusal:
        actions.accept_case(actor=play.by["department"], case_id=case.id)
    assert refusal.value.code == "case.not_holder"
    case = actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    assert {state for _, _, state in links(case)} == {"returned"}


def test_a_second_dispatcher_comes_too_late(play: Play) -> None:
    """Both looked at the same filed case; the table tells the second one what happened."""
    seen = play.filed()
    actions.dispatch_case(actor=play.by["office"], case_id=seen.id, unit_id=play.unit("street"))
    with pytest.raises(Refused) as refusal:
        actions.dispatch_case(actor=play.by["office"], case_id=seen.id, unit_id=play.unit("department"))
    assert refusal.value.code == "state.move_refused"
    assert "待接收" in refusal.value.message()
    assert Case.objects.get().holder_id == play.unit("street")


def test_the_second_of_two_handlers_comes_too_late(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    with pytest.raises(Refused) as refusal:
        actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street2"))
    assert refusal.value.code == "case.not_holder"


def test_all_links_end_with_the_case(play: Play) -> None:
    case = three_levels(play)
    actions.accept_case(actor=play.by["community"], case_id=case.id)
    play.prove(case, "community")
    actions.handle_case(actor=play.by["community"], case_id=case.id, outcome="fixed")
    assert [state for *_, state in links(case)] == ["passed", "passed", "done"]
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    assert [state for *_, state in links(case)] == ["done", "done", "done"]


def test_a_rework_opens_the_last_link_again(play: Play) -> None:
    case = play.handled()
    case = actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="墙角仍有垃圾")
    assert links(case) == [("河东街道", "lead", "open")]
    assert (case.state, case.holder_id) == ("handling", play.unit("street"))


def test_a_rework_after_a_reopening_opens_the_link_of_this_round(play: Play) -> None:
    case = play.closed()
    with clock.at(NOON + timedelta(days=7)):
        actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
        actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
        actions.accept_case(actor=play.by["department"], case_id=case.id)
        play.prove(case, "department")
        actions.handle_case(actor=play.by["department"], case_id=case.id, outcome="fixed")
        case = actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
    assert links(case) == [("河东街道", "lead", "done"), ("城市管理局", "lead", "open")]


def test_void_ends_the_chain(play: Play) -> None:
    case = play.dispatched()
    case = actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="duplicate")
    assert links(case) == [("河东街道", "lead", "done")]


def test_reopening_starts_a_new_chain_with_a_fresh_clock(play: Play) -> None:
    case = play.closed()
    later = NOON + timedelta(days=7)
    with clock.at(later):
        case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
        assert (case.state, case.holder_id, case.reopen_count) == ("filed", None, 1)
        assert (case.outcome, case.on_time, case.handled_at, case.verified_at, case.closed_at) == ("",) + (None,) * 4
        assert case.due_at > later
        case = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    assert links(case) == [("河东街道", "lead", "done"), ("城市管理局", "lead", "open")]
    assert selectors.chain_of(case)[1].parent is None


def test_upper_rooms_hear_where_it_went(play: Play) -> None:
    case = three_levels(play)
    actions.return_case(actor=play.by["community"], case_id=case.id, reason_code="not_ours")
    told = list(Outbox.objects.filter(subject_id=case.id).order_by("id").values_list("topic", flat=True))
    assert told == ["case.filed", "case.dispatched", "case.dispatched", "case.dispatched", "case.returned"]
    last = Outbox.objects.filter(topic="case.returned").get().payload
    assert (last["unit"], last["from"]) == (str(play.unit("street")), str(play.unit("community")))


def test_time_is_charged_to_the_unit_that_holds_it(play: Play) -> None:
    case = play.dispatched("district")
    passed: datetime = NOON + timedelta(hours=1)
    with clock.at(passed):
        case = actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    assert case.holder_since == passed
    assert selectors.chain_of(case)[0].ended_at == passed
