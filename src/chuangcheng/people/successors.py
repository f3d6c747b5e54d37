"""What becomes of a unit that ends. Its open work goes to others before; its record is found with who succeeds it.

A room says here, from its ``holdings.py``, what of its rows is open and by which column a unit holds it, so that
imports go down only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit

#: What is open, and the column that names the unit that holds it.
Open = Callable[[], tuple[QuerySet[Any], str]]
_open: dict[str, tuple[Label, Open]] = {}


@dataclass(frozen=True, slots=True)
class Stays:
    """What of one kind is still open with a unit."""

    unit_id: UUID
    name: str
    label: Label
    count: int


def stays_open(name: str, label: Label, rows: Open) -> None:
    """Register what a room leaves open with units."""
    _open[name] = (label, rows)


def open_with(units: Collection[UUID]) -> list[Stays]:
    """What is open with these units, by name; a query a kind."""
    found: list[Stays] = []
    for name, (label, rows) in sorted(_open.items()) if units else ():
        query, column = rows()
        counts = query.filter(**{f"{column}__in": units}).order_by().values_list(column).annotate(n=Count("pk"))
        found += [Stays(unit, name, label, count) for unit, count in sorted(counts, key=str)]
    return found


def refuse_open(unit: Unit) -> None:
    """``people.unit_holds`` while work is open with the unit: it goes to others first, then the unit may end."""
    held = open_with([unit.pk])
    if held:
        said = Label(
            "、".join(f"{one.label.zh} {one.count}" for one in held),
            ", ".join(f"{one.label.en}: {one.count}" for one in held),
        )
        raise Refused("people.unit_holds", unit=unit.short_name, kinds=said)


def left_with_units() -> list[tuple[Unit, Stays]]:
    """What is open with units whose last day is over. Empty when all is well."""
    ended = {unit.pk: unit for unit in Unit.objects.filter(valid_to__lt=clock.today().date())}
    return [(ended[one.unit_id], one) for one in open_with(ended)]


def line_of(unit: Unit) -> Iterator[Unit]:
    """Who succeeds the unit, who succeeds that one, and so on, as it stands now; the last stands, or ended without
    anybody. A query a step."""
    seen, after = {unit.pk}, unit.successor_id
    while after is not None and after not in seen:
        seen.add(after)
        found = Unit.objects.get(pk=after)
        yield found
        after = found.successor_id


def before(unit: Unit) -> list[Unit]:
    """Whom the unit succeeds, directly or through others, nearest first; a query a step of the chain."""
    found: dict[UUID, Unit] = {}
    wanted = [unit.pk]
    while wanted:
        rows = Unit.objects.filter(successor__in=wanted).exclude(pk__in=[unit.pk, *found]).select_related("successor")
        step = {row.pk: row for row in rows}
        found |= step
        wanted = list(step)
    return list(found.values())


def check(unit: Unit, was_over: bool) -> None:
    """What a unit as it is about to be saved must keep to.

    Refused: ``people.successor_early`` (it has no last day), ``people.successor_circle``, ``people.unit_holds`` where
    its last day is over from now on.
    """
    if unit.successor_id is not None:
        if unit.valid_to is None:
            raise Refused("people.successor_early")
        line = [unit, *line_of(unit)]
        if line[-1].successor_id is not None:
            back = next(each for each in line if each.pk == line[-1].successor_id)
            raise Refused("people.successor_circle", chain=" → ".join(each.short_name for each in [*line, back]))
    if is_over(unit) and not was_over and not unit._state.adding:
        refuse_open(unit)


def is_over(unit: Unit) -> bool:
    """Whether the unit's last day is over."""
    return unit.valid_to is not None and unit.valid_to < clock.today().date()
