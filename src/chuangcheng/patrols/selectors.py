"""Reading visits and checks."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.patrols.budget import BudgetLeft, visit_budget
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.patrols.policies import visit_rows
from chuangcheng.patrols.states import VISIT
from chuangcheng.people import rights
from chuangcheng.sites.models import Site

__all__ = [
    "BudgetLeft", "checks_behind", "checks_of", "findings", "get_check_for", "get_visit_for", "moves_for",
    "open_cases", "open_visit", "visible_checks", "visible_to", "visit_budget", "visits_of",
]  # fmt: skip


def visible_to(actor: Actor) -> QuerySet[Visit]:
    """The visits the actor may see, with site, kind, units and inspector loaded."""
    loaded = ("site__kind", "site__unit", "unit", "inspector")
    return Visit.objects.filter(visit_rows(actor)).select_related(*loaded)


def get_visit_for(actor: Actor, visit_id: UUID) -> Visit:
    """One visit, or ``common.not_found``."""
    visit = visible_to(actor).filter(pk=visit_id).first()
    if visit is None:
        raise Refused("common.not_found")
    return visit


def open_visit(actor: Actor, site: Site) -> Visit | None:
    """The actor's own visit to the site that is still under way."""
    own = Visit.objects.filter(site=site, inspector=actor.person_id, state="open")
    return own.order_by("-started_at").first() if actor.person_id else None


def moves_for(actor: Actor, visit: Visit) -> list[Move]:
    """The buttons of a visit: moves of the table, for its own inspector only. Once something was checked the visit can
    be finished and no longer given up; before that, the other way round."""
    if visit.inspector_id != actor.person_id or not rights.can(actor, "visits.create"):
        return []
    hidden = "abandon" if visit.checked else "finish"
    return [move for move in VISIT.moves_from(visit.state) if move.name != hidden]


def visits_of(actor: Actor, site: Site) -> QuerySet[Visit]:
    """The visible visits to a site, the newest first."""
    return visible_to(actor).filter(site=site).order_by("-started_at", "-id")


def checks_of(visit: Visit) -> QuerySet[Check]:
    """A visit's checks in the order of the checklist, with item and case."""
    return visit.checks.select_related("item", "case").order_by("item__order", "id")


def visible_checks(actor: Actor) -> QuerySet[Check]:
    """The checks of visible visits."""
    return Check.objects.filter(visit__in=Visit.objects.filter(visit_rows(actor))).select_related("item", "visit__site")


def get_check_for(actor: Actor, check_id: UUID) -> Check:
    """One check, or ``common.not_found``; its photos are owned by ``("check", id)``."""
    check = visible_checks(actor).filter(pk=check_id).first()
    if check is None:
        raise Refused("common.not_found")
    return check


def checks_behind(case: Case) -> QuerySet[Check]:
    """The checks that opened the case or found its trouble again; who sees the case sees what proves it."""
    return Check.objects.filter(case=case).order_by("happened_at", "id")


def findings(actor: Actor) -> QuerySet[Check]:
    """The visible checks that failed; what became of each is its case's state."""
    return visible_checks(actor).filter(case__isnull=False).select_related("case")


def open_cases(site: Site, item_codes: Collection[str]) -> dict[str, Case]:
    """By item code: the newest case of the site that a check of that item opened and that is not at its end yet.

    Editions change the rows of items and keep their codes. Call it with the site locked, so that no second case is
    filed meanwhile; the cases come locked, too.
    """
    rows = Check.objects.filter(
        visit__site=site, item__code__in=item_codes, case__site=site, case__state__in=CASE.open_states()
    )
    found = rows.select_related("item", "case").select_for_update(of=("case",)).order_by("happened_at", "id")
    return {check.item.code: check.case for check in found if check.case is not None}
