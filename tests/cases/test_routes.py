"""The set of routing rules: written by the office, in order, explained, in a workbook, tried on past cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from chuangcheng.cases import actions, route_sheets, routes, routing
from chuangcheng.cases.dry_run.period import Period
from chuangcheng.cases.dry_run.routing import RoutingTrial, try_routes
from chuangcheng.cases.models import Case, RoutingRule
from chuangcheng.cases.routes import Route
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.cases.play import OTHER_STREET, Play

HERE = "990100/990101/990101001/990101001001/"
NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
TRADE = Route("07", unit="U-CGJ", supports=("U-990101001",), note="广告")
HOTLINE = Route("", division="990101001", source="hotline", target="district")
REST = Route(target="street")
SET = [TRADE, HOTLINE, REST]


def put(given: list[Route] = SET) -> None:
    routes.replace_routing(actor=SYSTEM, given=given)


def tried(given: list[Route]) -> RoutingTrial:
    period = Period("days", NOON - timedelta(days=1), NOON + timedelta(days=1))
    return try_routes(Case.objects.all(), given, period)


def test_a_set_stands_in_its_order_with_those_who_help(play: Play) -> None:
    put()
    assert routes.routes() == SET
    found = routing.suggest("07003", HERE, "portal")
    assert found is not None
    assert (found.unit.short_name, [unit.short_name for unit in found.supports]) == ("城市管理局", ["河东街道"])
    assert routing.suggest("06010", HERE, "hotline").unit.short_name == "东山区创城办"  # type: ignore[union-attr]
    assert routing.suggest("06010", HERE, "portal").supports == ()  # type: ignore[union-attr]


def test_the_lead_does_not_help_itself(play: Play) -> None:
    put([replace(REST, supports=("U-990101001", "U-CGJ"))])
    found = routing.suggest("06010", HERE, "portal")
    assert [unit.short_name for unit in found.supports] == ["城市管理局"]  # type: ignore[union-attr]


def test_rules_are_added_changed_moved_and_removed(play: Play) -> None:
    put()
    routes.save_route(actor=SYSTEM, route=Route("06010", target="district"))
    assert routes.routes()[-1] == Route("06010", target="district")
    last = routes.rules()[-1]
    routes.move_route(actor=SYSTEM, rule_id=last.pk, by=-1)
    assert [route.category_prefix for route in routes.routes()] == ["07", "", "06010", ""]
    for _ in range(5):
        routes.move_route(actor=SYSTEM, rule_id=last.pk, by=-1)
    assert routes.routes()[0].category_prefix == "06010"
    routes.save_route(actor=SYSTEM, route=replace(TRADE, note="改"), rule_id=routes.rules()[1].pk)
    assert [route.note for route in routes.routes()] == ["", "改", "", ""]
    routes.remove_route(actor=SYSTEM, rule_id=routes.rules()[0].pk)
    assert len(routes.routes()) == 3
    with pytest.raises(Refused, match=r"common\.not_found"):
        routes.remove_route(actor=SYSTEM, rule_id=last.pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(TRADE, unit=""), "unit"), (replace(TRADE, unit="U-X"), "unit"), (replace(TRADE, target="moon"), "target"),
        (replace(TRADE, supports=("U-X",)), "supports"), (replace(TRADE, source="smoke"), "source"),
        (replace(TRADE, division="1"), "division"), (replace(TRADE, category_prefix="99"), "category_prefix"),
    ],
)  # fmt: skip
def test_one_wrong_rule_and_nothing_is_written(play: Play, wrong: Route, field: str) -> None:
    put()
    with pytest.raises(Refused) as refusal:
        put([REST, wrong])
    assert [problem.field for problem in refusal.value.fields] == [field]
    assert routes.routes() == SET


@pytest.mark.parametrize("role", ["leader", "district", "department", "street", "inspector", "auditor"])
def test_only_the_office_writes(play: Play, role: str) -> None:
    put()
    actor: Actor = play.by[role]
    rule = routes.rules()[0]
    calls: list[Callable[[], object]] = [
        lambda: routes.replace_routing(actor=actor, given=[REST]),
        lambda: routes.save_route(actor=actor, route=REST),
        lambda: routes.move_route(actor=actor, rule_id=rule.pk, by=1),
        lambda: routes.remove_route(actor=actor, rule_id=rule.pk),
    ]
    for call in calls:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            call()
    assert routes.routes() == SET


def test_who_looked_at_another_set_looks_again(play: Play) -> None:
    put()
    held = routes.basis()
    put([REST])
    with pytest.raises(Refused, match=r"framework\.rules_moved"):
        routes.replace_routing(actor=SYSTEM, given=SET, held_against=held)


def test_the_explanation_goes_down_to_the_rule_that_takes_it(play: Play) -> None:
    put()
    steps = routes.explain("06010", HERE, "portal")
    assert [(step.taken, step.why.zh) for step in steps] == [
        (False, "类别不符"), (False, "来源不符"), (True, "派给河东街道"),
    ]  # fmt: skip
    assert [step.why.zh for step in routes.explain("06010", "990100/990101/", "hotline")] == [
        "类别不符", "区域不符", "该位置没有对应单位",
    ]  # fmt: skip
    assert len(routes.explain("07003", HERE, "portal")) == 1


def test_a_workbook_loses_nothing(play: Play, tmp_path: Path) -> None:
    put()
    assert route_sheets.write_workbook(tmp_path / "a.xlsx") == 3
    found = route_sheets.read_workbook(tmp_path / "a.xlsx")
    assert (found.rows, found.problems) == (SET, [])
    assert [Route.of_json(route.as_json()) for route in SET] == SET


def test_mistakes_are_named_by_row_and_column(play: Play, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("类别代码", "派往", "承办单位编码", "协办单位编码"))
        page.write_row(1, 0, ("06", "所在街道", "", ""))
        page.write_row(2, 0, ("06", "指定单位", "", ""))
        page.write_row(3, 0, ("99", "月球", "", "U-CGJ，U-X"))
    found = route_sheets.read_workbook(tmp_path / "a.xlsx")
    assert [(problem.row, problem.field) for problem in found.problems] == [
        (3, "承办单位编码"), (4, "派往"), (4, "协办单位编码"), (4, "类别代码"),
    ]  # fmt: skip


def test_a_set_is_tried_on_where_cases_ended(play: Play) -> None:
    put([REST])
    right = play.handled("street")
    play.handled("street2", **OTHER_STREET)
    play.filed()  # nobody's yet
    astray = play.dispatched("department")
    before = (Event.objects.count(), RoutingRule.objects.count())
    trial = tried([Route(unit="U-CGJ")])
    assert (trial.cases, trial.right_before, trial.right_after, trial.moved) == (3, 2, 1, 3)
    assert {each.number for each in trial.astray} >= {right.number}
    assert astray.number not in {each.number for each in trial.astray}
    assert (Event.objects.count(), RoutingRule.objects.count()) == before
    assert trial.shares[0] == 1


def test_a_set_that_names_nobody(play: Play) -> None:
    play.dispatched()
    trial = tried([])
    assert (trial.cases, trial.right_after, trial.astray[0].after) == (1, 0, None)
    assert tried([]).share(0) == 0


def test_returns_count_against_what_was(play: Play) -> None:
    put([REST])
    case = play.dispatched("department")
    actions.return_case(actor=play.by["department"], case_id=case.id, reason_code="not_ours")
    actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    assert tried([REST]).shares == (0, 1, 1)
