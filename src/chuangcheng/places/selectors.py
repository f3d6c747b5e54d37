"""Reading divisions and grids. They are public facts: everybody sees all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from chuangcheng.places.boundaries import rounded
from chuangcheng.places.models import Division, DivisionLevel, Grid

GRID_LEVEL = "grid"


def division_by_code(code: str) -> Division | None:
    """The division of that code."""
    return Division.objects.filter(code=code.strip()).first()


def subtree(path: str) -> QuerySet[Division]:
    """The division of that path and all below, from the top down; the empty path means all."""
    return Division.objects.filter(path__startswith=path).order_by("path")


def children(division: Division) -> QuerySet[Division]:
    """The divisions directly below."""
    return Division.objects.filter(parent=division).order_by("code")


def at_level(level: str, path: str = "") -> QuerySet[Division]:
    """The divisions of one level below ``path``."""
    return Division.objects.filter(level=level, path__startswith=path).order_by("code")


def grids_in(path: str) -> QuerySet[Grid]:
    """The grids of a subtree, with their communities."""
    return Grid.objects.filter(division__path__startswith=path).select_related("division").order_by("code")


def ancestors(division: Division) -> dict[str, Division]:
    """The division and those above it, by level. One query."""
    wanted = division.path.rstrip("/").split("/")
    return {row.level: row for row in Division.objects.filter(code__in=wanted)}


def names_of(path: str) -> list[str]:
    """The names along a path from the city down, as an address is spoken. One query."""
    found = dict(Division.objects.filter(code__in=path.rstrip("/").split("/")).values_list("code", "name"))
    return [found[code] for code in path.rstrip("/").split("/") if code in found]


def boundaries(level: str, path: str = "", datum: str = "wgs84") -> dict[str, Any]:
    """The boundaries of one level (or ``grid``) below ``path`` as a GeoJSON FeatureCollection for maps.

    ``datum`` is that of the map's tiles. Coordinates have six decimals; rows without a boundary are left out.
    """
    rows = _grid_rows(path) if level == GRID_LEVEL else _division_rows(DivisionLevel(level), path)
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": facts["code"], "properties": facts, "geometry": rounded(shape, datum)}
            for facts, shape in rows
        ],
    }


def _grid_rows(path: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for grid in grids_in(path):
        facts = {"id": str(grid.pk), "code": grid.code, "name": grid.name, "level": GRID_LEVEL}
        yield {**facts, "path": grid.division.path, "center": [grid.lon, grid.lat]}, grid.boundary


def _division_rows(level: str, path: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for row in at_level(level, path).exclude(boundary=None):
        facts = {"id": str(row.pk), "code": row.code, "name": row.name, "level": row.level, "path": row.path}
        yield {**facts, "center": [row.lon, row.lat]}, row.boundary or {}
