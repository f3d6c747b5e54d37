"""The plan of the demo city: sized like the figures it claims, whole, and decided by the seed alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from shapely.geometry import Point, shape

from chuangcheng.demo import plan as planning
from chuangcheng.demo.pictures import picture
from chuangcheng.people.rights import roles


@pytest.fixture(scope="module")
def plan() -> planning.Plan:
    return planning.make(7)


def test_the_same_seed_gives_the_same_city(plan: planning.Plan) -> None:
    assert planning.make(7) == plan
    assert planning.make(8) != plan


def test_it_has_the_sizes_of_the_mixed_cities(plan: planning.Plan) -> None:
    levels = Counter(area.level for area in plan.areas)
    assert levels == {"city": 1, "district": 3, "street": 25, "community": 100}
    assert len(plan.grids) == 500
    kinds = Counter(unit.kind for unit in plan.units)
    assert kinds["subcommand"] == 12
    assert kinds["department"] + kinds["street"] + kinds["company"] + kinds["outside"] == 99
    assert len(plan.sites) == 155
    assert len({site.kind for site in plan.sites}) >= 20


def test_names_and_codes_are_unique(plan: planning.Plan) -> None:
    for rows, key in (
        (plan.areas, "code"),
        (plan.grids, "code"),
        (plan.units, "code"),
        (plan.units, "short_name"),
        (plan.people, "username"),
        (plan.sites, "code"),
        (plan.sites, "name"),
    ):
        values = [getattr(row, key) for row in rows]  # type: ignore[attr-defined]
        assert len(values) == len(set(values)), key


def test_codes_nest(plan: planning.Plan) -> None:
    for area in plan.areas:
        if area.level == "city":
            assert area.parent == ""
        elif area.level == "district":
            assert area.parent == planning.CITY_CODE
        else:
            assert area.code.startswith(area.parent)
    assert all(len(grid.code) == 15 and grid.code.startswith(grid.parent) for grid in plan.grids)


def test_grids_tile_the_city(plan: planning.Plan) -> None:
    city = shape(next(area.geometry for area in plan.areas if area.level == "city"))
    grids = [shape(grid.geometry) for grid in plan.grids]
    assert all(grid.is_valid and grid.geom_type == "Polygon" for grid in grids)
    assert sum(grid.area for grid in grids) == pytest.approx(city.area, rel=1e-9)


def test_every_division_is_one_piece(plan: planning.Plan) -> None:
    assert {shape(area.geometry).geom_type for area in plan.areas} == {"Polygon"}


def test_sites_stand_in_the_city_and_have_an_owner(plan: planning.Plan) -> None:
    city = shape(next(area.geometry for area in plan.areas if area.level == "city"))
    units = {unit.code for unit in plan.units}
    assert all(city.contains(Point(site.lon, site.lat)) for site in plan.sites)
    assert {site.unit for site in plan.sites} <= units


def test_every_login_exists_once_with_a_known_role(plan: planning.Plan) -> None:
    by_name = {person.username: person for person in plan.people}
    assert set(planning.LOGINS) <= set(by_name)
    assert {person.role for person in plan.people} == set(roles())
    assert {person.unit for person in plan.people} <= {unit.code for unit in plan.units}


def test_every_community_has_grid_workers(plan: planning.Plan) -> None:
    workers = Counter(person.unit for person in plan.people if person.role == "grid")
    communities = [unit.code for unit in plan.units if unit.kind == "community"]
    assert min(workers[code] for code in communities) >= 3


def test_a_point_inside_a_grid_is_inside(plan: planning.Plan) -> None:
    rng = random.Random(1)
    for grid in plan.grids:
        lon, lat = planning.inside(grid, rng)
        assert shape(grid.geometry).contains(Point(lon, lat))


def test_pictures_are_small_and_differ() -> None:
    rng = random.Random(3)
    drawn = [picture(rng, kind) for kind in ("before", "after") * 10]
    assert len(set(drawn)) == len(drawn)
    assert all(image.startswith(b"\xff\xd8") and len(image) < 60_000 for image in drawn)


def test_texts_carry_no_real_persons_data() -> None:
    troubles = planning.words()["troubles"]
    assert all("{place}" in text for trouble in troubles for text in trouble["texts"])
    assert not any(character.isdigit() for trouble in troubles for text in trouble["texts"] for character in text)
