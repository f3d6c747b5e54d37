"""Boundaries as GeoJSON geometries: brought to WGS-84, made valid, rounded for maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shapely.geometry import shape

from chuangcheng.kernel import geometry
from chuangcheng.kernel.coords import DATUMS, from_wgs84, to_wgs84
from chuangcheng.kernel.problems import Refused

Geometry = dict[str, Any]
Move = Callable[[float, float], tuple[float, float]]
DECIMALS = 6  # a tenth of a metre


def accept(given: Geometry, datum: str) -> Geometry:
    """``given`` as a valid polygon or multipolygon in WGS-84. Refuses ``places.bad_boundary`` and ``bad_datum``."""
    if datum not in DATUMS:
        raise Refused("places.bad_datum", datum=datum)
    if given.get("type") not in ("Polygon", "MultiPolygon"):  # a list, which no set can be asked for, is refused too
        raise Refused("places.bad_boundary", why=f"type {given.get('type')!r}")
    try:
        short = rounded(geometry.sound(_walk(given, lambda lon, lat: to_wgs84(lon, lat, datum))))
        return short if is_valid(short) else geometry.sound(short)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise Refused("places.bad_boundary", why=str(error)[:100]) from error


def rounded(boundary: Geometry, datum: str = "wgs84") -> Geometry:
    """The geometry in ``datum``, as lists, with six decimals."""

    def move(lon: float, lat: float) -> tuple[float, float]:
        lon, lat = (lon, lat) if datum == "wgs84" else from_wgs84(lon, lat, datum)
        return round(lon, DECIMALS), round(lat, DECIMALS)

    return _walk(boundary, move)


def centre(boundary: Geometry) -> tuple[float, float]:
    """A point (lon, lat) that is certain to lie inside."""
    lon, lat = geometry.centre(boundary)
    return round(lon, DECIMALS), round(lat, DECIMALS)


def area_change(before: Geometry, after: Geometry) -> float:
    """By how many per cent the area of ``after`` differs; of a self-crossing ring only the sound part counts."""
    old, new = shape(before).area, shape(after).area
    return abs(new - old) / old * 100 if old else 100.0


def is_valid(boundary: Geometry) -> bool:
    """Whether no ring crosses itself or another."""
    return bool(shape(boundary).is_valid)


def _walk(geometry: Geometry, move: Move) -> Geometry:
    """The geometry with every position moved; heights are dropped. Anything misshapen raises."""

    def ring(positions: Any) -> list[list[float]]:
        return [list(move(float(position[0]), float(position[1]))) for position in positions]

    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    moved = [[ring(positions) for positions in polygon] for polygon in polygons]
    return {"type": geometry["type"], "coordinates": moved if geometry["type"] == "MultiPolygon" else moved[0]}
