"""The command structure as a tree: headquarters, coordination office, sub-commands, districts that mirror the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.kernel import clock
from chuangcheng.people.charging import city_subcommands
from chuangcheng.people.models import Charge, ChargeKind, Unit, UnitKind

#: Dual lines: a unit hangs under its line department, or under its territory's office.
LINE, TERRITORY = "line", "territory"
Cards = Mapping[UUID, Mapping[str, Charge]]


@dataclass(slots=True)
class Node:
    """A unit in the tree. ``other`` is who it answers to in the other line; ``communities`` stand below it unlisted."""

    unit: Unit
    card: Mapping[str, Charge] = field(default_factory=dict)
    other: Unit | None = None
    children: list[Node] = field(default_factory=list)
    communities: int = 0

    @property
    def head(self) -> Charge | None:
        """Who leads it."""
        return self.card.get(ChargeKind.HEAD)

    @property
    def size(self) -> int:
        """How many units stand below it in the tree."""
        return sum(1 + child.size for child in self.children)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A district and which of the city's sub-commands it has none for."""

    district: Unit
    standing: int
    missing: list[Unit]


def standing(today: date | None = None) -> QuerySet[Unit]:
    """The units that stand on that day, in official order."""
    today = today or clock.today().date()
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return Unit.objects.filter(begun, Q(valid_to=None) | Q(valid_to__gte=today)).select_related("division")


def cards(units: Iterable[Any] | None = None) -> dict[UUID, dict[str, Charge]]:
    """Who stands on the units' cards (of all units without ``units``), by unit and kind. One query."""
    rows = Charge.objects.select_related("person")
    found: dict[UUID, dict[str, Charge]] = {}
    for row in rows if units is None else rows.filter(unit__in=list(units)):
        found.setdefault(row.unit_id, {})[row.kind] = row
    return found


def tree(by: str = LINE, today: date | None = None) -> list[Node]:
    """The roots in official order. Communities are counted, not listed: a city has thousands. Three queries.

    Units under a superior that no longer stands, and rings, come up as roots rather than get lost.
    """
    every = list(standing(today).exclude(kind=UnitKind.COMMUNITY).order_by("official_order", "code"))
    held = cards()
    below = dict(
        standing(today).filter(kind=UnitKind.COMMUNITY).order_by().values_list("parent").annotate(Count("pk"))
    )  # fmt: skip
    return grow(every, by, held, below)


def grow(
    every: Sequence[Unit], by: str, cards: Cards, communities: Mapping[Any, int]
) -> list[Node]:  # fmt: skip
    """The tree of these units; each stands in it exactly once, siblings in the order given."""
    known = {unit.pk: unit for unit in every}
    nodes = {pk: Node(unit, cards.get(pk, {}), communities=communities.get(pk, 0)) for pk, unit in known.items()}
    roots: list[Node] = []
    for unit in every:
        ways = [pk for pk in _ways(unit, by) if pk in known]
        above, node = ways[0] if ways else None, nodes[unit.pk]
        node.other = known[ways[1]] if len(ways) > 1 and ways[1] != above else None
        if above is not None and not _leads_to(unit, above, known, by):
            nodes[above].children.append(node)
        else:
            roots.append(node)
    return roots


def _ways(unit: Unit, by: str) -> list[UUID]:
    """Whom the unit answers to, the asked line first."""
    both = (unit.line_parent_id, unit.parent_id) if by == LINE else (unit.parent_id, unit.line_parent_id)
    return [pk for pk in both if pk is not None]


def _leads_to(unit: Unit, above: UUID, known: Mapping[UUID, Unit], by: str) -> bool:
    """Whether going up from ``above`` comes back to the unit: the two lines mixed may make a ring."""
    seen: set[UUID] = set()
    at: UUID | None = above
    while at is not None and at not in seen:
        if at == unit.pk:
            return True
        seen.add(at)
        at = next((pk for pk in _ways(known[at], by) if pk in known), None)
    return False


def mirrors() -> list[Mirror]:
    """Each district and how far its own sub-commands mirror the city's. Three queries."""
    wanted = city_subcommands()
    districts = list(standing().filter(kind=UnitKind.DISTRICT).order_by("official_order", "code"))
    own: dict[UUID, set[UUID]] = {}
    for parent, line in standing().filter(kind=UnitKind.SUBCOMMAND).order_by().values_list("parent", "line_parent"):
        if parent is not None and line is not None:
            own.setdefault(parent, set()).add(line)
    return [
        Mirror(unit, len(own.get(unit.pk, ())), [above for above in wanted if above.pk not in own.get(unit.pk, ())])
        for unit in districts
    ]


def without_head(today: date | None = None) -> QuerySet[Unit]:
    """The standing units with nobody to lead them on their card."""
    return standing(today).exclude(pk__in=Charge.objects.filter(kind=ChargeKind.HEAD).values("unit"))
