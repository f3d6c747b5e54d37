"""Units that an imported file names beside its standards: kept as written, matched by code, name or short name, made
duties; a name that nobody bears waits for a person to say who is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.documents import EDIT, refuse_frozen
from chuangcheng.framework.matrix import DONE, cells_of, write_steps
from chuangcheng.framework.models import Duty, Edition, EditionState, NamedDuty
from chuangcheng.history import actions as history
from chuangcheng.history import outbox
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.duties import Step
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit

_WITH_PERSON = re.compile(r"^(.+?)\s*[（(]\s*(.+?)\s*[)）]$")


@dataclass(frozen=True, slots=True)
class Written:
    """One name in a file: beside which standard (its code), as what, and the person named with it."""

    standard: str
    kind: str
    name: str
    person: str = ""

    @classmethod
    def of(cls, standard: str, kind: str, text: str, person: str = "") -> Written:
        """``城管局（张三）`` names the person too."""
        found = _WITH_PERSON.match(text.strip())
        name, beside = found.groups() if found else (text.strip(), "")
        return cls(standard, kind, name[:100], (beside or person.strip())[:60])


@dataclass(frozen=True)
class OpenName:
    """A name that no unit bears: beside how many standards, as what."""

    name: str
    standards: int
    kinds: tuple[str, ...]


def known_names() -> dict[str, Unit]:
    """Units by code, name and short name; a name that two units share is nobody's."""
    found: dict[str, Unit] = {}
    shared: set[str] = set()
    for unit in people.units():
        for name in {unit.code, unit.name, unit.short_name}:
            if name in found:
                shared.add(name)
            found[name] = unit
    return {name: unit for name, unit in found.items() if name not in shared}


def take_named(*, actor: Actor, edition: Edition, written: Sequence[Written]) -> int:
    """Keep the names of a file with the units that bear them; returns how many are nobody's. They become duties when
    the edition is published, or by :func:`settle_named`."""
    rights.require_or_system(actor, EDIT)
    units = known_names()
    standards = dict(edition.standards.values_list("code", "pk"))
    rows = [
        NamedDuty(standard_id=standards[one.standard], kind=one.kind, name=one.name, person=one.person,
                  unit=units.get(one.name))
        for one in written if one.standard in standards and one.name
    ]  # fmt: skip
    NamedDuty.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return sum(row.unit is None for row in rows)


def waiting(edition: Edition) -> int:
    """How many different names wait for a person to say who is meant. One query."""
    return NamedDuty.objects.filter(standard__edition=edition, unit=None).values("name").distinct().count()


def unsettled(edition: Edition) -> int:
    """How many names have a unit and are no duty yet."""
    return NamedDuty.objects.filter(standard__edition=edition, unit__isnull=False, done=False).count()


def open_names(edition: Edition) -> list[OpenName]:
    """The names that wait, the most frequent first."""
    found: dict[str, list[str]] = {}
    rows = NamedDuty.objects.filter(standard__edition=edition, unit=None)
    for name, kind in rows.order_by("standard__order", "id").values_list("name", "kind"):
        found.setdefault(name, []).append(kind)
    names = [OpenName(name, len(kinds), tuple(dict.fromkeys(kinds))) for name, kinds in found.items()]
    return sorted(names, key=lambda one: -one.standards)


def match_named(*, actor: Actor, edition: Edition, name: str, unit: Unit | None) -> int:
    """Say which unit a name means (None: none, it is left out); returns the names settled into duties, if the edition
    has duties already. Refused: ``framework.frozen``, ``common.not_found`` for a name that does not wait."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        refuse_frozen(locked)
        rows = NamedDuty.objects.filter(standard__edition=locked, unit=None, name=name)
        if not rows.exists():
            raise Refused("common.not_found")
        if unit is None:
            rows.delete()
            return 0
        rows.update(unit=unit)
        is_split = locked.state == EditionState.PUBLISHED or Duty.every.filter(standard__edition=locked).exists()
        return settle_named(actor=actor, edition=locked) if is_split else 0


def settle_named(*, actor: Actor, edition: Edition) -> int:
    """Make duties of the names that have a unit; a stronger duty that stands stays. Returns how many were added."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        rows = NamedDuty.objects.filter(standard__edition=locked, unit__isnull=False, done=False)
        named = list(rows.select_related("unit").order_by("standard__order", "id"))
        if not named:
            return 0
        refuse_frozen(locked)
        steps, persons = _steps(locked, named)
        outcomes = write_steps(actor, locked, steps, strict=False, reason="file", persons=persons)
        made = outcomes.count(DONE)
        NamedDuty.objects.filter(pk__in=[row.pk for row in named]).update(done=True, person="")
        if made:
            history.append(locked, "edition.split", actor, after={"duties": made})
            locked.save(update_fields=[*history.CHAIN_FIELDS])
            outbox.emit("duty.rearranged", ("edition", locked.pk), {"how": "file", "changed": made})
    return made


def _steps(edition: Edition, named: Iterable[NamedDuty]) -> tuple[list[Step], dict[tuple[str, str, str], UUID]]:
    """A step for each name that is stronger than what stands; one a cell."""
    cells = cells_of(edition)
    wanted: dict[tuple[str, str], str] = {}
    persons: dict[tuple[str, str, str], UUID] = {}
    staff = _staff(named)
    for row in named:
        place = (str(row.standard_id), str(row.unit_id))
        if duties.RANK[row.kind] <= duties.RANK[wanted.get(place, cells.get(place, duties.NONE))]:
            continue
        wanted[place] = row.kind
        person = staff.get((row.unit_id, row.person)) if row.person else None
        if person is not None:
            persons[(*place, row.kind)] = person
    return duties.differences(cells, wanted), persons


def _staff(named: Iterable[NamedDuty]) -> dict[tuple[UUID | None, str], UUID]:
    """Persons by unit and name, where the unit has one of that name alone."""
    units = {row.unit_id for row in named if row.person}
    found: dict[tuple[UUID | None, str], set[UUID]] = {}
    for post in people.valid_posts().filter(unit__in=units):
        found.setdefault((post.unit_id, post.person.name), set()).add(post.person_id)
    return {key: some.pop() for key, some in found.items() if len(some) == 1}
