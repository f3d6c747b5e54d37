"""Setting divisions and grids up. Idempotent by code; the cache of places is told in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.kernel.problems import Refused
from chuangcheng.places import boundaries, codes
from chuangcheng.places.boundaries import Geometry
from chuangcheng.places.models import Division, DivisionLevel, Grid

CACHE = "places"
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Saved:
    """A division, and whether anything of it was new."""

    division: Division
    changed: bool


@dataclass(frozen=True, slots=True)
class SavedGrid:
    """A grid, and whether anything of it was new."""

    grid: Grid
    changed: bool


def save_division(
    *,
    code: str,
    name: str,
    level: str,
    parent_code: str | None,
    boundary: Geometry | None = None,
    datum: str = "wgs84",
) -> Division:
    """Create or update a division; see :func:`save` for what is refused."""
    return save(code=code, name=name, level=level, parent_code=parent_code, boundary=boundary, datum=datum).division


@transaction.atomic
def save(
    *,
    code: str,
    name: str,
    level: str,
    parent_code: str | None,
    boundary: Geometry | None = None,
    datum: str = "wgs84",
) -> Saved:
    """Create the division of that code or bring it up to date.

    Without ``boundary`` a known one stays. Refuses ``places.bad_code``, ``no_name``, ``no_parent``, ``wrong_level``,
    ``foreign_code``, ``moved``, ``bad_boundary``, ``bad_datum``.
    """
    code = codes.normal_code(code, level)
    parent = _parent(code, level, parent_code)
    division = Division.objects.select_for_update().filter(code=code).first()
    if division is None:
        division = Division(code=code, level=level, parent=parent, path=f"{parent.path if parent else ''}{code}/")
    elif division.parent_id != (parent and parent.pk) or division.level != level:
        raise Refused("places.moved", given=code)
    before = None if division._state.adding else (division.name, division.boundary)
    division.name = _name(name)
    if boundary is not None:
        division.boundary = boundaries.accept(boundary, datum)
        division.lon, division.lat = boundaries.centre(division.boundary)
    if before == (division.name, division.boundary):
        return Saved(division, changed=False)
    division.save()
    versions.bump(CACHE)
    return Saved(division, changed=True)


def save_grid(*, code: str, name: str, community_code: str, boundary: Geometry, datum: str = "wgs84") -> Grid:
    """Create the grid of that code or bring it up to date; see :func:`put_grid` for what is refused."""
    return put_grid(code=code, name=name, community_code=community_code, boundary=boundary, datum=datum).grid


@transaction.atomic
def put_grid(*, code: str, name: str, community_code: str, boundary: Geometry, datum: str = "wgs84") -> SavedGrid:
    """Create the grid of that code or bring it up to date; it must lie under a community.

    Refuses ``places.no_parent``, ``bad_code``, ``foreign_code``, ``moved``, ``no_name``, ``bad_boundary``.
    """
    community = Division.objects.filter(code=community_code.strip(), level=DivisionLevel.COMMUNITY).first()
    if community is None:
        raise Refused("places.no_parent", parent=community_code)
    code = codes.grid_code(code, community.code)
    grid = Grid.objects.select_for_update().filter(code=code).first() or Grid(code=code, division=community)
    if grid.division_id != community.pk:
        raise Refused("places.moved", given=code)
    sound, name = boundaries.accept(boundary, datum), _name(name)
    if not grid._state.adding and (grid.name, grid.boundary) == (name, sound):
        return SavedGrid(grid, changed=False)
    grid.name, grid.boundary = name, sound
    grid.lon, grid.lat = boundaries.centre(sound)
    grid.save()
    versions.bump(CACHE)
    return SavedGrid(grid, changed=True)


def _parent(code: str, level: str, parent_code: str | None) -> Division | None:
    if not parent_code:
        return None
    parent = Division.objects.filter(code=parent_code.strip()).first()
    if parent is None:
        raise Refused("places.no_parent", parent=parent_code)
    codes.check_under(code, level, parent.code, parent.level)
    return parent


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Refused("places.no_name")
    return name
