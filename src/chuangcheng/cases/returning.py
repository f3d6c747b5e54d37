"""Giving a case back: until when it may be, when it goes to an arbiter, and what the page says of the last return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chuangcheng.cases import dispatching
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.owners import open_search
from chuangcheng.cases.states import RETURNS
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind


@dataclass(frozen=True, slots=True)
class Returned:
    """The last return of a case: which unit, why, when."""

    unit: Unit
    reason: Label
    at: datetime


def return_until(case: Case) -> datetime | None:
    """Until when the holder may give the case back, counted from when it got it; None where nobody holds it."""
    return dispatching.current().returns.after(case.holder_since) if case.holder_since else None


def next_is_arbitration(case: Case) -> bool:
    """Whether another return to the dispatchers goes to an arbiter. Returns within a chain, from a street to its
    district, are one unit's affair and do not count."""
    if not case.return_count:
        return dispatching.current().arbitrated == 1
    back = case.assignments.filter(role="lead", state="returned", parent=None).count()
    return back + 1 >= dispatching.current().arbitrated


def is_bound(case: Case, lead: Assignment) -> bool:
    """Whether an arbiter gave the case to the unit that holds it: a unit to which that one passed it may still give
    it back to it."""
    return (case.arbitrated_at or case.owner_named_at) is not None and lead.parent_id is None


def refuse_return(case: Case, lead: Assignment, now: datetime) -> None:
    """Raise ``case.bound``, ``case.keeps`` (its owner is being looked for) or ``case.return_too_late`` where the holder
    may not give the case back."""
    if is_bound(case, lead):
        raise Refused("case.bound")
    if lead.parent_id is None and open_search(case) is not None:
        raise Refused("case.keeps")
    until = return_until(case)
    if until is not None and now > until:
        raise Refused("case.return_too_late", until=f"{until.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}")


def arbiter_of(case: Case, lead: Assignment) -> Unit | None:
    """Who arbitrates: the district's office where every unit that gave the case back belongs to that district and none
    is that office; else the campaign office."""
    district = people.district_unit(case.division_path)
    back = case.assignments.filter(state="returned", role="lead", parent=None)
    units = {each.unit for each in back.select_related("unit__division")}
    units.add(lead.unit)
    if district is not None and district.division is not None:
        below = district.division.path
        paths = [unit.division.path if unit.division else "" for unit in units]
        if all(path.startswith(below) and path != below for path in paths):
            return district
    return people.units().filter(kind=UnitKind.OFFICE, division__level="city").first() or (
        people.units().filter(kind=UnitKind.OFFICE).first()
    )


def last_return(case: Case) -> Returned | None:
    """What the page says of a case that came back; None once another unit has accepted it."""
    if not case.return_count or case.state not in ("filed", "dispatched", "arbitrating"):
        return None
    found = case.assignments.filter(state="returned", role="lead").select_related("unit").order_by("-ended_at").first()
    if found is None or found.ended_at is None or found.return_reason not in RETURNS:
        return None
    return Returned(found.unit, RETURNS[found.return_reason], found.ended_at)
