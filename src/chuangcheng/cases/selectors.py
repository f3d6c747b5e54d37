"""Reading reports and cases: always from what the actor may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from chuangcheng.cases import policies
from chuangcheng.cases.models import Assignment, Case, Petition, Report, Watch
from chuangcheng.cases.receipts import is_code_of
from chuangcheng.cases.search import search
from chuangcheng.cases.states import CASE, PLEA, REPORT
from chuangcheng.cases.status import Status, status_of, with_status
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights

__all__ = [
    "Status",
    "chain_of",
    "filter_cases",
    "filter_reports",
    "get_case_for",
    "get_report_for",
    "moves_for",
    "petition_of",
    "public_report",
    "public_report_by_number",
    "public_watch",
    "report_moves_for",
    "search",
    "status_of",
    "visible_cases",
    "visible_reports",
    "with_status",
]

AnyModel = TypeVar("AnyModel", bound=Model)
#: Moves that happen by themselves or by a receipt: never a button of the desk.
_NO_BUTTON = frozenset({"withdraw", "object", "ask_reopen"})


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """The cases in the actor's reach."""
    return Case.objects.filter(policies.case_rows(actor))


def visible_reports(actor: Actor) -> QuerySet[Report]:
    """The reports in the actor's reach."""
    return Report.objects.filter(policies.report_rows(actor))


def get_case_for(actor: Actor, case_id: UUID) -> Case:
    """One case with what its page shows, or ``common.not_found``."""
    rows = visible_cases(actor).select_related(
        "category", "holder", "responsible", "handled_unit", "division", "site", "standard"
    )
    return _one(rows.filter(pk=case_id))


def get_report_for(actor: Actor, report_id: UUID) -> Report:
    """One report with what its page shows, or ``common.not_found``."""
    return _one(visible_reports(actor).select_related("category", "case", "division", "grid").filter(pk=report_id))


def _one(rows: QuerySet[AnyModel]) -> AnyModel:
    for row in rows[:1]:
        return row
    raise Refused("common.not_found")


def chain_of(case: Case) -> list[Assignment]:
    """The links of dispatch, in the order in which they were received."""
    return list(case.assignments.select_related("unit", "parent").order_by("received_at", "id"))


def petition_of(case: Case) -> Petition | None:
    """The petition that waits for a decision."""
    return case.petitions.select_related("unit").filter(state="asked").first()


def moves_for(actor: Actor, case: Case) -> list[Move]:
    """The buttons: moves of the table that this actor may take on this case now. ``return_up`` and ``send_back`` are
    one button, whichever the chain makes it."""
    post = rights.post_of(actor)
    if post is None:
        return []
    petition = petition_of(case) if policies.holds(post, "cases.approve") else None
    found = [move for move in CASE.moves_from(case.state) if policies.may(post, case, move.name, petition)]
    names = {move.name for move in found}
    hidden = set() if petition else set(policies.PETITION_MOVES)
    if petition:
        hidden.add("suspend" if petition.kind == "extension" else "extend")
    if names & {"return_up", "send_back"}:
        has_parent = case.assignments.filter(role="lead", state="open", parent__isnull=False).exists()
        hidden.add("send_back" if has_parent else "return_up")
    return [move for move in found if move.name not in hidden]


def report_moves_for(actor: Actor, report: Report) -> list[Move]:
    """The buttons of a report's page: its own moves, and the decision on its reporter's plea."""
    post = rights.post_of(actor)
    if post is None or not policies.reaches(post, report):
        return []
    found = (*REPORT.moves_from(report.state), *PLEA.moves_from(report.plea_state))
    moves = (move for move in found if move.name not in _NO_BUTTON)
    return [move for move in moves if policies.holds(post, move.permission)]


def filter_cases(
    rows: QuerySet[Case], now: datetime, *, state: str = "", category: str = "", unit: UUID | None = None,
    division_path: str = "", status: str = "", source: str = "", since: datetime | None = None,
    until: datetime | None = None, text: str = "",
) -> QuerySet[Case]:  # fmt: skip
    """Narrow a list of cases: ``category`` by code prefix, ``unit`` as holder or responsible, ``since``/``until`` by
    filing time (half open). An empty value does not narrow."""
    if unit:
        rows = rows.filter(Q(holder=unit) | Q(responsible=unit))
    if status:
        rows = rows.filter(with_status(status, now))
    wanted = {"state": state, "category__code__startswith": category, "division_path__startswith": division_path,
              "source": source, "filed_at__gte": since, "filed_at__lt": until}  # fmt: skip
    return search(rows.filter(**_given(wanted)), text)


def filter_reports(
    rows: QuerySet[Report], *, state: str = "", category: str = "", division_path: str = "", source: str = "",
    since: datetime | None = None, until: datetime | None = None, text: str = "",
) -> QuerySet[Report]:  # fmt: skip
    """As :func:`filter_cases`, by the time received."""
    wanted = {"state": state, "category__code__startswith": category, "division_path__startswith": division_path,
              "source": source, "received_at__gte": since, "received_at__lt": until}  # fmt: skip
    return search(rows.filter(**_given(wanted)), text)


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value}


def public_report(report_id: UUID) -> Report:
    """A report for whoever has its link. The door shows its state alone: nothing of it is public before review."""
    return _one(Report.objects.select_related("case").filter(pk=report_id))


def public_watch(watch_id: UUID) -> Watch:
    """What a phone follows that said "me too", for whoever has its link."""
    return _one(Watch.objects.select_related("case__category").filter(pk=watch_id))


def public_report_by_number(number: str, code: str) -> Report:
    """A report by its number, for whoever has the receipt's code; else ``common.not_found``, which tells a guesser
    nothing."""
    report = _one(Report.objects.select_related("case").filter(number=number))
    if not is_code_of(report.pk, code):
        raise Refused("common.not_found")
    return report
