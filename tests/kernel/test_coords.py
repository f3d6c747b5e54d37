"""Datums against a second implementation: the widely copied formula, written down here on its own."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from chuangcheng.kernel.coords import DATUMS, check, from_wgs84, in_china, to_wgs84
from chuangcheng.kernel.geometry import metres

EARTH = Geod(ellps="WGS84")
LON, LAT = st.floats(75, 134), st.floats(18, 53)


def reference_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The classic transform (Krasovsky ellipsoid, offsets from 105° E 35° N)."""
    a, ee, pi = 6378245.0, 0.00669342162296594323, math.pi
    x, y = lon - 105.0, lat - 35.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lon += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lon += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - ee * math.sin(math.radians(lat)) ** 2
    d_lat = (d_lat * 180.0) / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    d_lon = (d_lon * 180.0) / (a / math.sqrt(magic) * math.cos(math.radians(lat)) * pi)
    return lon + d_lon, lat + d_lat


def reference_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Baidu's own shift on top of GCJ-02."""
    x_pi = math.pi * 3000.0 / 180.0
    x, y = reference_gcj02(lon, lat)
    z = math.sqrt(x * x + y * y) + 0.00002 * math.sin(y * x_pi)
    theta = math.atan2(y, x) + 0.000003 * math.cos(x * x_pi)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


@given(LON, LAT)
def test_forward_agrees_with_the_second_implementation(lon: float, lat: float) -> None:
    assert from_wgs84(lon, lat, "gcj02") == pytest.approx(reference_gcj02(lon, lat), abs=1e-9)
    assert from_wgs84(lon, lat, "bd09") == pytest.approx(reference_bd09(lon, lat), abs=1e-9)


@given(LON, LAT, st.sampled_from(DATUMS))
def test_there_and_back_within_centimetres(lon: float, lat: float, datum: str) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert EARTH.inv(lon, lat, *back)[2] < 0.05


@given(LON, LAT)
def test_the_shift_is_real_and_bounded(lon: float, lat: float) -> None:
    assert 5 < metres(lon, lat, *from_wgs84(lon, lat, "gcj02")) < 1000


def test_cgcs2000_is_taken_as_equal_and_nothing_shifts_abroad() -> None:
    assert to_wgs84(116.4, 39.9, "cgcs2000") == (116.4, 39.9)
    assert from_wgs84(-71.06, 42.36, "gcj02") == (-71.06, 42.36)
    assert to_wgs84(-71.06, 42.36, "bd09") == (-71.06, 42.36)
    assert in_china(116.4, 39.9)


@pytest.mark.parametrize(
    ("lon", "lat", "datum"),
    [(39.9, 116.4, "wgs84"), (float("nan"), 1.0, "gcj02"), (200.0, 0.0, "bd09"), (1.0, 1.0, "utm")],
)
def test_what_is_no_position(lon: float, lat: float, datum: str) -> None:
    for refuses in (check, to_wgs84, from_wgs84):
        with pytest.raises(ValueError, match=r"datum|position"):
            refuses(lon, lat, datum)
