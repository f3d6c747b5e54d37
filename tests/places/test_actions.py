"""Divisions and grids are set up once, brought up to date, and never bent into a tree that does not hold."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.kernel.coords import from_wgs84
from chuangcheng.kernel.problems import Refused
from chuangcheng.places import actions, selectors
from chuangcheng.places.locator import NOWHERE, UNKNOWN, locate
from chuangcheng.places.models import Division, Grid
from tests.conftest import City, square

pytestmark = pytest.mark.django_db
BOW_TIE = {"type": "Polygon", "coordinates": [[[121, 31], [121.1, 31.1], [121.1, 31], [121, 31.1], [121, 31]]]}


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def tree() -> Division:
    actions.save_division(code="990200", name="江口市", level="city", parent_code=None)
    actions.save_division(code="990201", name="城区", level="district", parent_code="990200")
    actions.save_division(code="990201001", name="一街道", level="street", parent_code="990201")
    return actions.save_division(code="990201001001", name="一社区", level="community", parent_code="990201001")


def test_the_path_holds_the_codes_from_the_city_down() -> None:
    community = tree()
    assert community.path == "990200/990201/990201001/990201001001/"
    assert {level: row.name for level, row in selectors.ancestors(community).items()} == {
        "city": "江口市", "district": "城区", "street": "一街道", "community": "一社区",
    }  # fmt: skip
    assert selectors.names_of(community.path) == ["江口市", "城区", "一街道", "一社区"]


def test_saving_again_changes_nothing_but_what_is_new() -> None:
    first = tree()
    assert tree().pk == first.pk
    again = actions.save(code="990201001", name="一街道", level="street", parent_code="990201")
    assert not again.changed
    renamed = actions.save(code="990201001", name="第一街道", level="street", parent_code="990201")
    assert renamed.changed
    assert Division.objects.get(code="990201001").name == "第一街道"
    assert Division.objects.count() == 4


def test_a_boundary_once_known_stays_when_none_is_given() -> None:
    tree()
    given = {"name": "城区", "level": "district", "parent_code": "990200"}
    assert actions.save(code="990201", boundary=square(121, 31, 0.1), **given).changed  # type: ignore[arg-type]
    assert not actions.save(code="990201", boundary=square(121, 31, 0.1), **given).changed  # type: ignore[arg-type]
    assert not actions.save(code="990201", **given).changed  # type: ignore[arg-type]
    kept = Division.objects.get(code="990201")
    assert kept.boundary == square(121, 31, 0.1)
    assert (kept.lon, kept.lat) == (121.05, 31.05)


def test_a_division_does_not_move() -> None:
    tree()
    actions.save_division(code="990202", name="郊区", level="district", parent_code="990200")
    with pytest.raises(Refused) as refused:
        actions.save_division(code="990201", name="城区", level="district", parent_code=None)
    assert code_of(refused) == "places.moved"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"parent_code": "990900"}, "places.no_parent"),
        ({"name": " "}, "places.no_name"),
        ({"name": "长" * 61}, "places.no_name"),
        ({"code": "99020"}, "places.bad_code"),
        ({"code": "880201"}, "places.foreign_code"),
        ({"boundary": {"type": "Point", "coordinates": [121, 31]}}, "places.bad_boundary"),
        ({"boundary": {"type": "Polygon", "coordinates": []}}, "places.bad_boundary"),
        ({"boundary": {"type": "Polygon", "coordinates": [[[31, 121], [31, 122], [32, 121], [31, 121]]]}}, "places.bad_boundary"),
        ({"boundary": {"type": "Polygon", "coordinates": [[["x", 1]]]}}, "places.bad_boundary"),
        ({"boundary": square(121, 31, 0.1), "datum": "mars"}, "places.bad_datum"),
    ],
)  # fmt: skip
def test_refused_and_nothing_saved(change: dict[str, Any], problem: str) -> None:
    actions.save_division(code="990200", name="江口市", level="city", parent_code=None)
    given: dict[str, Any] = {"code": "990201", "name": "城区", "level": "district", "parent_code": "990200"}
    with pytest.raises(Refused) as refused:
        actions.save_division(**(given | change))
    assert code_of(refused) == problem
    assert Division.objects.count() == 1


def test_a_self_crossing_boundary_is_mended() -> None:
    city = actions.save_division(code="990200", name="江口市", level="city", parent_code=None, boundary=BOW_TIE)
    assert city.boundary is not None
    assert city.boundary["type"] == "MultiPolygon"
    assert locate(121.05, 31.01).inside is False  # between the wings
    assert locate(121.01, 31.05).inside is True


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_boundaries_of_other_datums_are_brought_to_wgs84(datum: str) -> None:
    box = square(121.0, 31.0, 0.01)
    shifted = {"type": "Polygon", "coordinates": [[list(from_wgs84(*point, datum)) for point in box["coordinates"][0]]]}  # type: ignore[index]
    city = actions.save_division(
        code="990200", name="江口市", level="city", parent_code=None, boundary=shifted, datum=datum
    )
    assert city.boundary is not None
    for kept, meant in zip(city.boundary["coordinates"][0], box["coordinates"][0], strict=True):  # type: ignore[index]
        assert kept == pytest.approx(meant, abs=2e-6)


def test_a_grid_needs_its_community_and_its_code() -> None:
    tree()
    box = square(121, 31, 0.01)
    grid = actions.save_grid(code="990201001001001", name="第一网格", community_code="990201001001", boundary=box)
    assert actions.save_grid(code=grid.code, name="第一网格", community_code="990201001001", boundary=box).pk == grid.pk
    actions.save_grid(code=grid.code, name="甲网格", community_code="990201001001", boundary=box)
    assert Grid.objects.get().name == "甲网格"
    for change, problem in (
        ({"community_code": "990201001"}, "places.no_parent"),
        ({"code": "990201001002001"}, "places.foreign_code"),
        ({"code": "1"}, "places.bad_code"),
        ({"name": ""}, "places.no_name"),
        ({"boundary": {"type": "LineString", "coordinates": [[1, 2], [2, 3]]}}, "places.bad_boundary"),
    ):
        given: dict[str, Any] = {"code": grid.code, "name": "x", "community_code": "990201001001", "boundary": box}
        with pytest.raises(Refused) as refused:
            actions.save_grid(**(given | change))
        assert code_of(refused) == problem


def test_point_to_grid_community_street_district(small_city: City) -> None:
    found = locate(120.001, 30.005)
    assert found.grid_id == small_city.grids[0].pk  # type: ignore[attr-defined]
    assert found.division_id == small_city.communities[0].pk  # type: ignore[attr-defined]
    assert found.path == "990100/990101/990101001/990101001001/"
    assert found.inside


def test_a_point_without_grid_falls_back_to_the_deepest_division(small_city: City) -> None:
    street = locate(120.005, 30.015)  # above the communities
    assert (street.grid_id, street.path) == (None, "990100/990101/990101001/")
    district = locate(120.03, 30.03)
    assert district.path == "990100/990101/"
    assert district.inside


def test_a_point_outside_is_nowhere(small_city: City) -> None:
    assert locate(121.0, 31.0) == NOWHERE
    assert locate(-71.06, 42.36) == NOWHERE


def test_without_any_boundary_nothing_is_called_outside() -> None:
    tree()
    assert locate(121.0, 31.0) == UNKNOWN


def test_a_new_grid_is_found_at_once(small_city: City) -> None:
    assert locate(120.035, 30.005).grid_id is None
    actions.save_division(
        code="990101002002",
        name="新村",
        level="community",
        parent_code="990101002",
        boundary=square(120.03, 30.0, 0.01),
    )
    grid = actions.save_grid(
        code="990101002002001", name="一", community_code="990101002002", boundary=square(120.03, 30.0, 0.01)
    )
    found = locate(120.035, 30.005)
    assert (found.grid_id, found.path) == (grid.pk, "990100/990101/990101002/990101002002/")


def test_locating_costs_no_query(small_city: City, django_assert_num_queries: Any) -> None:
    locate(120.001, 30.005)
    with django_assert_num_queries(0):
        for _ in range(100):
            locate(120.001, 30.005)


def test_boundaries_for_the_map(small_city: City) -> None:
    grids = selectors.boundaries("grid", "990100/990101/990101001/")
    assert [feature["id"] for feature in grids["features"]] == [grid.code for grid in small_city.grids[:3]]  # type: ignore[attr-defined]
    assert grids["features"][0]["properties"]["path"] == "990100/990101/990101001/990101001001/"
    streets = selectors.boundaries("street")
    assert [feature["properties"]["name"] for feature in streets["features"]] == ["河东街道", "河西街道"]
    shifted = selectors.boundaries("street", datum="gcj02")["features"][0]["geometry"]["coordinates"][0][0]
    assert shifted == [round(value, 6) for value in from_wgs84(120.0, 30.0, "gcj02")]
    with pytest.raises(ValueError, match="galaxy"):
        selectors.boundaries("galaxy")


def test_subtree_children_and_level(small_city: City) -> None:
    assert [row.code for row in selectors.subtree("990100/990101/990101001/")] == [
        "990101001", "990101001001", "990101001002",
    ]  # fmt: skip
    assert selectors.subtree("").count() == 7
    assert [row.code for row in selectors.children(small_city.district)] == ["990101001", "990101002"]  # type: ignore[arg-type]
    assert selectors.at_level("community", "990100/990101/990101002/").get().name == "新华社区"
    assert selectors.grids_in("990100/990101/990101002/").count() == 1
    assert selectors.division_by_code(" 990101 ") == small_city.district
    assert selectors.division_by_code("000000") is None
