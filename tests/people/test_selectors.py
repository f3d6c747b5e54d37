"""Reading units, persons and posts."""

from __future__ import annotations

import pytest

from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, selectors
from chuangcheng.people.models import Person, Post


def test_prefixes_climb_from_the_city() -> None:
    assert selectors.prefixes("1/12/123/") == ["1/", "1/12/", "1/12/123/"]
    assert selectors.prefixes("") == []


def test_territory_units_are_found_from_any_place_below(small_city: object) -> None:
    place = small_city.communities[2].path
    street, district = selectors.street_unit(place), selectors.district_unit(place)
    assert street is not None and street.code == "U-990101002"
    assert district is not None and district.code == "U-990101"
    assert selectors.street_unit(small_city.district.path) is None
    assert selectors.street_unit("") is None


def test_units_are_found_by_code_and_by_role(small_city: object) -> None:
    found = selectors.unit_by_code("U-CGJ")
    assert found is not None and found.name == "城市管理局"
    assert selectors.unit_by_code("U-NONE") is None
    assert [unit.code for unit in selectors.units_by_role("subdistrict")] == ["U-990101001", "U-990101002"]
    assert selectors.units_by_role("") == []
    assert selectors.units().count() == len(small_city.units)


def test_holders_of_a_role_by_unit_and_by_place(personas: dict[str, Actor], small_city: object) -> None:
    communities, units = small_city.communities, small_city.units
    assert [p.username for p in selectors.persons_with("grid", division_path=communities[0].path)] == ["grid"]
    assert selectors.persons_with("grid", division_path=communities[1].path) == []
    assert [p.username for p in selectors.persons_with("street", unit=units["street2"])] == ["street2"]
    assert {p.username for p in selectors.persons_with("street")} == {"street", "street2"}
    assert [p.username for p in selectors.persons_with("street", division_path=communities[2].path)] == ["street2"]
    assert selectors.persons_with("nothing") == []


def test_the_deepest_area_stands_first(personas: dict[str, Actor], small_city: object) -> None:
    street, community = small_city.streets[0], small_city.communities[0]
    wide = actions.save_person(actor=SYSTEM, username="aaa", name="甲")
    actions.give_post(actor=SYSTEM, person=wide, role="grid", unit=small_city.units["street"], division=street)
    found = selectors.persons_with("grid", division_path=community.path)
    assert [person.username for person in found] == ["grid", "aaa"]


def test_ended_posts_and_locked_persons_are_not_found(personas: dict[str, Actor], small_city: object) -> None:
    place = small_city.communities[0].path
    post = Post.objects.get(pk=personas["grid"].post_id)
    actions.end_post(actor=SYSTEM, post=post)
    assert selectors.persons_with("grid", division_path=place) == []
    Person.objects.filter(username="street").update(is_active=False)
    assert [p.username for p in selectors.persons_with("street")] == ["street2"]
    assert selectors.posts_of(post.person) == []


def test_the_label_names_the_post_not_the_person(personas: dict[str, Actor]) -> None:
    post = Post.objects.select_related("unit").get(pk=personas["grid"].post_id)
    actor = selectors.actor_of(post)
    assert actor.label == "河东街道 · 网格员"
    assert (actor.person_id, actor.post_id) == (post.person_id, post.pk)


def test_units_are_visible_with_the_right_and_hidden_without(personas: dict[str, Actor], small_city: object) -> None:
    assert selectors.visible_units(personas["street"]).count() == len(small_city.units)
    assert selectors.get_unit_for(personas["auditor"], "U-CGJ").name == "城市管理局"
    for actor in (personas["grid"], CITIZEN):
        assert selectors.visible_units(actor).count() == 0
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_unit_for(actor, "U-CGJ")
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_unit_for(personas["office"], "U-NONE")


def test_posts_are_visible_within_reach(personas: dict[str, Actor]) -> None:
    def roles(name: str) -> set[str]:
        return {post.role for post in selectors.visible_posts(personas[name])}

    assert len(selectors.visible_posts(personas["office"])) == len(personas)
    assert roles("street") == {"street", "community", "grid"}
    assert roles("department") == {"department"}
    assert roles("grid") == set()
