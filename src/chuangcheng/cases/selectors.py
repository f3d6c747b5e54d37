"""Reading reports and cases: always from what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from chuangcheng.cases import owners, policies, returning
from chuangcheng.cases.models import Assignment, Case, Order, Petition, QuickFix, Recheck, Report, SubStep, Watch
from chuangcheng.cases.receipts import is_code_of
from chuangcheng.cases.search import search
from chuangcheng.cases.states import CASE, COMPLAINT, ORDER, PLEA, REMOVAL, REPORT
from chuangcheng.cases.status import Status, status_of, with_status
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights

__all__ = [
    "Status",
    "case_by_number",
    "chain_of",
    "filter_cases",
    "filter_reports",
    "get_case_for",
    "get_order_for",
    "get_report_for",
    "kin_of",
    "may_split",
    "moves_for",
    "order_moves_for",
    "petition_of",
    "public_report",
    "public_report_by_number",
    "public_watch",
    "report_moves_for",
    "search",
    "standing",
    "status_of",
    "visible_cases",
    "visible_orders",
    "visible_reports",
    "with_status",
]

AnyModel = TypeVar("AnyModel", bound=Model)
_CHAIN = Prefetch(
    "assignments", queryset=Assignment.objects.select_related("unit", "parent").order_by("received_at", "id")
)
_STEPS = Prefetch("substeps", queryset=SubStep.objects.select_related("unit").order_by("place", "id"))
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
        "category",
        "holder",
        "responsible",
        "handled_unit",
        "arbiter",
        "division",
        "site",
        "standard",
        "merged_into",
        "relapse_of",
    )
    rows = rows.annotate(
        helped=Exists(Assignment.objects.filter(case=OuterRef("pk"), role="co", state__in=("open", "passed"))),
        refuted=Exists(QuickFix.objects.filter(relapse=OuterRef("pk"))),
        rechecked=Exists(Recheck.objects.filter(case=OuterRef("pk"))),
        planned=Exists(SubStep.objects.filter(case=OuterRef("pk"), state="planned")),
    )
    return _one(rows.filter(pk=case_id))


def case_by_number(actor: Actor, number: str) -> Case:
    """A visible case by what somebody wrote as its number, or ``case.no_number``."""
    rows = visible_cases(actor).select_related("merged_into").filter(number=number.strip().upper())
    for case in rows[:1]:
        return case
    raise Refused("case.no_number")


def get_report_for(actor: Actor, report_id: UUID) -> Report:
    """One report with what its page shows, or ``common.not_found``."""
    return _one(visible_reports(actor).select_related("category", "case", "division", "grid").filter(pk=report_id))


def visible_orders(actor: Actor) -> QuerySet[Order]:
    """The orders in the actor's reach."""
    return Order.objects.filter(policies.order_rows(actor))


def get_order_for(actor: Actor, order_id: UUID) -> Order:
    """One order with what its page shows, or ``common.not_found``."""
    case = "report__case"
    rows = visible_orders(actor).select_related(
        f"{case}__holder", f"{case}__responsible", f"{case}__handled_unit", f"{case}__category", "report__category",
        "report__division", "drafted_by", "replied_by",
    )  # fmt: skip
    return _one(rows.filter(pk=order_id))


def order_moves_for(actor: Actor, order: Order) -> list[Move]:
    """The buttons of an order's page: its own moves, and those of the plea to count it in no rate."""
    post = rights.post_of(actor)
    if post is None:
        return []
    try:
        policies.allow_order(post, order)
    except Refused:
        return []
    found = (*ORDER.moves_from(order.state), *REMOVAL.moves_from(order.removal_state))
    own = order.removal_asked_by_id is not None and order.removal_asked_by_id == actor.person_id
    decisions = {"grant_removal", "decline_removal"} if own else set()
    return [move for move in found if move.name not in decisions and policies.holds(post, move.permission)]


def _one(rows: QuerySet[AnyModel]) -> AnyModel:
    for row in rows[:1]:
        return row
    raise Refused("common.not_found")


@dataclass(frozen=True, slots=True)
class Kin:
    """Cases that came of one case, the first filed first, and the one it was split from."""

    merged: list[Case]
    relapses: list[Case]
    split_off: list[Case]
    split_from: Case | None


def kin_of(actor: Actor, case: Case) -> Kin:
    """The cases that this one is about in other words. What was merged into it is part of it; of the others those that
    the actor may see."""
    of_it = Q(merged_into=case) | Q(relapse_of=case) | Q(origin_kind="case", origin_id=case.pk)
    rows = list(Case.objects.filter(of_it).order_by("filed_at", "id"))
    seen = [one for one in rows if one.merged_into_id == case.pk or policies.sees_case(actor, one)]
    origin = case.origin_id if case.origin_kind == "case" else None
    parent = visible_cases(actor).filter(pk=origin).first() if origin else None
    return Kin(
        merged=[one for one in seen if one.merged_into_id == case.pk],
        relapses=[one for one in seen if one.relapse_of_id == case.pk],
        split_off=[one for one in seen if one.origin_kind == "case" and one.origin_id == case.pk],
        split_from=parent,
    )


def chain_of(case: Case) -> list[Assignment]:
    """The links of dispatch, in the order in which they were received."""
    if "assignments" in getattr(case, "_prefetched_objects_cache", {}):
        return list(case.assignments.all())
    return list(case.assignments.select_related("unit", "parent").order_by("received_at", "id"))


def petition_of(case: Case) -> Petition | None:
    """The petition that waits for a decision; whatever moves the case on ends it."""
    if case.state not in CASE.move("extend").sources:
        return None
    return case.petitions.select_related("unit").filter(state="asked").first()


def moves_for(
    actor: Actor, case: Case, *, waiting: Petition | Literal["ask"] | None = "ask", reports: int | None = None
) -> list[Move]:
    """The buttons: moves of the table that this actor may take on this case now. ``return_up``, ``send_back`` and
    ``escalate`` are one button, whichever the chain makes it, for as long as the case may be given back.
    ``waiting`` is :func:`petition_of`, ``reports`` how many
    reports there are to split off, if the caller knows them already."""
    post = rights.post_of(actor)
    if post is None:
        return []
    if case.state in CASE.move("finish_co").sources:
        # One look for all the questions below, and for the page; none where the row itself says that there is nothing.
        wanted = [one for one, there in ((_CHAIN, "helped"), (_STEPS, "planned")) if getattr(case, there, True)]
        prefetch_related_objects([case], *wanted)
    if case.owner_sought_at is not None:
        prefetch_related_objects([case], owners.SHOWN)
    approves = policies.holds(post, "cases.approve")
    petition = (petition_of(case) if waiting == "ask" else waiting) if approves else None
    found = [move for move in CASE.moves_from(case.state) if policies.may(post, case, move.name, petition)]
    names = {move.name for move in found}
    hidden = set() if petition else set(policies.PETITION_MOVES)
    if petition:
        hidden.add("suspend" if petition.kind == "extension" else "extend")
    if names & {"return_up", "send_back"}:
        has_parent = any(link.role == "lead" and link.state == "open" and link.parent_id for link in chain_of(case))
        until = returning.return_until(case)
        too_late = until is not None and clock.now() > until
        hidden |= {"send_back", "return_up", "escalate"}
        bound = case.arbitrated_at or case.owner_named_at or owners.open_search(case)
        if not too_late and (has_parent or not bound):
            arbitrated = not has_parent and returning.next_is_arbitration(case)
            hidden.discard("return_up" if has_parent else "escalate" if arbitrated else "send_back")
    if "split" in names and not may_split(case, reports):
        hidden.add("split")
    if case.relapse_of_id is None:
        hidden.add("deny_relapse")
    return [move for move in found if move.name not in hidden]


def may_split(case: Case, reports: int | None = None) -> bool:
    """Whether a report can be split off so that something is left of the case, which has so many ``reports``."""
    least = 2 if case.origin_kind in ("report", "case") else 1
    return (case.reports.count() if reports is None else reports) >= least


def report_moves_for(actor: Actor, report: Report) -> list[Move]:
    """The buttons of a report's page: its own moves, and the decision on its reporter's plea."""
    post = rights.post_of(actor)
    if post is None or not policies.reaches(post, report):
        return []
    complaint = COMPLAINT.moves_from("ordinary") if report.state in REPORT.open_states() else ()
    found = (*REPORT.moves_from(report.state), *complaint, *PLEA.moves_from(report.plea_state))
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
    return _one(Watch.objects.select_related("case__category", "case__merged_into__category").filter(pk=watch_id))


def standing(case: Case) -> Case:
    """The case that stands for this one: itself, or the one that it was merged into."""
    return case.merged_into or case


def public_report_by_number(number: str, code: str) -> Report:
    """A report by its number, for whoever has the receipt's code; else ``common.not_found``, which tells a guesser
    nothing."""
    report = _one(Report.objects.select_related("case").filter(number=number))
    if not is_code_of(report.pk, code):
        raise Refused("common.not_found")
    return report
