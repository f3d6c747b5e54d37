"""What becomes of those who know of a case 知悉 when it is merged, merged again, and taken out."""

from __future__ import annotations

import pytest

from chuangcheng.cases import actions, instructions, policies, projections
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.history.selectors import events_of
from chuangcheng.history.verify import verify
from tests.cases.play import LITTER, OTHER_STREET, Play
from tests.cases.test_instructions import entered, judged, replied

pytestmark = pytest.mark.django_db


def merge(play: Play, case: Case, target: Case) -> Case:
    return actions.merge_case(actor=play.by["office"], case_id=case.pk, target_id=target.pk)


def unmerge(play: Play, case: Case) -> Case:
    return actions.unmerge_case(actor=play.by["office"], case_id=case.pk)


def knowing(case: Case) -> list[str]:
    rows = Assignment.objects.filter(case=case, role="know").order_by("pk")
    return [link.unit.code for link in rows.select_related("unit")]


def sees(play: Play, who: str, *cases: Case) -> list[bool]:
    return [policies.sees_case(play.by[who], Case.objects.get(pk=case.pk)) for case in cases]


def is_whole() -> bool:
    return not [*projections.check_cases(), *projections.check_reports()]


def test_who_knew_of_the_merged_case_knows_of_the_one_that_stands(play: Play) -> None:
    case, target = play.handling(), play.filed(text="垃圾堆放")
    entered(play, link=case.number)
    assert (knowing(case), knowing(target)) == (["U-CGJ"], [])
    assert sees(play, "department", case, target) == [True, False]
    merge(play, case, target)
    assert sees(play, "department", case, target) == [True, True]
    link = Assignment.objects.get(case=target, role="know")
    assert (link.state, link.due_at, link.assigned_by_id) == ("done", None, play.by["office"].person_id)
    told = events_of("case", target.pk).last()
    assert told.action == "case.absorbed" and str(link.pk) in told.after["assignments"]
    assert is_whole()


def test_nothing_is_lost_when_the_merge_is_undone(play: Play, tmp_path) -> None:  # type: ignore[no-untyped-def]
    case, target = play.handling(), play.handling()
    entered(play, link=case.number)
    merge(play, case, target)
    unmerge(play, case)
    assert sees(play, "department", case, target) == [True, True]
    assert (knowing(case), knowing(target)) == (["U-CGJ"], ["U-CGJ"])
    merge(play, case, target)
    assert knowing(target) == ["U-CGJ"], "once is enough"
    assert is_whole() and verify(tmp_path) == []


def test_it_goes_along_a_chain_of_merges(play: Play) -> None:
    first, second, third = play.filed(), play.filed(text="又一处"), play.filed(text="第三处")
    entered(play, "department", link=first.number)
    merge(play, first, second)
    merge(play, second, third)
    assert sees(play, "department", first, second, third) == [True, True, True]
    assert is_whole()


def test_to_know_is_no_share_in_the_work_of_the_target(play: Play) -> None:
    case, target = play.filed(), play.handled()
    entered(play, "department", link=case.number)
    merge(play, case, target)
    actions.verify_case(actor=play.by["inspector"], case_id=target.pk)
    assert actions.close_case(actor=play.by["office"], case_id=target.pk).state == "closed"


def test_an_addressed_unit_of_another_area_is_told_of_the_target(play: Play) -> None:
    """The street saw the case because it is in its area; the target lies elsewhere, and the street still owes a reply
    about it."""
    here, there = play.filed(), play.filed(text="另一处", **OTHER_STREET)
    row = entered(play, "street", link=here.number)
    assert (knowing(here), sees(play, "street", here, there)) == ([], [True, False])
    merge(play, here, there)
    assert (knowing(there), sees(play, "street", there)) == (["U-990101001"], [True])
    judged(play, replied(play, row))
    assert is_whole()


def test_a_report_that_moves_takes_along_whom_it_was_shown_to(play: Play) -> None:
    report = play.report()
    entered(play, "street", link=report.number)
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    there = play.filed(text="另一处", **OTHER_STREET)
    merge(play, case, there)
    assert knowing(there) == ["U-990101001"]


@pytest.mark.parametrize("end", ["withdraw", "object"])
def test_what_never_counted_shows_nothing_more(play: Play, end: str) -> None:
    here, there = play.filed(), play.filed(text="另一处", **OTHER_STREET)
    row = entered(play, "street", link=here.number)
    if end == "withdraw":
        actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="误录")
    else:
        actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="不是")
    merge(play, here, there)
    assert (knowing(there), sees(play, "street", there)) == ([], [False])


def test_without_an_instruction_nobody_is_added(play: Play) -> None:
    case, target = play.handling(), play.filed(text="另一处", **OTHER_STREET)
    assert instructions.units_that_know(case) == []
    merge(play, case, target)
    assert not Assignment.objects.filter(role="know").exists()
    assert sees(play, "street", target) == [False]
