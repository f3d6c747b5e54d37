"""Changes of editions and duties."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from chuangcheng.framework import sample
from chuangcheng.framework.documents import EDIT, EDITION_CACHE, ask_guards, clear, load_edition, refuse_frozen
from chuangcheng.framework.models import Duty, DutyKind, Edition, EditionState, Standard
from chuangcheng.framework.named import settle_named
from chuangcheng.framework.reference import save_categories, save_time_rules
from chuangcheng.framework.states import EDITION
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, versions
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person, Unit, UnitKind

__all__ = [
    "assign_by_role",
    "assign_duty",
    "drop_edition",
    "freeze_edition",
    "load_edition",
    "load_sample",
    "publish_edition",
    "save_categories",
    "save_time_rules",
]

#: Standards looked at onsite, or in the whole picture of the city, are also each street's own matter.
_SEEN_IN_STREETS = {"onsite", "observation"}


def load_sample(*, actor: Actor) -> Edition:
    """The built-in sample edition as a draft, with its categories and time limits; unchanged where it is loaded."""
    return load_edition(actor=actor, document=sample.document())


def publish_edition(*, actor: Actor, edition: Edition) -> Edition:
    """Make a draft the edition of its family that everything is held against; the one before is frozen for ever.

    Publishing the published edition again changes nothing. Refused: ``framework.frozen``, ``framework.dropped``.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDITION.move("publish").permission)
        # One lock order for everybody: all editions by id, so two publishers never wait for each other.
        locked = {row.pk: row for row in Edition.objects.select_for_update().order_by("id")}
        chosen = locked[edition.pk]
        if chosen.state == EditionState.PUBLISHED:
            return chosen
        refuse_frozen(chosen, "editions")
        # The old one first: a constraint allows one published edition of a family at any moment.
        for other in locked.values():
            if other.state == EditionState.PUBLISHED and other.family == chosen.family:
                _move(actor, other, "freeze")
        chosen.published_at = clock.now()
        _move(actor, chosen, "publish")
        outbox.emit("edition.published", ("edition", chosen.pk), {"code": chosen.code})
        if settle_named(actor=actor, edition=chosen):
            chosen.refresh_from_db()
        versions.bump(EDITION_CACHE)
    return chosen


def freeze_edition(*, actor: Actor, edition: Edition) -> Edition:
    """Freeze the published edition without another in its place: the cycle is over. It never changes again."""
    with transaction.atomic():
        rights.require_or_system(actor, EDITION.move("freeze").permission)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        ask_guards(locked, "editions")
        _move(actor, locked, "freeze")
        versions.bump(EDITION_CACHE)
    return locked


def drop_edition(*, actor: Actor, edition: Edition) -> Edition:
    """Give a draft up: its tree goes, its code and history stay. Refused: ``framework.has_duties``, ``state.*``."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        EDITION.next(locked.state, "drop")
        if Duty.every.filter(standard__edition=locked).exists():
            raise Refused("framework.has_duties", edition=locked.name_zh)
        clear(locked)
        _move(actor, locked, "drop")
        versions.bump(EDITION_CACHE)
    return locked


_SAID = {"publish": "edition.published", "freeze": "edition.frozen", "drop": "edition.dropped"}


def _move(actor: Actor, edition: Edition, move: str) -> None:
    before, edition.state = edition.state, EDITION.next(edition.state, move)
    history.append(edition, _SAID[move], actor, before={"state": before}, after={"state": edition.state})
    edition.save(update_fields=["state", "published_at", *history.CHAIN_FIELDS])


def assign_duty(*, actor: Actor, standard: Standard, unit: Unit, kind: str, person: Person | None = None) -> Duty:
    """Bind a unit, and a person of it, to a standard; the same duty again only changes the person.

    Refused: ``framework.unknown_duty``, ``framework.frozen`` where the standard's edition no longer changes.
    """
    if kind not in DutyKind.values:
        raise Refused("framework.unknown_duty", kind=kind)
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        refuse_frozen(standard.edition)
        duty = Duty.objects.select_for_update().filter(standard=standard, unit=unit, kind=kind).first()
        if duty is not None and duty.person_id == (person.pk if person else None):
            return duty
        fresh = duty is None
        before = {} if duty is None else _facts(duty)
        duty = duty or Duty(standard=standard, unit=unit, kind=kind)
        duty.person = person
        action = "duty.assigned" if fresh else "duty.changed"
        history.append(duty, action, actor, before=before, after=_facts(duty))
        duty.save(force_insert=fresh)
        outbox.emit(action, ("duty", duty.pk), {"standard": str(standard.pk), "unit": str(unit.pk)})
    return duty


def _facts(duty: Duty) -> dict[str, object]:
    return {"standard": duty.standard_id, "unit": duty.unit_id, "kind": duty.kind, "person": duty.person_id}


def assign_by_role(*, actor: Actor, edition: Edition) -> int:
    """Break an edition down to units in one go; returns how many duties were added. Duties that stand stay, and a
    standard that has a lead gets no other.

    Lead: the first unit whose role is the standard's responsible role, its peers support it; without any, the campaign
    office. Territory: every street office, for standards that are seen in the streets. Refused:
    ``framework.no_office``.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        refuse_frozen(Edition.objects.select_for_update().get(pk=edition.pk))
        office = people.units().filter(kind=UnitKind.OFFICE).first()
        if office is None:
            raise Refused("framework.no_office")
        holders: dict[str, list[Unit]] = {}
        for unit in people.units():
            holders.setdefault(unit.role_code, []).append(unit)
        streets = list(people.units().filter(kind=UnitKind.STREET))
        standing = Duty.objects.filter(standard__edition=edition).values_list("standard_id", "unit_id", "kind")
        led = {standard for standard, _, kind in standing if kind == DutyKind.LEAD}
        bound = {(standard, unit) for standard, unit, _ in standing}
        wanted = _wanted(edition.standards.all(), holders, office, streets)
        duties = [duty for duty in wanted if (duty.standard_id, duty.unit_id) not in bound
                  and not (duty.kind == DutyKind.LEAD and duty.standard_id in led)]  # fmt: skip
        events = [_assigned(duty, actor) for duty in duties]
        Duty.objects.bulk_create(duties, batch_size=500)
        history.insert(events)
        if duties:
            outbox.emit("duty.assigned_by_role", ("edition", edition.pk), {"duties": len(duties)})
    return len(duties)


def _assigned(duty: Duty, actor: Actor) -> Event:
    return history.build(duty, "duty.assigned", actor, after=_facts(duty), reason="by_role")


def _wanted(
    standards: Iterable[Standard], holders: dict[str, list[Unit]], office: Unit, streets: list[Unit]
) -> Iterable[Duty]:
    for standard in standards:
        leads = holders.get(standard.responsible_role, []) if standard.responsible_role else []
        for number, unit in enumerate(leads or [office]):
            yield Duty(standard=standard, unit=unit, kind=DutyKind.SUPPORT if number else DutyKind.LEAD)
        if _SEEN_IN_STREETS & set(standard.methods):
            for street in streets:
                if street not in leads:
                    yield Duty(standard=standard, unit=street, kind=DutyKind.TERRITORY)
