"""What is stored twice about places: the path of a division follows from its parents, a centre from its boundary."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.history.projections import Difference, register
from chuangcheng.kernel.geometry import Locator
from chuangcheng.places import boundaries
from chuangcheng.places.actions import CACHE
from chuangcheng.places.models import Division, Grid


def check() -> Iterator[Difference]:
    """Divisions whose path is not their parents', divisions and grids whose centre lies elsewhere."""
    for division, path in _paths():
        if division.path != path:
            yield Difference(f"division {division.code}", f"path is {division.path}, its parents make {path}")
        if not _centred(division):
            yield Difference(f"division {division.code}", "its centre does not lie in its boundary")
    for grid in Grid.objects.order_by("code").iterator():
        if not _centred(grid):
            yield Difference(f"grid {grid.code}", "its centre does not lie in its boundary")


@transaction.atomic
def rebuild() -> int:
    """Write paths and centres again."""
    written = 0
    for division, path in _paths():
        if division.path != path or not _centred(division):
            division.path = path
            _centre(division)
            division.save(update_fields=["path", "lon", "lat"])
            written += 1
    for grid in Grid.objects.order_by("code").iterator():
        if not _centred(grid):
            _centre(grid)
            grid.save(update_fields=["lon", "lat"])
            written += 1
    if written:
        versions.bump(CACHE)
    return written


def _paths() -> Iterator[tuple[Division, str]]:
    """Every division with the path it should have, parents before children."""
    rows = list(Division.objects.order_by("code"))
    children: dict[object, list[Division]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    waiting = [(root, "") for root in reversed(children.get(None, []))]
    while waiting:
        division, above = waiting.pop()
        path = f"{above}{division.code}/"
        yield division, path
        waiting += [(child, path) for child in reversed(children.get(division.pk, []))]


def _centred(row: Division | Grid) -> bool:
    if row.lon is None or row.lat is None:
        return row.boundary is None
    return row.boundary is not None and Locator([(True, row.boundary)]).at(row.lon, row.lat) is True


def _centre(row: Division | Grid) -> None:
    row.lon, row.lat = boundaries.centre(row.boundary) if row.boundary else (None, None)


register("places", check, rebuild)
