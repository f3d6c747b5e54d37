"""One move on many rows: each by itself, what is refused stays and is named, and twice is no more than once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.cases import actions, routing
from chuangcheng.cases.actions import bulk
from chuangcheng.cases.actions.bulk import BulkReport, take_many
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE, ORDER, REPORT
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER, OTHER_STREET, Play

Row = Case | Report


def many(play: Play, persona: str, move: str, rows: list[Any], **values: object) -> BulkReport:
    return take_many(actor=play.by[persona], ids=[row.pk for row in rows], move=move, values=values)


def numbers(rows: Any) -> list[str]:
    return [row.number for row in rows]


def why(report: BulkReport) -> dict[str, str]:
    return {row.number: row.code for row in report.refused}


def after(row: Any) -> Any:
    row.refresh_from_db()
    return row


def events(row: Row) -> list[str]:
    return list(Event.objects.filter(subject_id=row.pk).order_by("seq").values_list("action", flat=True))


#: The persona of each move, the state it starts from, what it needs, and where it leads.
CASES: dict[str, tuple[str, str, dict[str, object], str]] = {
    "accept": ("street", "dispatched", {}, "handling"),
    "ask_extension": ("street", "handling", {"reason": "连日降雨"}, "handling"),
    "verify": ("inspector", "handled", {"note": ""}, "verified"),
    "close": ("office", "verified", {"note": ""}, "closed"),
    "void": ("office", "filed", {"reason_code": "mistake", "note": ""}, "void"),
}
REPORTS: dict[str, tuple[str, str, dict[str, object], str]] = {
    "file": ("office", "received", {}, "filed"),
    "ask_confirm": ("office", "received", {}, "pending_confirm"),
    "refuse": ("office", "received", {"reason_code": "unclear"}, "not_accepted"),
}


def test_every_move_on_many_is_walked_here() -> None:
    orders = {"draft", "send"}  # in test_order_bulk; merging in test_merging
    assert {*CASES, *REPORTS, *orders, "dispatch", "merge"} == set(bulk.MOVES)


@pytest.mark.parametrize("move", CASES)
def test_a_move_is_taken_on_every_case(play: Play, move: str) -> None:
    persona, state, values, target = CASES[move]
    rows = [play.in_state(state) for _ in range(3)]
    report = many(play, persona, move, rows, **values)
    assert numbers(report.done) == numbers(rows) and report.already == report.refused == ()
    assert [after(row).state for row in rows] == [target] * 3


@pytest.mark.parametrize("move", REPORTS)
def test_a_move_is_taken_on_every_report(play: Play, move: str) -> None:
    persona, state, values, target = REPORTS[move]
    rows = [play.report_in(state) for _ in range(2)]
    Report.objects.update(category=_category())
    report = many(play, persona, move, rows, **values)
    assert numbers(report.done) == numbers(rows)
    assert [after(row).state for row in rows] == [target] * 2


def _category(code: str = LITTER) -> Any:
    from chuangcheng.framework.models import Category

    return Category.objects.get(code=code)


@pytest.mark.parametrize("move", [*CASES, *REPORTS])
def test_twice_is_no_more_than_once(play: Play, move: str) -> None:
    """A second press of the button reports the rows as settled, and history does not grow."""
    persona, state, values, _ = {**CASES, **REPORTS}[move]
    rows: list[Any] = [(play.in_state if move in CASES else play.report_in)(state) for _ in range(2)]
    Report.objects.update(category=_category())
    many(play, persona, move, rows, **values)
    told, said = Event.objects.count(), Outbox.objects.count()
    again = many(play, persona, move, rows, **values)
    assert numbers(again.already) == numbers(rows) and again.done == again.refused == ()
    assert (Event.objects.count(), Outbox.objects.count()) == (told, said)


def test_a_refused_row_leaves_the_others_done(play: Play) -> None:
    first, wrong, last = play.filed(), play.handling(), play.filed()
    report = many(play, "office", "void", [first, wrong, last], reason_code="duplicate", note="")
    assert numbers(report.done) == [first.number, last.number]
    assert why(report) == {wrong.number: "state.move_refused"}
    assert (after(first).state, after(wrong).state, after(last).state) == ("void", "handling", "void")
    assert "case.voided" not in events(wrong)


def test_each_row_leaves_the_history_of_the_single_action(play: Play) -> None:
    one, other = play.verified(), play.verified()
    actions.close_case(actor=play.by["office"], case_id=one.pk)
    many(play, "office", "close", [other], note="")
    assert events(one) == events(other)


def test_rows_are_taken_in_the_order_given_and_named_once(play: Play) -> None:
    rows = [play.filed() for _ in range(3)]
    order = [rows[2], rows[0], rows[2], rows[1]]
    report = many(play, "office", "void", order, reason_code="mistake", note="")
    assert numbers(report.done) == numbers([rows[2], rows[0], rows[1]])


# dispatch


def test_one_unit_for_all(play: Play) -> None:
    rows = [play.filed(), play.filed(**OTHER_STREET)]
    report = many(play, "office", "dispatch", rows, unit=play.unit("department"))
    assert len(report.done) == 2
    assert {after(row).holder_id for row in rows} == {play.unit("department")}


def test_to_each_the_unit_that_routing_suggests(play: Play) -> None:
    actions.ensure_default_routing(actor=SYSTEM)
    here, there, advert = play.filed(), play.filed(**OTHER_STREET), play.filed(category_code="07003")
    report = many(play, "office", "dispatch", [here, there, advert], unit=None)
    assert len(report.done) == 3
    assert [after(row).holder.short_name for row in (here, there, advert)] == ["河东街道", "河西街道", "城市管理局"]


def test_where_no_rule_names_a_unit_the_case_waits(play: Play) -> None:
    actions.save_rule(actor=SYSTEM, order=1, target="unit", unit=play.units["department"], category_prefix="07")  # type: ignore[arg-type]
    litter, advert = play.filed(), play.filed(category_code="07003")
    report = many(play, "office", "dispatch", [litter, advert], unit=None)
    assert why(report) == {litter.number: "case.no_suggestion"} and numbers(report.done) == [advert.number]
    assert after(litter).state == "filed"


def test_what_was_dispatched_to_that_unit_is_settled_and_to_another_is_refused(play: Play) -> None:
    ours, theirs = play.dispatched("street"), play.dispatched("department")
    report = many(play, "office", "dispatch", [ours, theirs], unit=play.unit("street"))
    assert numbers(report.already) == [ours.number] and why(report) == {theirs.number: "state.move_refused"}


def test_an_unknown_unit_is_refused_for_each(play: Play) -> None:
    case = play.filed()
    assert why(many(play, "office", "dispatch", [case], unit=new_id())) == {case.number: "case.unknown_unit"}


def test_suggestions_for_many_are_those_for_one_and_cost_one_query(
    play: Play, django_assert_max_num_queries: Any
) -> None:
    actions.ensure_default_routing(actor=SYSTEM)
    paths = ["990100/990101/990101001/990101001001/", "990100/990101/990101002/", "990100/990101/", "990100/", ""]
    asked = [(code, path, "portal") for path in paths for code in (LITTER, "07003", "")]
    alone = [routing.suggest(*each) for each in asked]
    with django_assert_max_num_queries(1):
        together = routing.suggest_each(asked)
    assert [each and (each.unit, each.explanation) for each in together] == [
        each and (each.unit, each.explanation) for each in alone
    ]


# reports


def test_a_report_without_a_category_is_not_filed_with_the_others(play: Play) -> None:
    plain, known = play.report(), play.report(category_code=LITTER)
    report = many(play, "office", "file", [plain, known])
    assert why(report) == {plain.number: "case.unknown_category"}
    assert after(known).case.category.code == LITTER


def test_a_component_is_filed_as_its_fault(play: Play) -> None:
    from chuangcheng.framework.models import Category

    Category.objects.create(
        code="04001", zh="行道树", kind="component", class_code="04", class_zh="类", taxonomy="GB/T 47678.5-2026"
    )
    row = play.report(category_code="04001")
    assert numbers(many(play, "office", "file", [row]).done) == [row.number]
    assert after(row).case.category.code == "04001F"


def test_a_report_without_a_place_is_not_sent_to_a_grid(play: Play) -> None:
    row, nowhere = play.report(), play.report(lat=None, lon=None)
    report = many(play, "office", "ask_confirm", [nowhere, row])
    assert why(report) == {nowhere.number: "report.no_place"} and numbers(report.done) == [row.number]


def test_refused_for_another_reason_stays_refused_for_its_own(play: Play) -> None:
    row = play.refused()
    report = many(play, "office", "refuse", [row], reason_code="untrue")
    assert why(report) == {row.number: "state.move_refused"} and after(row).reason_code == "unclear"


# rights


def test_a_row_out_of_sight_is_refused_without_its_number(play: Play) -> None:
    here, there = play.dispatched(), play.dispatched("department", **OTHER_STREET)
    report = many(play, "street", "accept", [here, there])
    assert numbers(report.done) == [here.number]
    assert [(row.id, row.number, row.code) for row in report.refused] == [(there.pk, "", "common.not_found")]
    assert after(there).state == "dispatched"


def test_what_another_unit_holds_is_not_accepted(play: Play) -> None:
    case = play.dispatched("department")
    assert why(many(play, "street", "accept", [case])) == {case.number: "case.not_holder"}


def test_what_another_unit_accepted_is_not_settled_for_us(play: Play) -> None:
    case = play.handling("department")
    assert why(many(play, "street", "accept", [case])) == {case.number: "state.move_refused"}


def test_nobody_verifies_the_own_work_by_the_dozen(play: Play) -> None:
    own, proper = play.handled(), play.handled("department")
    report = many(play, "street", "verify", [own, proper], note="")
    assert why(report) == {own.number: "case.own_work"} and numbers(report.done) == [proper.number]


@pytest.mark.parametrize(
    ("persona", "move"), [("leader", "close"), ("street", "void"), ("auditor", "verify"), ("grid", "refuse")]
)
def test_a_role_without_the_right_is_refused_as_a_whole(play: Play, persona: str, move: str) -> None:
    case = play.verified()
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        many(play, persona, move, [case], reason_code="mistake")
    assert after(case).state == "verified"


@pytest.mark.parametrize("move", ["rework", "handle", "extend", "reopen", "withdraw", "nonsense", ""])
def test_a_move_that_wants_a_look_at_each_is_not_for_many(play: Play, move: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        many(play, "office", move, [play.filed()])


def test_not_on_nothing_and_not_on_too_many(play: Play) -> None:
    with pytest.raises(Refused, match=r"bulk\.none_chosen"):
        many(play, "office", "void", [], reason_code="mistake")
    with pytest.raises(Refused, match=r"bulk\.too_many"):
        take_many(
            actor=play.by["office"], ids=[new_id() for _ in range(bulk.MOST + 1)], move="void",
            values={"reason_code": "mistake"},
        )  # fmt: skip


def test_two_hundred_that_are_not_there_are_told_by_few_queries(play: Play, django_assert_max_num_queries: Any) -> None:
    ids = [new_id() for _ in range(bulk.MOST)]
    with django_assert_max_num_queries(5):
        report = take_many(actor=play.by["office"], ids=ids, move="void", values={"reason_code": "mistake"})
    assert [row.id for row in report.refused] == ids


@pytest.mark.parametrize(
    ("persona", "kind", "moves"),
    [
        ("office", "case", ["dispatch", "verify", "close", "void", "merge"]),
        ("street", "case", ["accept", "ask_extension", "verify"]),
        ("grid", "case", ["verify"]),
        ("leader", "case", []),
        ("auditor", "case", []),
        ("office", "report", ["file", "ask_confirm", "refuse"]),
        ("street", "report", []),
    ],
)
def test_offered_is_what_the_role_may(play: Play, persona: str, kind: bulk.Kind, moves: list[str]) -> None:
    assert [each.move.name for each in bulk.offered(actor=play.by[persona], kind=kind)] == moves


def test_offered_is_what_the_states_allow(play: Play) -> None:
    office = play.by["office"]
    assert [each.move.name for each in bulk.offered(actor=office, kind="case", states=["filed"])] == [
        "dispatch",
        "void",
        "merge",
    ]
    assert [each.move.name for each in bulk.offered(actor=office, kind="case", states=["verified", "handled"])] == [
        "verify",
        "close",
        "merge",
    ]
    assert bulk.offered(actor=office, kind="case", states=["closed"]) == []


def test_every_move_stands_in_its_table() -> None:
    for name, each in bulk.MOVES.items():
        assert {"case": CASE, "report": REPORT, "order": ORDER}[each.kind].move(name) is each.move


def test_a_reason_is_told_in_both_languages_with_what_is_wrong_in_it(play: Play) -> None:
    case = play.handling("department")
    row = many(play, "office", "void", [case], reason_code="mistake", note="").refused[0]
    assert "处置中" in row.text() and row.text("en") != row.text()
    from chuangcheng.kernel.problems import FieldProblem

    blamed = bulk.RefusedRow(case.pk, "", Refused("common.invalid", fields=(FieldProblem("text", "length", "太长"),)))
    assert blamed.text().endswith("；太长")


def test_a_report_joins_what_each_row_became(play: Play) -> None:
    """Every row asked for stands in exactly one of the three lists, whatever the mixture."""
    makers: list[Callable[[], Case]] = [play.filed, play.dispatched, play.void, play.handling, play.closed]

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(range(len(makers))), min_size=1, max_size=5))
    def walk(picked: list[int]) -> None:
        rows = [makers[index]() for index in picked]
        before = {row.pk: row.state for row in rows}
        report = many(play, "office", "void", rows, reason_code="mistake", note="")
        parts: list[UUID] = [row.id for part in (report.done, report.already, report.refused) for row in part]
        assert sorted(parts) == sorted(before)
        assert {row.id for row in report.done} == {
            pk for pk, state in before.items() if state in {"filed", "dispatched"}
        }
        assert {row.id for row in report.already} == {pk for pk, state in before.items() if state == "void"}
        assert all(after(row).state == before[row.pk] for row in rows if row.pk in {each.id for each in report.refused})

    walk()
