"""The links of a case's chain, and the petition that waits: what a move does to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.cases.models import Assignment, Case, Petition, Source, SubStep
from chuangcheng.cases.steps import Touch, altered
from chuangcheng.history.prepared import Read, key
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.sites.windows import selectors as windows

LIVE = ("open", "passed")  # states of an assignment whose clock still runs

_unit = Read(lambda: people.units().filter(pk=key("pk")))
_live = Read(lambda: Assignment.objects.filter(case=key("case"), state__in=LIVE).order_by("received_at", "id"))
_lead = Read(lambda: Assignment.objects.filter(case=key("case"), role="lead", state="open"))
_helpers = Read(
    lambda: (
        Assignment.objects.filter(case=key("case"), role="co", state__in=LIVE)
        .select_related("unit")
        .order_by("received_at", "id")
    )
)
_planned = Read(lambda: SubStep.objects.filter(case=key("case"), state="planned"))
_asked = Read(lambda: Petition.objects.filter(case=key("case"), state="asked"))


def unit_of(unit_id: UUID) -> Unit:
    """The unit, or ``case.unknown_unit``."""
    for unit in _unit(pk=unit_id):
        return unit
    raise Refused("case.unknown_unit")


def open_lead(case: Case) -> Assignment:
    """The link at the end of the chain: the one whose unit holds the case now."""
    (link,) = _lead(case=case.pk)
    return link


def last_lead(case: Case) -> Assignment:
    """The link that was done last: a rework opens it again."""
    return case.assignments.filter(role="lead", state="done").latest("ended_at", "received_at")


def end_all(case: Case, state: str, at: datetime, reason: str = "") -> list[Touch]:
    """End every live link of the case."""
    return [altered(link, state=state, ended_at=at, return_reason=reason) for link in _live(case=case.pk)]


def live_helper(case: Case, unit_id: UUID) -> Assignment:
    """The supporting unit's own link, or ``case.no_helper``."""
    found = case.assignments.filter(role="co", state__in=LIVE, unit=unit_id).first()
    if found is None:
        raise Refused("case.no_helper")
    return found


def live_helpers(case: Case) -> list[Assignment]:
    """The supporting units that are neither done nor released."""
    return _helpers(case=case.pk)


def refuse_the_window(case: Case, units: set[UUID]) -> None:
    """Raise ``window.own_complaint``: a complaint about a window never goes to the unit that runs it (law 12)."""
    if case.source == Source.WINDOW and units & windows.running_units(list(case.reports.values_list("pk", flat=True))):
        raise Refused("window.own_complaint")


def drop_steps(case: Case, unit_id: UUID | None = None) -> list[Touch]:
    """What was planned and not done falls away; only what is the unit's where one is named."""
    planned = _planned(case=case.pk)
    return [altered(one, state="dropped") for one in planned if unit_id is None or one.unit_id == unit_id]


def flag_off(case: Case) -> dict[str, Any]:
    """The flag goes with the end of the case; that it was flagged stays counted."""
    return {"flagged_at": None, "flag_due_at": None} if case.flagged_at else {}


def drop_search(case: Case, at: datetime) -> list[Touch]:
    """The search for an owner ends with what it was for."""
    if case.owner_sought_at is None:
        return []
    return [altered(one, state="dropped", ended_at=at) for one in case.owner_searches.filter(state="open")]


def lapse_petition(case: Case, at: datetime) -> list[Touch]:
    """A petition that waits loses its object when the case moves on."""
    return [altered(petition, state="lapsed", decided_at=at) for petition in _asked(case=case.pk)]


def first_receiver(case: Case, unit_id: UUID) -> UUID:
    """Who answers from a dispatch on 首接负责: who answered before, until another unit has accepted; the first unit
    that gets the case, where nobody did."""
    return case.responsible_id or unit_id


def responsible_after(case: Case, holder_id: UUID | None) -> UUID | None:
    """Who answers once the holder has accepted: for a site its own unit whoever works on it, else the holder."""
    return case.responsible_id if case.site_id else holder_id


def shift(case: Case, new_due: datetime) -> list[Touch]:
    """Every live link moves by as much as the case's due does."""
    by = new_due - case.due_at if case.due_at else timedelta()
    links = case.assignments.filter(state__in=LIVE, due_at__isnull=False).order_by("received_at", "id")
    return [altered(link, due_at=link.due_at + by) for link in links if link.due_at]
