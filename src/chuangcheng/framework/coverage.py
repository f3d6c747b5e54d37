"""Is every standard of an edition somebody's? (:mod:`chuangcheng.kernel.coverage` over the database.)"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from chuangcheng.framework.models import Duty, Edition, Node, Standard
from chuangcheng.kernel import clock
from chuangcheng.kernel.coverage import Asked, Bond, Coverage, Member, measure
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind

#: The units that a campaign is broken down to, besides the districts.
RESPONSIBLE = (UnitKind.DEPARTMENT, UnitKind.STREET, UnitKind.COMPANY, UnitKind.OUTSIDE)


@dataclass(frozen=True)
class Survey:
    """What was found, with the rows that its codes stand for."""

    edition: Edition
    found: Coverage
    standards: dict[str, Standard]
    units: dict[str, Unit]

    @property
    def units_bound(self) -> int:
        """Responsible units with a duty, districts left out."""
        return self._bound(RESPONSIBLE)

    @property
    def districts_bound(self) -> int:
        """Districts with a duty."""
        return self._bound((UnitKind.DISTRICT,))

    def _bound(self, kinds: tuple[str, ...]) -> int:
        return sum(self.units[load.unit].kind in kinds for load in self.found.loads)

    @property
    def is_sound(self) -> bool:
        """One lead for every standard, and no duty with a unit that is gone."""
        return not (self.found.orphans or self.found.double_leads or self.found.retired)

    def as_json(self) -> dict[str, Any]:
        """Each figure under its name, its rows under the name with ``_rows``."""
        found = self.found
        rows: dict[str, list[Any]] = {
            "orphans": found.orphans,
            "double_leads": [{"standard": code, "units": units} for code, units in found.double_leads],
            "without_evidence": found.without_evidence,
            "without_date": found.without_date,
            "idle": found.idle,
            "retired": [{"unit": code, "duties": count} for code, count in found.retired],
            "territory_missing": [{"standard": code, "district": unit} for code, unit in found.bare],
            "over_median": [{"unit": load.unit, "load": _plain(load.points)} for load in found.over_median],
            "heavy": [load.unit for load in found.heavy],
        }
        return {
            "edition": self.edition.code, "standards": found.standards, "units": self.units_bound,
            "districts": self.districts_bound, "holders": len(found.loads), "duties": found.duties,
            "median_load": _plain(found.median), **{name: len(some) for name, some in rows.items()},
            **{f"{name}_rows": some for name, some in rows.items()},
        }  # fmt: skip


def _plain(points: Fraction) -> float:
    return round(float(points), 3)


def coverage(edition: Edition) -> Survey:
    """Hold an edition's duties against its standards and the units of the city. Four queries."""
    standards = {row.code: row for row in edition.standards.order_by("order")}
    shares = framework_shares(edition)
    asked = [
        Asked(row.code, row.weight * shares[row.content_id], row.methods, row.evidence, row.due_on is not None)
        for row in standards.values()
    ]
    units = {row.code: row for row in people.units()}
    today = clock.today().date()
    members = [
        Member(
            row.code,
            row.valid_to is not None and row.valid_to < today,
            row.kind == UnitKind.DISTRICT,
            row.kind in (*RESPONSIBLE, UnitKind.DISTRICT),
        )
        for row in units.values()
    ]
    stored = Duty.objects.filter(standard__edition=edition).order_by("unit__official_order", "unit__code")
    bonds = [Bond(*row) for row in stored.values_list("standard__code", "unit__code", "kind")]
    return Survey(edition, measure(asked, members, bonds), standards, units)


def framework_shares(edition: Edition) -> dict[UUID, Fraction]:
    """Node id → its framework's share of the edition's total."""
    nodes: dict[UUID, Node] = {row.pk: row for row in edition.nodes.order_by("order")}
    shares: dict[UUID, Fraction] = {}
    for key, row in nodes.items():  # parents stand before their children
        shares[key] = shares[row.parent_id] if row.parent_id else row.weight
    return shares
