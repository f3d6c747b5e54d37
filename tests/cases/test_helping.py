"""协办: supporting units with limits and ends of their own; the lead is done when all are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chuangcheng.cases import actions, board, projections, selectors
from chuangcheng.cases.models import Assignment, Case, Remark
from chuangcheng.history.selectors import events_of
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from tests.cases.play import Play, picture
from tests.conftest import NOON


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value


def helped(play: Play, *units: str) -> Case:
    """A case in the hands of the street, with supporting units called in by the office."""
    case = play.handling()
    for unit in units or ("department",):
        case = actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit(unit))
    return case


def helper(case: Case) -> Assignment:
    return case.assignments.get(role="co")


def handle(play: Play, case: Case) -> Case:
    play.prove(case)
    return actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")


@pytest.mark.parametrize("who", ["office", "street"])
def test_office_and_lead_call_in_a_unit(play: Play, who: str) -> None:
    case = play.handling()
    actions.add_co(actor=play.by[who], case_id=case.id, unit_id=play.unit("department"))
    link = helper(case)
    assert (link.unit_id, link.role, link.state) == (play.unit("department"), "co", "open")
    assert (link.received_at, link.due_at) == (NOON, case.due_at)
    assert link.parent == case.assignments.get(role="lead")
    assert Case.objects.get().holder_id == play.unit("street"), "the lead stays the lead"


def test_its_due_lies_within_the_leads(play: Play) -> None:
    case = play.handling()
    add = lambda due: actions.add_co(  # noqa: E731
        actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"), due_at=due
    )
    for wrong in (case.due_at + timedelta(minutes=1), NOON, NOON - timedelta(hours=1)):
        assert refused(lambda wrong=wrong: add(wrong)).code == "case.due_outside"
    add(NOON + timedelta(hours=3))
    assert helper(case).due_at == NOON + timedelta(hours=3)


def test_a_unit_stands_once_in_the_chain(play: Play) -> None:
    case = helped(play)
    for unit in ("department", "street"):
        again = lambda unit=unit: actions.add_co(  # noqa: E731
            actor=play.by["office"], case_id=case.id, unit_id=play.unit(unit)
        )
        assert refused(again).code == "case.helps_already"
    stranger = lambda: actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=new_id())  # noqa: E731
    assert refused(stranger).code == "case.unknown_unit"


def test_the_lead_is_done_only_when_its_helpers_are(play: Play) -> None:
    case = helped(play, "department", "community")
    refusal = refused(lambda: handle(play, case))
    assert refusal.code == "case.co_open"
    assert "城市管理局" in refusal.message("zh-hans") and "永安社区" in refusal.message("zh-hans")
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="线缆已入地")
    assert refused(lambda: handle(play, case)).code == "case.co_open"
    actions.release_co(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"), note="不需要劝导了")
    assert handle(play, case).state == "handled"
    states = dict(case.assignments.filter(role="co").values_list("unit__short_name", "state"))
    assert states == {"城市管理局": "done", "永安社区": "released"}


def test_a_helper_says_and_shows_what_it_did(play: Play) -> None:
    case = helped(play)
    empty = lambda: actions.finish_co(actor=play.by["department"], case_id=case.id, note="")  # noqa: E731
    assert refused(empty).code == "state.missing"
    photo = actions.add_photo(actor=play.by["department"], case_id=case.id, role="evidence", data=picture())
    assert photo.stored_at is not None
    with clock.at(NOON + timedelta(hours=1)):
        actions.finish_co(actor=play.by["department"], case_id=case.id, note="线缆已入地")
    link = helper(case)
    assert (link.state, link.ended_at) == ("done", NOON + timedelta(hours=1))
    event = events_of("case", case.id).last()
    assert event.action == "case.co_done" and "线缆" not in str(event.after)
    assert Remark.objects.get(case=case, seq=event.seq).text == "线缆已入地"
    again = lambda: actions.finish_co(actor=play.by["department"], case_id=case.id, note="又")  # noqa: E731
    assert refused(again).code == "case.not_helper"


def test_a_release_needs_a_reason_and_a_helper(play: Play) -> None:
    case = helped(play)
    release = lambda unit, note: actions.release_co(  # noqa: E731
        actor=play.by["street"], case_id=case.id, unit_id=play.unit(unit), note=note
    )
    assert refused(lambda: release("department", "")).code == "state.missing"
    assert refused(lambda: release("community", "x")).code == "case.no_helper"
    release("department", "已自行解决")
    assert refused(lambda: release("department", "x")).code == "case.no_helper"


@pytest.mark.parametrize("who", ["district", "grid", "inspector", "leader", "community"])
def test_others_do_not_meddle(play: Play, who: str) -> None:
    case = helped(play)
    for call in (
        lambda: actions.add_co(actor=play.by[who], case_id=case.id, unit_id=play.unit("subcommand")),
        lambda: actions.release_co(actor=play.by[who], case_id=case.id, unit_id=play.unit("department"), note="x"),
        lambda: actions.finish_co(actor=play.by[who], case_id=case.id, note="x"),
    ):
        assert refused(call).code in {"common.not_allowed", "case.not_holder", "case.not_helper"}


def test_a_return_ends_the_help(play: Play) -> None:
    case = helped(play)
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    assert helper(case).state == "returned"


def test_rework_does_not_ask_the_helpers_again(play: Play) -> None:
    case = helped(play)
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="完成")
    handle(play, case)
    actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="墙角还有")
    assert helper(case).state == "done"
    with clock.at(NOON + timedelta(minutes=5)):
        assert handle(play, case).state == "handled"


def test_help_goes_on_while_the_case_is_suspended(play: Play) -> None:
    case = play.suspended()
    actions.add_co(actor=play.by["street"], case_id=case.id, unit_id=play.unit("department"))
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="管线图已提供")
    assert (Case.objects.get().state, helper(case).state) == ("suspended", "done")


def test_an_extension_moves_the_helpers_too(play: Play) -> None:
    case = helped(play)
    before = helper(case).due_at
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
    after = play.decide(case, granted=True)
    assert before is not None and helper(case).due_at == after.due_at


def test_who_is_asked_for_help_is_told(play: Play) -> None:
    case = play.filed()
    actions.dispatch_case(
        actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"), co_units=(play.unit("community"),)
    )
    actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="完成")
    drain()
    told = {
        name: set(Notice.objects.filter(person=actor.person_id).values_list("topic", flat=True))
        for name, actor in play.by.items()
    }
    assert "case.dispatched" in told["community"] and "case.co_added" in told["department"]
    assert "case.co_done" in told["street"] and "case.co_done" not in told["department"]


def test_what_one_supports_stands_among_ones_work(play: Play) -> None:
    case = helped(play)
    count = {todo.name: todo.count for todo in board.todos(play.by["department"], NOON)}
    assert count["support"] == 1
    assert [row.pk for row in board.waiting_cases(play.by["department"], "support", NOON)] == [case.pk]
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="完成")
    assert {todo.name: todo.count for todo in board.todos(play.by["department"], NOON)}["support"] == 0


def test_the_buttons_of_a_helper(play: Play) -> None:
    case = helped(play)
    names = lambda who: {move.name for move in selectors.moves_for(play.by[who], Case.objects.get())}  # noqa: E731
    assert names("department") == {"finish_co"}
    assert {"add_co", "release_co"} <= names("street") and {"add_co", "release_co"} <= names("office")
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="完成")
    assert names("department") == set() and "release_co" not in names("street")


def test_history_tells_of_help(play: Play) -> None:
    case = helped(play, "department", "community")
    actions.finish_co(actor=play.by["department"], case_id=case.id, note="完成")
    actions.release_co(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"), note="不需要")
    assert list(projections.check_cases()) == []
    Assignment.objects.filter(role="co").update(state="open", ended_at=None)
    assert len(list(projections.check_cases())) == 4
    projections.rebuild_cases()
    assert list(projections.check_cases()) == []
    assert set(case.assignments.filter(role="co").values_list("state", flat=True)) == {"done", "released"}
