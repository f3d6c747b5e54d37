"""Positions in the datums met in China. The system stores WGS-84.

Public Chinese maps (高德, 腾讯) show GCJ-02, Baidu shows BD-09 on top of it; both shift by hundreds of metres. CGCS2000
(天地图, GB/T 47678) differs from WGS-84 by centimetres and is taken as equal. The shift exists only within China.
"""

from __future__ import annotations

import math
from typing import Final, Literal, get_args

import prcoords

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
DATUMS: Final[tuple[str, ...]] = get_args(Datum)

_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # the box of the published GCJ-02 code: west, south, east, north


def to_wgs84(lon: float, lat: float, datum: str = "wgs84") -> tuple[float, float]:
    """(lon, lat) in WGS-84, the shift inverted to within 5 cm. Raises ValueError, see :func:`check`."""
    check(lon, lat, datum)
    if datum in {"wgs84", "cgcs2000"} or not in_china(lon, lat):
        return lon, lat
    inverse = prcoords.gcj_wgs_bored if datum == "gcj02" else prcoords.bd_wgs_bored
    there = inverse((lat, lon), False)
    return float(there.lon), float(there.lat)


def from_wgs84(lon: float, lat: float, datum: str = "wgs84") -> tuple[float, float]:
    """(lon, lat) as a map of that datum shows it. Raises ValueError, see :func:`check`."""
    check(lon, lat, datum)
    if datum in {"wgs84", "cgcs2000"} or not in_china(lon, lat):
        return lon, lat
    forward = prcoords.wgs_gcj if datum == "gcj02" else prcoords.wgs_bd
    there = forward((lat, lon), False)
    return float(there.lon), float(there.lat)


def check(lon: float, lat: float, datum: str = "wgs84") -> None:
    """ValueError for an unknown datum, or numbers that are no position on earth (lat and lon exchanged, NaN)."""
    if datum not in DATUMS:
        raise ValueError(f"unknown datum: {datum}")
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError("not a position: longitude within ±180 and latitude within ±90 are expected")


def in_china(lon: float, lat: float) -> bool:
    """Within the box in which the shift is applied (rough: it holds parts of the neighbours too)."""
    west, south, east, north = _CHINA
    return west <= lon <= east and south <= lat <= north
