"""What a drive can grade: communities, compounds on the register, sites; each with who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.sites.models import Compound, Site


@dataclass(frozen=True, slots=True)
class Subject:
    """A place by its code in its own register. ``unit`` fills the checklist in; None where nobody is known."""

    code: str
    name: str
    division: Division
    lat: float | None
    lon: float | None
    unit: Unit | None
    compound_id: UUID | None = None
    site_id: UUID | None = None


def candidates(kind: str) -> Mapping[str, Subject]:
    """Every place of a kind by its code."""
    territories = _territories()
    if kind == "compound":
        rows = Compound.objects.filter(state="active").select_related("division")
        found = [Subject(row.code, row.name, row.division, row.lat, row.lon, _unit(territories, row.division.path),
                         compound_id=row.pk) for row in rows]  # fmt: skip
    elif kind == "site":
        sites = Site.objects.exclude(state="closed").select_related("division", "unit")
        found = [Subject(row.code, row.name, row.division, row.lat, row.lon, row.unit, site_id=row.pk) for row in sites]
    else:
        divisions = Division.objects.filter(level=DivisionLevel.COMMUNITY)
        found = [Subject(row.code, row.name, row, row.lat, row.lon, _unit(territories, row.path)) for row in divisions]
    return {subject.code: subject for subject in found}


def _territories() -> dict[str, Unit]:
    """Communities' and streets' units by the path of their division."""
    rows = people.units().filter(kind__in=(UnitKind.COMMUNITY, UnitKind.STREET), division__isnull=False)
    return {unit.division.path: unit for unit in rows.select_related("division") if unit.division}


def _unit(territories: Mapping[str, Unit], path: str) -> Unit | None:
    """The unit of the smallest territory around a path."""
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        unit = territories.get("/".join(parts[:length]) + "/")
        if unit is not None:
            return unit
    return None
