"""Which polygon a point lies in, polygons made sound, and distances."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from shapely import STRtree, make_valid, prepare
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

K = TypeVar("K")
GeoJson = Mapping[str, Any]

_EARTH_RADIUS = 6_371_008.8  # metres, mean radius (IUGG)
_METRES_PER_DEGREE = 111_000.0  # a little less than any real one, so a box is never too small


class Locator(Generic[K]):
    """Point → key of the shape around it, by a tree built once. Safe to share between threads."""

    def __init__(self, shapes: Sequence[tuple[K, GeoJson]]) -> None:
        """``shapes`` in order of preference: where they overlap or touch, the first one wins. They must be sound."""
        self._keys = [key for key, _ in shapes]
        self._shapes = [shape(dict(geojson)) for _, geojson in shapes]
        for polygon in self._shapes:
            prepare(polygon)
        self._tree = STRtree(self._shapes)

    def at(self, lon: float, lat: float) -> K | None:
        """The key of the first shape that holds the point, its border included; None outside of all."""
        point = Point(lon, lat)
        hits = self._tree.query(point, predicate="intersects")
        return self._keys[int(hits.min())] if len(hits) else None

    def __len__(self) -> int:
        return len(self._keys)


def sound(geojson: GeoJson) -> dict[str, Any]:
    """The same area as valid Polygon or MultiPolygon, in plain lists; a valid one comes back with its own points.

    Self-crossing rings are mended, stray lines and points dropped. Raises ValueError when nothing with an area is left,
    or for coordinates that are none.
    """
    try:
        geometry = shape(dict(geojson))
        mended = geometry if geometry.is_valid else make_valid(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"no polygon: {error}") from error
    polygons = [part for part in _polygons(mended) if part.area > 0]
    if not polygons or not all(math.isfinite(bound) for bound in mended.bounds):
        raise ValueError("no polygon: nothing with an area")
    whole = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    plain: dict[str, Any] = json.loads(json.dumps(mapping(whole)))
    return plain


def centre(geojson: GeoJson) -> tuple[float, float]:
    """(lon, lat) of a point certainly inside the shape, for labels."""
    point = shape(dict(geojson)).representative_point()
    return point.x, point.y


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance on the mean sphere; within 0.6 % of the ellipsoid."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))


def around(lon: float, lat: float, radius: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ranges (lon, lat) in degrees of a box that holds every point within ``radius`` metres (up to a kilometre,
    away from poles and date line): what an index can narrow before :func:`metres` decides."""
    high = radius / _METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return (lon - wide, lon + wide), (lat - high, lat + high)


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [geometry]
    return [polygon for part in getattr(geometry, "geoms", ()) for polygon in _polygons(part)]
