"""Boundaries come in from atlases of any make: kept as sound WGS-84 polygons with six decimals, or refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from chuangcheng.kernel.coords import DATUMS
from chuangcheng.kernel.geometry import metres
from chuangcheng.kernel.problems import Refused
from chuangcheng.places.boundaries import accept, area_change, centre, is_valid, rounded
from tests.conftest import square

POINTS = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: [116 + pair[0] / 100, 39 + pair[1] / 100])
#: Closed rings of points drawn at random: most of them cross themselves.
RINGS = st.lists(POINTS, min_size=3, max_size=7, unique_by=tuple).map(lambda points: [*points, points[0]])
BOX = square(116.0, 39.0, 0.1)


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    """A GeoJSON polygon."""
    return {"type": "Polygon", "coordinates": list(rings)}


def accepted(given_: dict[str, Any], datum: str = "wgs84") -> dict[str, Any] | None:
    """The boundary as it would be kept; None where it is refused as hopeless."""
    try:
        return accept(given_, datum)
    except Refused as refused:
        assert refused.code == "places.bad_boundary"
        return None


def numbers(value: Any) -> list[float]:
    """Every number of nested lists."""
    return [value] if isinstance(value, float | int) else [one for part in value for one in numbers(part)]


@given(RINGS)
@settings(max_examples=60)
def test_what_is_kept_is_sound_short_and_kept_again_as_it_is(ring: list[list[float]]) -> None:
    kept = accepted(polygon(ring))
    if kept is None:
        assert shape(polygon(ring)).buffer(0).area < 1e-9  # nothing but points on one line is hopeless
        return
    assert is_valid(kept)
    assert kept["type"] in {"Polygon", "MultiPolygon"}
    assert json.loads(json.dumps(kept)) == kept
    assert accept(kept, "wgs84") == kept or area_change(kept, accept(kept, "wgs84")) < 0.01
    west, south, east, north = shape(polygon(ring)).bounds
    assert all(min(west, south) - 1e-6 <= value <= max(east, north) + 1e-6 for value in numbers(kept["coordinates"]))


@given(RINGS)
@settings(max_examples=60)
def test_the_centre_lies_inside_whatever_the_shape(ring: list[list[float]]) -> None:
    kept = accepted(polygon(ring))
    if kept is not None:
        assert shape(kept).distance(Point(*centre(kept))) < 2e-6  # six decimals


@given(RINGS, RINGS)
@settings(max_examples=40)
def test_several_parts_are_joined_into_one_sound_boundary(one: list[list[float]], other: list[list[float]]) -> None:
    parts = [polygon(ring) for ring in (one, other)]
    both = accepted({"type": "MultiPolygon", "coordinates": [part["coordinates"] for part in parts]})
    if both is not None:
        assert is_valid(both)
        assert shape(both).area <= sum(shape(part).convex_hull.area for part in parts) + 1e-9


@pytest.mark.parametrize("datum", sorted(DATUMS))
@given(west=st.floats(75, 130), south=st.floats(20, 50), size=st.floats(0.001, 0.5))
@settings(max_examples=25)
def test_a_map_of_any_datum_shows_the_boundary_where_it_was_drawn(
    datum: str, west: float, south: float, size: float
) -> None:
    """Drawn on a map, kept, and shown on the same map again: within a tenth of a metre or two."""
    drawn = square(west, south, size)
    kept = accept(drawn, datum)
    shown = rounded(kept, datum)
    for given_, found in zip(drawn["coordinates"][0], shown["coordinates"][0], strict=True):  # type: ignore[index]
        assert found == pytest.approx(given_, abs=3e-6)
    away = metres(*kept["coordinates"][0][0], *drawn["coordinates"][0][0])  # type: ignore[index]
    assert (
        away < 1 if datum in {"wgs84", "cgcs2000"} else 20 < away < 2500
    )  # how far the shifted maps of the country are off


@given(st.floats(0.1, 1), st.floats(0.1, 1))
def test_the_change_of_area_is_in_per_cent_of_the_old_one(before: float, after: float) -> None:
    old, new = square(116, 39, before), square(116, 39, after)
    assert area_change(old, new) == pytest.approx(abs(after**2 - before**2) / before**2 * 100)
    assert area_change(old, old) == 0


def test_a_boundary_that_had_no_area_changed_wholly() -> None:
    line = polygon([[116, 39], [116.1, 39], [116, 39]])
    assert area_change(line, BOX) == 100


def test_heights_are_dropped_and_holes_stay() -> None:
    hole = [[116.02, 39.02], [116.04, 39.02], [116.04, 39.04], [116.02, 39.04], [116.02, 39.02]]
    tall = polygon([[*point, 12.5] for point in BOX["coordinates"][0]], [[*point, 3.0] for point in hole])  # type: ignore[index]
    kept = accept(tall, "wgs84")
    assert {len(point) for ring in kept["coordinates"] for point in ring} == {2}
    assert len(kept["coordinates"]) == 2
    assert shape(kept).area == pytest.approx(0.01 - 0.0004)


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"type": "Point", "coordinates": [116, 39]}, {"type": None}, {"type": ["Polygon"], "coordinates": []},
        {"type": "Polygon"}, {"type": "Polygon", "coordinates": None}, {"type": "Polygon", "coordinates": 5},
        polygon(), polygon([]), polygon([[116, 39], [116.1, 39]]), polygon([[116]] * 4), polygon([["东", "北"]] * 4),
        polygon([[None, None]] * 4), polygon([{"lon": 116, "lat": 39}] * 4),  # type: ignore[list-item]
        polygon([[116, 39], [116.1, 39], [116.2, 39], [116, 39]]), polygon([[116, 39]] * 4),
        polygon([[181, 39], [182, 39], [182, 40], [181, 39]]), polygon([[39, 116], [40, 116], [40, 117], [39, 116]]),
        polygon([[float("nan"), 39], [116.1, 39], [116, 39.1], [116, 39]]), polygon([[10**400, 39]] * 4),
        polygon([[float("inf"), 39], [116.1, 39], [116, 39.1], [116, 39]]),
        {"type": "MultiPolygon", "coordinates": BOX["coordinates"]},
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_with_a_reason(broken: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        accept(broken, "wgs84")
    assert refused.value.code == "places.bad_boundary"
    assert len(str(refused.value.params["why"])) <= 120


@pytest.mark.parametrize("datum", ["", "WGS84", "cgcs", "gcj-02"])
def test_an_unknown_datum_is_refused_before_the_shape(datum: str) -> None:
    with pytest.raises(Refused) as refused:
        accept(BOX, datum)
    assert refused.value.code == "places.bad_datum"
