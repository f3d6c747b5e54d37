"""Paths and centres follow from parents and boundaries; whoever bends one of them is named."""

from __future__ import annotations

import pytest

from chuangcheng.history.projections import registered
from chuangcheng.places import projections
from chuangcheng.places.locator import locate
from chuangcheng.places.models import Division, Grid
from tests.conftest import City

pytestmark = pytest.mark.django_db


def wrong() -> list[str]:
    return [difference.where for difference in projections.check()]


def test_a_city_set_up_by_the_actions_has_no_difference(small_city: City) -> None:
    assert wrong() == []
    assert projections.rebuild() == 0
    assert registered()["places"].check is projections.check


def test_a_bent_path_is_named_and_straightened(small_city: City) -> None:
    Division.objects.filter(code="990101002001").update(path="990100/990101/990101001/990101002001/")
    assert wrong() == ["division 990101002001"]
    assert locate(120.021, 30.001).path.startswith("990100/990101/990101001/")
    assert projections.rebuild() == 1
    assert wrong() == []
    assert locate(120.021, 30.001).path.startswith("990100/990101/990101002/")


def test_a_bent_path_of_a_parent_is_one_difference(small_city: City) -> None:
    Division.objects.filter(code="990101").update(path="990101/")
    assert wrong() == ["division 990101"]


@pytest.mark.parametrize("values", [{"lon": 121.0}, {"lat": None}, {"boundary": None}])
def test_a_moved_centre_of_a_division_is_named(small_city: City, values: dict[str, float | None]) -> None:
    Division.objects.filter(code="990101001").update(**values)
    assert wrong() == ["division 990101001"]
    assert projections.rebuild() == 1
    assert wrong() == []


def test_a_moved_centre_of_a_grid_is_named(small_city: City) -> None:
    Grid.objects.filter(code="990101001002001").update(lon=120.5)
    assert wrong() == ["grid 990101001002001"]
    assert projections.rebuild() == 1
    assert wrong() == []


def test_a_division_without_boundary_needs_no_centre(small_city: City) -> None:
    Division.objects.filter(code="990101001").update(boundary=None, lon=None, lat=None)
    assert wrong() == []
