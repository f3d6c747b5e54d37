"""Binding a unit to a place, changing and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.registering import count_of, locked, settle, write
from chuangcheng.sites.site import SiteState
from chuangcheng.sites.sponsorship.models import Sponsorship
from chuangcheng.sites.sponsorship.subjects import FIELDS, Place, kind_of, of_subject, path_of

EDIT = "sponsorships.edit"
FACTS = (
    "kind", "division_id", "site_id", "compound_id", "division_path", "unit_id", "person_id", "cadres", "valid_from",
    "valid_to",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorshipInput:
    """A unit and the place it stands by. Who is responsible counts among the cadres."""

    subject: Place
    unit: Unit
    valid_from: date
    valid_to: date | None = None
    person: Person | None = None
    cadres: int = 0


def save_sponsorship(*, actor: Actor, given: SponsorshipInput) -> Sponsorship:
    """Bind a unit to a place; where it stands by it in those days already, that row is changed.

    Refused: ``sponsorship.bad_days``, ``no_subject``, ``closed`` (a place that is no longer looked at), ``gone`` (the
    person has left), ``sites.bad_count``; ``common.not_found`` outside of the actor's area.
    """
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=given.unit.pk)
        found = _overlapping(Sponsorship.objects.filter(of_subject(given.subject), unit=given.unit), given)
        row, values = prepare(actor=actor, given=given, found=found.first())
        fresh = row._state.adding
        write(row, settle(row, values, actor, FACTS, fresh=fresh), fresh=fresh)
    return row


def prepare(
    *, actor: Actor, given: SponsorshipInput, found: Sponsorship | None
) -> tuple[Sponsorship, dict[str, Any]]:  # fmt: skip
    """The row and what it should say, checked; nothing is written."""
    kind, path = kind_of(given.subject), path_of(given.subject)
    rights.require_or_system(actor, EDIT, path=path)
    if given.valid_to is not None and given.valid_to < given.valid_from:
        raise Refused("sponsorship.bad_days")
    if given.person is not None and not given.person.is_active:
        raise Refused("sponsorship.gone")
    _refuse_closed(given.subject)
    places = dict.fromkeys(("division", "site", "compound"))
    places[FIELDS[type(given.subject)]] = given.subject
    cadres = max(count_of(given.cadres, "干部人数"), 1 if given.person else 0)
    values = {
        "kind": kind.value, **places, "division_path": path, "unit": given.unit, "person": given.person,
        "cadres": cadres, "valid_from": given.valid_from, "valid_to": given.valid_to,
    }  # fmt: skip
    return found or Sponsorship(), values


def end_sponsorship(*, actor: Actor, sponsorship_id: UUID, last_day: date | None = None) -> Sponsorship:
    """End it; by default yesterday was its last day. Refused: ``sponsorship.bad_days`` before its first day."""
    with transaction.atomic():
        row = locked(Sponsorship, sponsorship_id)
        rights.require_or_system(actor, EDIT, path=row.division_path)
        last = last_day or clock.today().date() - timedelta(days=1)
        if last < row.valid_from:
            raise Refused("sponsorship.bad_days")
        write(row, settle(row, {"valid_to": last}, actor, FACTS, action="sponsorship.ended"))
    return row


def change_person(*, actor: Actor, sponsorship_id: UUID, person: Person | None) -> Sponsorship:
    """Who is responsible from now on. The caller has asked for the right: handing over moves all of a person's."""
    with transaction.atomic():
        row = locked(Sponsorship, sponsorship_id)
        write(row, settle(row, {"person": person}, actor, FACTS, action="sponsorship.changed"))
    return row


def _refuse_closed(subject: Place) -> None:
    if not isinstance(subject, Division) and subject.state == SiteState.CLOSED:
        raise Refused("sponsorship.closed", given=subject.name)


def _overlapping(rows: Any, given: SponsorshipInput) -> Any:
    """Those of the rows that stand on any day of the new one."""
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=given.valid_from))
    return rows if given.valid_to is None else rows.filter(valid_from__lte=given.valid_to)
