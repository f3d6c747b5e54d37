"""Reading visits and checks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.cases.status import put_right
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
    "BudgetLeft", "checks_behind", "checks_of", "findings", "fixed_before", "get_check_for", "get_visit_for",
    "moves_for", "open_cases", "open_visit", "visible_checks", "visible_to", "visit_budget", "visits_of",
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
    """By item code: the newest case that a check of that item at the site opened and that is not at its end yet; of a
    merged one the case that stands for it.

    Editions change the rows of items and keep their codes. Call it with the site locked, so that no second case is
    filed meanwhile; the cases come locked, too.
    """
    running = Q(case__state__in=CASE.open_states()) | Q(case__merged_into__state__in=CASE.open_states())
    rows = Check.objects.filter(running, visit__site=site, item__code__in=item_codes, case__site=site)
    found = rows.order_by("happened_at", "id").values_list("item__code", "case", "case__merged_into")
    standing = {code: into or case for code, case, into in found}
    locked = Case.objects.select_for_update().filter(pk__in=standing.values(), state__in=CASE.open_states())
    cases = {case.pk: case for case in locked.order_by("pk")}
    return {code: cases[pk] for code, pk in standing.items() if pk in cases}


def fixed_before(check: Check, since: datetime) -> UUID | None:
    """The case of the same item at the same site that was closed as fixed last, after ``since`` and before the check's
    own case was filed; None if there is none. For one that was merged the case that stood for it."""
    if check.case is None:
        return None
    rows = Check.objects.filter(
        put_right("case__"), visit__site=check.visit.site_id, item__code=check.item.code
    ).exclude(case=check.case)  # fmt: skip
    found = rows.annotate(closed=Coalesce("case__merged_into__closed_at", "case__closed_at")).filter(
        closed__gte=since, closed__lt=check.case.filed_at
    )
    for case, into in found.order_by("-closed").values_list("case", "case__merged_into")[:1]:
        return into or case
    return None
