"""From a point to the grid, community, street and district it lies in, without a query: a report waits for this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chuangcheng.history.versions import Cached
from chuangcheng.kernel.geometry import Locator
from chuangcheng.places.boundaries import Geometry
from chuangcheng.places.models import Division, DivisionLevel, Grid

_DEEPEST_FIRST = (DivisionLevel.COMMUNITY, DivisionLevel.STREET, DivisionLevel.DISTRICT, DivisionLevel.CITY)


@dataclass(frozen=True, slots=True)
class Located:
    """The deepest place known for a point. ``path`` is that of the division; ``inside`` is False for a point that no
    boundary of the city covers (True as long as no boundary is known at all)."""

    grid_id: UUID | None
    division_id: UUID | None
    path: str
    inside: bool


NOWHERE = Located(None, None, "", inside=False)
UNKNOWN = Located(None, None, "", inside=True)


def locate(lon: float, lat: float) -> Located:
    """Where (lon, lat), in WGS-84 degrees, lies. On a common border either neighbour may be the answer."""
    levels = _levels.get()
    for level in levels:
        found = level.at(lon, lat)
        if found is not None:
            return found
    return NOWHERE if levels else UNKNOWN


def _load() -> tuple[Locator[Located], ...]:
    """One index a level that has boundaries, grids first."""
    grids = Grid.objects.values_list("id", "division_id", "division__path", "boundary")
    levels = [[(Located(grid, division, path, inside=True), shape) for grid, division, path, shape in grids.iterator()]]
    levels += [list(_divisions(level)) for level in _DEEPEST_FIRST]
    return tuple(Locator(shapes) for shapes in levels if shapes)


def _divisions(level: str) -> Iterable[tuple[Located, Geometry]]:
    rows = Division.objects.filter(level=level).exclude(boundary=None).values_list("id", "path", "boundary")
    for division, path, shape in rows.iterator():
        if shape is not None:
            yield Located(None, division, path, inside=True), shape


_levels: Cached[tuple[Locator[Located], ...]] = Cached("places", _load)
