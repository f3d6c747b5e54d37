"""分步办理: steps of the lead and its helpers, within the case's limit, visible to everybody who follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chuangcheng.cases import actions, projections, selectors, substeps
from chuangcheng.cases.actions.planning import MAX_NAME, MOST_STEPS
from chuangcheng.cases.models import Case, SubStep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.conftest import NOON


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


def steps(play: Play, *names: str, unit: str = "street") -> list[actions.StepInput]:
    return [actions.StepInput(name, play.unit(unit)) for name in names]


def plan(play: Play, case: Case, *names: str, by: str = "street") -> Case:
    return actions.plan_steps(actor=play.by[by], case_id=case.id, steps=steps(play, *names))


def planned(play: Play, *names: str) -> Case:
    return plan(play, play.handling(), *(names or ("勘查", "围挡", "施工", "恢复")))


def finish(play: Play, case: Case, by: str = "street", **more: str) -> Case:
    step = case.substeps.filter(state="planned").order_by("place").first()
    return actions.finish_step(actor=play.by[by], case_id=case.id, step_id=step.pk, **more)


def test_the_holder_plans_in_order(play: Play) -> None:
    case = planned(play)
    assert [(one.place, one.name, one.state) for one in substeps.of_case(case)] == [
        (1, "勘查", "planned"), (2, "围挡", "planned"), (3, "施工", "planned"), (4, "恢复", "planned"),
    ]  # fmt: skip
    progress = substeps.progress(case)
    assert progress is not None
    assert (progress.at, progress.total, progress.done, progress.complete) == (1, 4, 0, False)


def test_a_case_without_steps_has_no_progress(play: Play) -> None:
    assert substeps.progress(play.handling()) is None


def test_each_step_done_moves_it_on(play: Play) -> None:
    case = planned(play, "勘查", "施工")
    with clock.at(NOON + timedelta(hours=1)):
        finish(play, case, note="井盖型号已核")
    done = substeps.of_case(Case.objects.get())[0]
    assert (done.state, done.done_at, done.done_by_id) == (
        "done", NOON + timedelta(hours=1), play.by["street"].person_id,
    )  # fmt: skip
    progress = substeps.progress(Case.objects.get())
    assert progress is not None and (progress.at, progress.done) == (2, 1)
    finish(play, case)
    progress = substeps.progress(Case.objects.get())
    assert progress is not None and (progress.at, progress.complete) == (2, True)
    assert (
        refused(lambda: actions.finish_step(actor=play.by["street"], case_id=case.id, step_id=done.pk))
        == "case.no_step"
    )


def test_a_step_is_done_once(play: Play) -> None:
    case = planned(play)
    first = case.substeps.get(place=1)
    finish(play, case)
    again = lambda: actions.finish_step(actor=play.by["street"], case_id=case.id, step_id=first.pk)  # noqa: E731
    assert refused(again) == "state.stale"
    stranger = lambda: actions.finish_step(actor=play.by["street"], case_id=case.id, step_id=new_id())  # noqa: E731
    assert refused(stranger) == "case.no_step"


def test_planning_anew_keeps_what_was_done(play: Play) -> None:
    case = planned(play, "勘查", "施工")
    finish(play, case)
    case = plan(play, case, "换方案", "再施工", "验收")
    assert [(one.place, one.name, one.state) for one in substeps.of_case(Case.objects.get())] == [
        (1, "勘查", "done"), (2, "换方案", "planned"), (3, "再施工", "planned"), (4, "验收", "planned"),
    ]  # fmt: skip
    assert SubStep.objects.get(name="施工").state == "dropped"


def test_a_helper_does_its_own_step(play: Play) -> None:
    case = play.handling()
    actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    mixed = [*steps(play, "断电", unit="department"), *steps(play, "施工")]
    actions.plan_steps(actor=play.by["street"], case_id=case.id, steps=mixed)
    own, lead = case.substeps.get(name="断电"), case.substeps.get(name="施工")
    foreign = lambda: actions.finish_step(actor=play.by["department"], case_id=case.id, step_id=lead.pk)  # noqa: E731
    assert refused(foreign) == "case.not_helper"
    actions.finish_step(actor=play.by["department"], case_id=case.id, step_id=own.pk)
    actions.finish_step(actor=play.by["street"], case_id=case.id, step_id=lead.pk)
    progress = substeps.progress(Case.objects.get())
    assert progress is not None and progress.complete


def test_the_lead_may_tell_for_its_helper(play: Play) -> None:
    case = play.handling()
    actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    actions.plan_steps(actor=play.by["street"], case_id=case.id, steps=steps(play, "断电", unit="department"))
    assert finish(play, case).state == "handling"


def test_a_released_helper_leaves_no_step(play: Play) -> None:
    case = play.handling()
    actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    mixed = [*steps(play, "断电", unit="department"), *steps(play, "施工")]
    actions.plan_steps(actor=play.by["street"], case_id=case.id, steps=mixed)
    actions.release_co(actor=play.by["street"], case_id=case.id, unit_id=play.unit("department"), note="自有电工")
    assert [one.name for one in substeps.of_case(Case.objects.get())] == ["施工"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ((), "state.missing"),
        (("  ",), "case.step_name"),
        (("长" * (MAX_NAME + 1),), "case.step_name"),
        (("坏\0字",), "case.step_name"),
        (tuple("一步" for _ in range(MOST_STEPS + 1)), "case.too_many_steps"),
    ],
)
def test_what_is_no_plan(play: Play, names: tuple[str, ...], code: str) -> None:
    case = play.handling()
    assert refused(lambda: plan(play, case, *names)) == code
    assert not SubStep.objects.exists()


def test_a_step_lies_within_the_limit_and_among_those_at_work(play: Play) -> None:
    case = play.handling()
    assert case.due_at is not None
    call = lambda unit, due: actions.plan_steps(  # noqa: E731
        actor=play.by["street"], case_id=case.id, steps=[actions.StepInput("施工", play.unit(unit), due)]
    )
    assert refused(lambda: call("department", None)) == "case.step_unit"
    for wrong in (NOON, case.due_at + timedelta(seconds=1)):
        assert refused(lambda wrong=wrong: call("street", wrong)) == "case.step_due"
    call("street", case.due_at)


def test_a_suspended_case_is_planned_up_to_its_day(play: Play) -> None:
    case = play.suspended()
    assert case.suspended_until is not None
    call = lambda due: actions.plan_steps(  # noqa: E731
        actor=play.by["street"], case_id=case.id, steps=[actions.StepInput("等汛期过后施工", play.unit("street"), due)]
    )
    assert refused(lambda: call(case.suspended_until + timedelta(days=1))) == "case.step_due"
    call(case.suspended_until)
    finish(play, case)
    assert Case.objects.get().state == "suspended"


@pytest.mark.parametrize("who", ["office", "district", "community", "grid", "leader"])
def test_only_the_holder_plans(play: Play, who: str) -> None:
    case = play.handling()
    assert refused(lambda: plan(play, case, "施工", by=who)) in {"case.not_holder", "common.not_allowed"}


@pytest.mark.parametrize("end", ["handle", "return", "pass_on", "void"])
def test_what_was_not_done_falls_away_with_the_plan(play: Play, end: str) -> None:
    if end == "void":
        case = plan(play, play.dispatched(), "勘查", "施工")
        actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="mistake")
    else:
        case = planned(play, "勘查", "施工")
        finish(play, case)
        if end == "handle":
            play.prove(case)
            actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
        elif end == "return":
            actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
        else:
            actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    assert not SubStep.objects.filter(state="planned").exists()
    assert list(projections.check_cases()) == []


def test_a_reopened_case_is_planned_afresh(play: Play) -> None:
    case = planned(play, "勘查")
    finish(play, case)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    assert substeps.progress(Case.objects.get()) is None
    assert list(projections.check_cases()) == []


def test_names_stay_out_of_history_and_the_rest_comes_back(play: Play) -> None:
    case = planned(play, "张三家门口施工", "恢复")
    finish(play, case)
    assert "张三" not in str([event.after for event in events_of("case", case.id)])
    SubStep.objects.filter(place=1).update(state="planned", done_at=None, place=9)
    assert len(list(projections.check_cases())) == 3
    projections.rebuild_cases()
    assert list(projections.check_cases()) == []


def test_the_button_of_a_step_is_there_when_there_is_one(play: Play) -> None:
    case = play.handling()
    names = lambda: {move.name for move in selectors.moves_for(play.by["street"], Case.objects.get())}  # noqa: E731
    assert "plan" in names() and "finish_step" not in names()
    plan(play, case, "施工")
    assert "finish_step" in names()
    finish(play, case)
    assert "finish_step" not in names()
