"""One move on many rows: each by its own action, in a transaction of its own, so that one refusal spoils nothing.

Sent twice it does no harm: a row that already is where the move would lead is told apart from one that was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from chuangcheng.cases import selectors
from chuangcheng.cases.actions.dispatch import dispatch_case, void_case
from chuangcheng.cases.actions.handling import accept_case
from chuangcheng.cases.actions.merging import merge_case
from chuangcheng.cases.actions.orders import draft_reply, send_reply
from chuangcheng.cases.actions.petitions import ask_extension
from chuangcheng.cases.actions.triage import ask_confirm, file_report, refuse_report
from chuangcheng.cases.actions.verification import close_case, verify_case
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.routing import suggest_each
from chuangcheng.cases.states import CASE, ORDER, REPORT
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights

#: More rows than this are refused at once: who decides on so many has looked at none.
MOST = 200

Kind = Literal["case", "report", "order"]
Values = Mapping[str, Any]
Row = Any  #: a Case, a Report or an Order, whichever the move is of


@dataclass(frozen=True, slots=True)
class Taken:
    """A row on which the move was taken, now or before."""

    id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that stayed as it was, and why. ``number`` is empty for a row that the actor may not see."""

    id: UUID
    number: str
    problem: Refused

    @property
    def code(self) -> str:
        """The stable code of the reason."""
        return self.problem.code

    def text(self, language: str = "zh-hans") -> str:
        """The reason for a person; where single values are to blame, what is wrong with them."""
        return "；".join(
            [self.problem.message(language), *(field.said(language) for field in self.problem.fields)]
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What became of each row, in the order in which they were named: moved now, there already, or refused."""

    done: tuple[Taken, ...]
    already: tuple[Taken, ...]
    refused: tuple[RefusedRow, ...]


def _same_for_all(rows: Sequence[Row], values: Values) -> dict[UUID, Values]:
    return {row.pk: values for row in rows}


def _always(_actor: Actor, _row: Row, _given: Values) -> bool:
    return True


@dataclass(frozen=True)
class BulkMove:
    """A move that makes sense for many. ``run`` takes it on one row, ``each`` says with which values, and ``settled``
    whether a row in the move's target state is where these values would have led."""

    kind: Kind
    move: Move
    run: Callable[[Actor, Row, Values], object]
    each: Callable[[Sequence[Row], Values], Mapping[UUID, Values]] = _same_for_all
    settled: Callable[[Actor, Row, Values], bool] = _always


def _unit_of_each(cases: Sequence[Case], values: Values) -> dict[UUID, Values]:
    """One unit for all, or for each case the unit that routing suggests."""
    if values.get("unit"):
        return {case.pk: {"unit": values["unit"]} for case in cases}
    return {pk: {"unit": unit.pk if unit else None} for pk, unit in suggested_units(cases=cases).items()}


def suggested_units(*, cases: Sequence[Case]) -> dict[UUID, Any]:
    """The unit (or None) that routing suggests for each case, by the case's id; two queries for all of them. The
    cases come with their category."""
    asked = [(case.category.code if case.category else "", case.division_path, case.source) for case in cases]
    found = suggest_each(asked)
    return {case.pk: each.unit if each else None for case, each in zip(cases, found, strict=True)}


def _dispatch(actor: Actor, case: Case, given: Values) -> object:
    if given["unit"] is None:
        raise Refused("case.no_suggestion")
    return dispatch_case(actor=actor, case_id=case.pk, unit_id=given["unit"])


def _held_by_it(_actor: Actor, case: Case, given: Values) -> bool:
    return given["unit"] is not None and case.holder_id == given["unit"]


def _held_by_us(actor: Actor, case: Case, _given: Values) -> bool:
    post = rights.post_of(actor)
    return post is not None and case.holder_id == post.unit_id


def _has_asked(actor: Actor, case: Case, _given: Values) -> bool:
    petition = selectors.petition_of(case)
    post = rights.post_of(actor)
    return bool(petition and post and petition.kind == "extension" and petition.unit_id == post.unit_id)


def _file(actor: Actor, report: Report, _given: Values) -> object:
    """Under the report's own category (of a component its fault), as ordinary, on the default condition."""
    category = framework.case_category([report.category.code]) if report.category else None
    if category is None:
        raise Refused("case.unknown_category")
    return file_report(actor=actor, report_id=report.pk, category_code=category.code)


def _with_that_reason(_actor: Actor, report: Report, given: Values) -> bool:
    return bool(report.reason_code == given["reason_code"])


def _plain_case(action: Callable[..., object]) -> Callable[[Actor, Row, Values], object]:
    return lambda actor, case, given: action(actor=actor, case_id=case.pk, **given)


def _plain_report(action: Callable[..., object]) -> Callable[[Actor, Row, Values], object]:
    return lambda actor, report, given: action(actor=actor, report_id=report.pk, **given)


def _merge(actor: Actor, case: Case, given: Values) -> object:
    target = selectors.case_by_number(actor, given["number"])
    return merge_case(actor=actor, case_id=case.pk, target_id=target.pk)


def _merged_there(actor: Actor, case: Case, given: Values) -> bool:
    return case.merged_into_id == selectors.standing(selectors.case_by_number(actor, given["number"])).pk


def _draft_order(actor: Actor, order: Row, _given: Values) -> object:
    """By its own outcome; words that somebody has written stay."""
    if order.state == "drafted":
        raise Refused("order.nothing_to_draft")
    return draft_reply(actor=actor, order_id=order.pk)


def _send_order(actor: Actor, order: Row, _given: Values) -> object:
    return send_reply(actor=actor, order_id=order.pk)


_LISTED = (
    BulkMove("case", CASE.move("dispatch"), _dispatch, _unit_of_each, _held_by_it),
    BulkMove("case", CASE.move("accept"), _plain_case(accept_case), settled=_held_by_us),
    BulkMove("case", CASE.move("ask_extension"), _plain_case(ask_extension), settled=_has_asked),
    BulkMove("case", CASE.move("verify"), _plain_case(verify_case)),
    BulkMove("case", CASE.move("close"), _plain_case(close_case)),
    BulkMove("case", CASE.move("void"), _plain_case(void_case)),
    BulkMove("case", CASE.move("merge"), _merge, settled=_merged_there),
    BulkMove("report", REPORT.move("file"), _file),
    BulkMove("report", REPORT.move("ask_confirm"), _plain_report(ask_confirm)),
    BulkMove("report", REPORT.move("refuse"), _plain_report(refuse_report), settled=_with_that_reason),
    BulkMove("order", ORDER.move("draft"), _draft_order),
    BulkMove("order", ORDER.move("send"), _send_order),
)
#: Handling is not among them (each case has its own proof), nor rework (each has its own fault), nor what decides on
#: somebody's petition or plea: those deserve a look each.
MOVES: dict[str, BulkMove] = {each.move.name: each for each in _LISTED}


def offered(*, actor: Actor, kind: Kind, states: Iterable[str] = ()) -> list[BulkMove]:
    """The moves on many rows that the actor's role may take; with ``states`` only those possible in one of them."""
    within = set(states)
    return [
        each
        for each in _LISTED
        if each.kind == kind
        and rights.can(actor, each.move.permission)
        and (not within or within & {*each.move.sources})
    ]


_ROWS: dict[Kind, tuple[Callable[[Actor], Any], tuple[str, ...]]] = {
    "case": (selectors.visible_cases, ("category", "division", "holder")),
    "report": (selectors.visible_reports, ("category", "division")),
    "order": (selectors.visible_orders, ("report__division",)),
}


def rows_of(*, actor: Actor, kind: Kind, ids: Sequence[UUID]) -> list[Row]:
    """The rows of these ids that the actor may see, in this order, with what a line about them shows; one query."""
    visible, joined = _ROWS[kind]
    found = {row.pk: row for row in visible(actor).filter(pk__in=ids).select_related(*joined)}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def take_many(*, actor: Actor, ids: Sequence[UUID], move: str, values: Values) -> BulkReport:
    """Take ``move`` on every row of ``ids``, each in its own transaction; ``values`` are what the move needs.

    For ``dispatch`` these are ``{"unit": id}``, or ``{"unit": None}`` for the unit that routing suggests for each.
    Refused as a whole: ``common.not_found`` (no such move), ``common.not_allowed``, ``bulk.none_chosen``,
    ``bulk.too_many``.
    """
    bulk = MOVES.get(move)
    if bulk is None:
        raise Refused("common.not_found")
    rights.require(actor, bulk.move.permission)
    asked = list(dict.fromkeys(ids))
    check_number(ids=asked)
    rows = {row.pk: row for row in rows_of(actor=actor, kind=bulk.kind, ids=asked)}
    each = bulk.each(list(rows.values()), values)
    done: list[Taken] = []
    already: list[Taken] = []
    refused: list[RefusedRow] = []
    for pk in asked:
        row = rows.get(pk)
        if row is None:
            refused.append(RefusedRow(pk, "", Refused("common.not_found")))
            continue
        try:
            bulk.run(actor, row, each[pk])
        except Refused as problem:
            if _is_settled(bulk, actor, row, each[pk]):
                already.append(Taken(pk, row.number))
            else:
                refused.append(RefusedRow(pk, row.number, problem))
        else:
            done.append(Taken(pk, row.number))
    return BulkReport(tuple(done), tuple(already), tuple(refused))


def check_number(*, ids: Sequence[UUID]) -> None:
    """Refuse to act on nothing, or on more than :data:`MOST` rows."""
    if not ids:
        raise Refused("bulk.none_chosen")
    if len(ids) > MOST:
        raise Refused("bulk.too_many", limit=MOST)


def _is_settled(bulk: BulkMove, actor: Actor, row: Row, given: Values) -> bool:
    """Whether the row, read anew, already is where the move would lead."""
    row.refresh_from_db()
    return row.state == (bulk.move.target or row.state) and bulk.settled(actor, row, given)
