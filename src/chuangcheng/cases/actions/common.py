"""What the actions share: locking a row that the actor may see, checking a move, the links of the chain, proof."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chuangcheng.cases import policies
from chuangcheng.cases.models import Assignment, Case, Petition, Report
from chuangcheng.cases.states import CASE, OUTCOMES_WITHOUT_PHOTO
from chuangcheng.cases.steps import Touch, altered
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Post, Unit
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import PhotoRole

LIVE = ("open", "passed")  # states of an assignment whose clock still runs


def lock_case(actor: Actor, case_id: UUID) -> Case:
    """The case under its row lock, or ``common.not_found`` for who may not see it. Call inside a transaction."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("category")
    for case in rows.filter(policies.case_rows(actor), pk=case_id):
        return case
    raise Refused("common.not_found")


def lock_report(actor: Actor, report_id: UUID) -> Report:
    """The report under its row lock, or ``common.not_found``. Call inside a transaction."""
    rows = Report.objects.select_for_update(of=("self",)).select_related("category")
    for report in rows.filter(policies.report_rows(actor), pk=report_id):
        return report
    raise Refused("common.not_found")


def permit(actor: Actor, case: Case, move: str, petition: Petition | None = None) -> Post:
    """The actor's post if it may take ``move`` on this case; the table is asked first, so that a stale page reads
    "already dispatched" instead of "not yours"."""
    post = rights.require(actor, CASE.move(move).permission)
    if case.state not in CASE.move(move).sources:
        CASE.next(case.state, move)
    policies.allow(post, case, move, petition)
    return post


def unit_of(unit_id: UUID) -> Unit:
    """The unit, or ``case.unknown_unit``."""
    for unit in people.units().filter(pk=unit_id):
        return unit
    raise Refused("case.unknown_unit")


def open_lead(case: Case) -> Assignment:
    """The link at the end of the chain: the one whose unit holds the case now."""
    return case.assignments.select_related("parent").get(role="lead", state="open")


def last_lead(case: Case) -> Assignment:
    """The link that was done last: a rework opens it again."""
    return case.assignments.filter(role="lead", state="done").latest("ended_at", "received_at")


def end_all(case: Case, state: str, at: datetime, reason: str = "") -> list[Touch]:
    """End every live link of the case."""
    links = case.assignments.filter(state__in=LIVE).order_by("received_at", "id")
    return [altered(link, state=state, ended_at=at, return_reason=reason) for link in links]


def lapse_petition(case: Case, at: datetime) -> list[Touch]:
    """A petition that waits loses its object when the case moves on."""
    return [altered(petition, state="lapsed", decided_at=at) for petition in case.petitions.filter(state="asked")]


def responsible_after(case: Case, holder_id: UUID | None) -> UUID | None:
    """Who answers: for a site its own unit whoever works on it, else the unit that holds the case."""
    return case.responsible_id if case.site_id else holder_id


def require_proof(case: Case, outcome: str, note: str, *, stored: bool) -> None:
    """``case.proof_missing`` unless an "after" photo of this round exists (``stored``: its bytes too), whatever its
    grade; ``case.note_missing`` unless an outcome without photo is explained."""
    if outcome in OUTCOMES_WITHOUT_PHOTO:
        if not note and not stored:
            raise Refused("case.note_missing")
        return
    found = photos.of(("case", case.pk)).filter(role=PhotoRole.AFTER, declared_at__gte=_round_started(case))
    if stored:
        found = found.filter(stored_at__isnull=False)
    if not found.exists():
        raise Refused("case.proof_missing")


def _round_started(case: Case) -> datetime:
    """Since when a photo can prove this round: a rework or reopening asks for a new one."""
    if not (case.rework_count or case.reopen_count):
        return case.filed_at
    rounds = events_of("case", case.pk).filter(action__in=("case.reworked", "case.reopened"))
    return rounds.order_by("-seq").values_list("happened_at", flat=True).first() or case.filed_at
