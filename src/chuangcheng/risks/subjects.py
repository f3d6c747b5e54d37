"""What a rule watches, by name: whose ledger an entry about it goes to, and where it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chuangcheng.framework import selectors as framework
from chuangcheng.indicators.models import Indicator
from chuangcheng.kernel.label import Label
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.places import selectors as places
from chuangcheng.places.models import Division

BYS: dict[str, Label] = {
    "unit": Label("单位", "Unit"),
    "street": Label("街道", "Street"),
    "category": Label("案件类别", "Category"),
    "indicator": Label("指标", "Indicator"),
    "city": Label("全市", "City"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """``unit`` is None where no unit of the city answers for it: nothing is raised then."""

    key: str
    name: str
    unit: Unit | None
    division: Division | None = None


def find(by: str, keys: Iterable[str]) -> dict[str, Subject]:
    """The subjects of these keys that exist, in three queries at most."""
    wanted = set(keys)
    if not wanted:
        return {}
    return {"unit": _units, "street": _streets, "category": _categories, "indicator": _indicators, "city": _city}[by](
        wanted
    )


def _office() -> Unit | None:
    return people.units().filter(kind=UnitKind.OFFICE).first()


def _units(keys: set[str]) -> dict[str, Subject]:
    rows = people.units().filter(pk__in=keys).exclude(kind=UnitKind.OUTSIDE)
    return {str(unit.pk): Subject(str(unit.pk), unit.short_name, unit, unit.division) for unit in rows}


def _streets(keys: set[str]) -> dict[str, Subject]:
    offices = {unit.division_id: unit for unit in people.units().filter(kind=UnitKind.STREET)}
    rows = places.at_level("street").filter(path__in=keys)
    return {row.path: Subject(row.path, row.name, offices.get(row.pk), row) for row in rows}


def _categories(keys: set[str]) -> dict[str, Subject]:
    office = _office()
    return {row.code: Subject(row.code, row.zh, office) for row in framework.categories() if row.code in keys}


def _indicators(keys: set[str]) -> dict[str, Subject]:
    office = _office()
    rows = Indicator.objects.filter(code__in=keys).select_related("source_unit__division")
    return {row.code: Subject(row.code, row.zh, row.source_unit or office) for row in rows}


def _city(keys: set[str]) -> dict[str, Subject]:
    return {key: Subject(key, BYS["city"].zh, _office()) for key in keys}
