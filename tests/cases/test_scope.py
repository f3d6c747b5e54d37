"""Whose rows: each persona sees what the post reaches, and no more."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, selectors
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from tests.cases.play import OTHER_STREET, OUTSIDE, Play, given

EVERYTHING = {"office", "leader", "inspector", "auditor"}


def seen(play: Play, row: object, *, reports: bool = False) -> set[str]:
    visible = selectors.visible_reports if reports else selectors.visible_cases
    return {name for name, actor in play.by.items() if visible(actor).filter(pk=row.pk).exists()}  # type: ignore[attr-defined]


def test_a_filed_case_is_seen_by_its_area(play: Play) -> None:
    assert seen(play, play.filed()) == EVERYTHING | {"district", "street", "community", "grid"}


def test_a_case_of_another_street(play: Play) -> None:
    assert seen(play, play.filed(**OTHER_STREET)) == EVERYTHING | {"district", "street2"}


def test_a_case_outside_the_city_is_seen_from_above_only(play: Play) -> None:
    assert seen(play, play.filed(**OUTSIDE)) == EVERYTHING


def test_whoever_holds_it_sees_it_wherever_it_lies(play: Play) -> None:
    case = play.dispatched("department", **OTHER_STREET)
    assert seen(play, case) == EVERYTHING | {"district", "street2", "department"}


def test_whoever_once_held_it_still_sees_it(play: Play) -> None:
    case = play.dispatched("department", **OTHER_STREET)
    case = actions.return_case(actor=play.by["department"], case_id=case.id, reason_code="not_ours")
    assert "department" in seen(play, case)


def test_a_sub_command_sees_what_the_units_of_its_line_hold(play: Play) -> None:
    case = play.dispatched("department")
    assert "subcommand" not in seen(play, case)
    Unit.objects.filter(pk=play.unit("department")).update(line_parent=play.unit("subcommand"))
    rights.forget_posts()
    assert "subcommand" in seen(play, case)
    with pytest.raises(Refused) as refusal:
        actions.accept_case(actor=play.by["subcommand"], case_id=case.id)
    assert refusal.value.code == "case.not_holder"


def test_reports_follow_the_place(play: Play) -> None:
    report = play.report()
    assert seen(play, report, reports=True) == EVERYTHING | {"district", "street", "community", "grid"}
    assert seen(play, play.report(**OUTSIDE), reports=True) == EVERYTHING


def test_reports_behind_a_case_are_seen_with_it(play: Play) -> None:
    report = play.report(**OTHER_STREET)
    case = actions.file_report(actor=play.by["office"], report_id=report.id, category_code="06010")
    assert "department" not in seen(play, report, reports=True)
    actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    assert "department" in seen(play, report, reports=True)


def test_ones_own_report_stays_visible(play: Play) -> None:
    report, _ = actions.create_report(actor=play.by["department"], given=given(source="grid", **OTHER_STREET))
    assert seen(play, report, reports=True) == EVERYTHING | {"district", "street2", "department"}


@pytest.mark.parametrize("actor", [CITIZEN, SYSTEM])
def test_nobody_without_a_post_sees_anything(play: Play, actor: object) -> None:
    case, report = play.filed(), play.report()
    assert not selectors.visible_cases(actor).exists()  # type: ignore[arg-type]
    assert not selectors.visible_reports(actor).exists()  # type: ignore[arg-type]
    for get, row in ((selectors.get_case_for, case), (selectors.get_report_for, report)):
        with pytest.raises(Refused) as refusal:
            get(actor, row.id)  # type: ignore[operator]
        assert refusal.value.code == "common.not_found"
    assert selectors.moves_for(actor, case) == []  # type: ignore[arg-type]
    assert selectors.report_moves_for(actor, report) == []  # type: ignore[arg-type]


def test_what_is_not_there_reads_like_what_is_not_yours(play: Play) -> None:
    for get in (selectors.get_case_for, selectors.get_report_for):
        with pytest.raises(Refused) as refusal:
            get(play.by["office"], new_id())
        assert refusal.value.code == "common.not_found"


def test_whoever_holds_a_case_or_answers_for_it_was_assigned_it_or_looks_after_the_place(play: Play) -> None:
    for state in ("dispatched", "handling", "handled", "verified", "closed", "suspended"):
        case = play.in_state(state)
        assert {case.holder_id, case.responsible_id} <= set(case.assignments.values_list("unit", flat=True)), state


def test_a_case_page_costs_few_queries(play: Play) -> None:
    case = play.handling()
    actor = play.by["street"]
    rights.post_of(actor)  # kept by the process for two seconds
    with CaptureQueriesContext(connection) as captured:
        found = selectors.get_case_for(actor, case.id)
        assert found.holder and found.category and found.division
        selectors.moves_for(actor, found)
        selectors.chain_of(found)
    assert len(captured) <= 3


def test_rows_come_once_however_many_ways_lead_to_them(play: Play) -> None:
    case = play.dispatched("street")
    actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    assert selectors.visible_cases(play.by["street"]).count() == 1


def test_search_takes_every_word(play: Play) -> None:
    case = play.filed(text="农贸市场门口堆放纸箱")
    other = play.filed(text="绿地里有烟头", address="市场路2号")
    rows = selectors.visible_cases(play.by["office"])
    assert list(selectors.search(rows, "市场 纸箱")) == [case]
    assert set(selectors.search(rows, "市场")) == {case, other}
    assert list(selectors.search(rows, case.number)) == [case]
    assert not selectors.search(rows, "没有的词").exists()
    assert selectors.search(rows, " \0 ").count() == 2


def test_filters_narrow(play: Play) -> None:
    from chuangcheng.kernel import clock

    here, there = play.dispatched("street"), play.filed(category_code="07003", source="media", **OTHER_STREET)
    rows, now = selectors.visible_cases(play.by["office"]), clock.now()

    def found(**more: object) -> set[str]:
        return {case.number for case in selectors.filter_cases(rows, now, **more)}  # type: ignore[arg-type]

    assert found() == {here.number, there.number}
    assert found(state="filed") == {there.number}
    assert found(category="07") == {there.number}
    assert found(unit=play.unit("street")) == {here.number}
    assert found(division_path="990100/990101/990101002/") == {there.number}
    assert found(source="media") == {there.number}
    assert found(status="on_time") == {here.number, there.number}
    assert found(status="overdue") == set()
    assert found(status="nonsense") == set()
    assert found(since=now) == {here.number, there.number}
    assert found(until=now) == set()
    assert found(text="暴露", state="filed") == {there.number}


def test_report_filters_narrow(play: Play) -> None:
    from chuangcheng.kernel import clock

    plain, other = play.report(), play.report(category_code="07003", text="广告牌", **OTHER_STREET)
    actions.refuse_report(actor=play.by["office"], report_id=plain.id, reason_code="unclear")
    rows, now = selectors.visible_reports(play.by["office"]), clock.now()

    def found(**more: object) -> set[str]:
        return {report.number for report in selectors.filter_reports(rows, **more)}  # type: ignore[arg-type]

    assert found() == {plain.number, other.number}
    assert found(state="not_accepted") == {plain.number}
    assert found(category="07003") == {other.number}
    assert found(division_path="990100/990101/990101002/") == {other.number}
    assert found(source="hotline") == set()
    assert found(text="广告") == {other.number}
    assert found(until=now) == set()
