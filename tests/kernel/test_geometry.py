"""Points in polygons, broken polygons, and distances against an ellipsoid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import shape

from chuangcheng.kernel.geometry import Locator, around, centre, metres, sound
from tests.conftest import square

BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}


class TestLocator:
    CELLS = Locator([((x, y), square(x, y, 1)) for x in range(10) for y in range(10)])

    @given(st.floats(0, 9.999), st.floats(0, 9.999))
    def test_a_point_falls_into_its_cell(self, lon: float, lat: float) -> None:
        x, y = self.CELLS.at(lon, lat)
        assert x <= lon <= x + 1
        assert y <= lat <= y + 1

    def test_on_a_common_border_the_first_wins(self) -> None:
        assert self.CELLS.at(1, 0.5) == (0, 0)
        assert Locator([("b", square(0, 0, 2)), ("a", square(0, 0, 1))]).at(0.5, 0.5) == "b"

    def test_outside_and_empty(self) -> None:
        assert self.CELLS.at(-0.001, 5) is None
        assert Locator([]).at(0, 0) is None
        assert (len(self.CELLS), len(Locator([]))) == (100, 0)

    def test_a_hole_is_outside(self) -> None:
        ring = square(0, 0, 3)
        ring["coordinates"].append(square(1, 1, 1)["coordinates"][0])
        assert Locator([(1, ring)]).at(1.5, 1.5) is None
        assert Locator([(1, ring)]).at(0.5, 0.5) == 1


class TestSound:
    def test_a_valid_polygon_keeps_its_points(self) -> None:
        assert sound(square(1, 2, 3)) == square(1, 2, 3)

    def test_a_bow_tie_becomes_two_triangles(self) -> None:
        mended = sound(BOW_TIE)
        assert mended["type"] == "MultiPolygon"
        assert shape(mended).is_valid
        assert shape(mended).area == 2

    def test_a_spike_is_cut_off(self) -> None:
        spike = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [5, 5], [2, 2], [0, 2], [0, 0]]]}
        assert shape(sound(spike)).bounds == (0, 0, 2, 2)

    def test_it_is_plain_json(self) -> None:
        assert json.loads(json.dumps(sound(BOW_TIE))) == sound(BOW_TIE)

    @pytest.mark.parametrize(
        "hopeless",
        [
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
            {"type": "Polygon", "coordinates": []},
            {"type": "Point", "coordinates": [1, 1]},
            {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            {"type": "Polygon", "coordinates": "x"},
            {"type": "Nonsense", "coordinates": []},
            {},
        ],
    )
    def test_hopeless(self, hopeless: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="no polygon"):
            sound(hopeless)

    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9))
    def test_whatever_comes_back_is_valid(self, points: list[tuple[int, int]]) -> None:
        ring = [list(point) for point in [*points, points[0]]]
        try:
            mended = sound({"type": "Polygon", "coordinates": [ring]})
        except ValueError:
            return
        assert mended["type"] in {"Polygon", "MultiPolygon"}
        assert shape(mended).is_valid
        assert sound(mended) == mended

    @pytest.mark.shared
    def test_the_truly_invalid_county(self, shared: Path) -> None:
        features = json.loads((shared / "divisions" / "boundary_220400.geojson").read_text(encoding="utf-8"))[
            "features"
        ]
        broken = [f for f in features if not shape(f["geometry"]).is_valid]
        assert [str(f["properties"]["adcode"]) for f in broken] == ["220422"]
        mended = shape(sound(broken[0]["geometry"]))
        assert mended.is_valid
        assert mended.area == pytest.approx(shape(broken[0]["geometry"]).buffer(0).area, rel=0.01)


def test_the_centre_lies_inside_even_a_crescent() -> None:
    crescent = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [4, 3], [4, 4], [0, 4], [0, 0]]],
    }
    assert Locator([("c", crescent)]).at(*centre(crescent)) == "c"


class TestMetres:
    @given(st.floats(-179, 179), st.floats(-85, 85), st.floats(-179, 179), st.floats(-85, 85))
    def test_against_the_ellipsoid(self, lon1: float, lat1: float, lon2: float, lat2: float) -> None:
        exact = Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)[2]
        assert metres(lon1, lat1, lon2, lat2) == pytest.approx(exact, rel=0.006, abs=0.01)

    def test_one_degree_of_latitude_and_nothing(self) -> None:
        assert metres(116, 39, 116, 40) == pytest.approx(111_195, abs=1)
        assert metres(116, 39, 116, 39) == 0


@given(st.floats(-170, 170), st.floats(-60, 60), st.floats(1, 1000), st.floats(-1, 1), st.floats(-1, 1))
def test_the_box_holds_whatever_is_near(lon: float, lat: float, radius: float, east: float, north: float) -> None:
    (west, right), (south, top) = around(lon, lat, radius)
    point = (lon + east * 2 * (right - lon), lat + north * 2 * (top - lat))  # half of them lie outside of the box
    inside = west <= point[0] <= right and south <= point[1] <= top
    assert inside or metres(lon, lat, *point) > radius
    assert right - west < 4 * radius / 111_000 / 0.5  # and it is no larger than it must be
