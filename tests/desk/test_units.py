"""Units and divisions: the campaign's structure in official order, and what each unit holds and answers for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.models import Duty, Edition
from chuangcheng.people.models import Post
from chuangcheng.places.models import Division, Grid
from tests.cases.play import Play

Sign = Callable[[str], Client]


def url(unit: Any) -> str:
    return reverse("desk:unit", args=[unit.pk])


def names(client: Client, query: str = "") -> list[str]:
    """The units listed at that address."""
    return [row.short_name for row in client.get(f"/desk/units/?{query}").context["listing"].rows]


def test_units_stand_in_official_order(as_persona: Sign) -> None:
    assert names(as_persona("street")) == [
        "创城办", "环境卫生分指挥部", "东山区创城办", "城市管理局", "河东街道", "河西街道", "永安社区",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=河", ["河东街道", "河西街道"]), ("kind=department", ["城市管理局"]), ("q=u-cgj", ["城市管理局"]), ("q=无", []),
     ("kind=street&sort=-order", ["河西街道", "河东街道"])],
)  # fmt: skip
def test_filters_and_order(as_persona: Sign, query: str, found: list[str]) -> None:
    assert names(as_persona("office"), query) == found


@pytest.mark.parametrize("persona", ["grid", "community", "inspector"])
def test_who_has_no_right_to_people_is_refused(as_persona: Sign, small_city: Any, persona: str) -> None:
    for address in ("/desk/units/", url(small_city.units["street"])):
        assert as_persona(persona).get(address).status_code == 403


def test_the_list_counts_duties_and_cases_once_each(as_persona: Sign, play: Play, sample: Edition) -> None:
    for _ in range(3):
        play.handling("department")
    play.closed()
    row = next(
        row
        for row in as_persona("office").get("/desk/units/").context["listing"].rows
        if row.short_name == "城市管理局"
    )
    assert row.open_cases == 3
    assert row.leads == Duty.objects.filter(unit=row, kind="lead").count() > 1


def test_duties_of_an_old_edition_do_not_count(as_persona: Sign, play: Play, sample: Edition) -> None:
    Edition.objects.filter(pk=sample.pk).update(state="frozen")
    client = as_persona("office")
    assert {row.leads for row in client.get("/desk/units/").context["listing"].rows} == {0}
    assert list(client.get(url(play.units["department"])).context["duties"]) == []


def test_a_unit_shows_people_duties_and_work(as_persona: Sign, play: Play, sample: Edition) -> None:
    case = play.handling("department")
    page = as_persona("leader").get(url(play.units["department"]))
    html = page.content.decode()
    assert [held.pk for held in page.context["held"]] == [case.pk]
    assert "张department" in html and "责任部门" in html and case.number in html
    assert (
        len(page.context["duties"]) > 1
        and reverse("desk:standard", args=[page.context["duties"][0].standard_id]) in html
    )


def test_work_out_of_sight_is_not_shown(as_persona: Sign, play: Play) -> None:
    play.handling("department")
    page = as_persona("street2").get(url(play.units["department"]))
    assert list(page.context["held"]) == [] and "不在您的查看范围内" in page.content.decode()


def test_sites_out_of_sight_are_not_linked(as_persona: Sign, play: Play, make_site: Callable[[str], Any]) -> None:
    site = make_site("street")
    for persona, shown in (("office", True), ("street", True), ("street2", False)):
        html = as_persona(persona).get(url(play.units["street"])).content.decode()
        assert (reverse("desk:site", args=[site.pk]) in html) is shown, persona


def test_a_post_that_ended_is_not_shown(as_persona: Sign, small_city: Any, noon: Any) -> None:
    Post.objects.filter(person__username="street").update(valid_to="2026-09-01")
    html = as_persona("office").get(url(small_city.units["street"])).content.decode()
    assert "张street<" not in html and "张grid" in html


def test_a_unit_without_people_says_so(as_persona: Sign, small_city: Any) -> None:
    Post.objects.filter(unit=small_city.units["street2"]).delete()
    html = as_persona("office").get(url(small_city.units["street2"])).content.decode()
    assert "还没有人员" in html and "没有分解到本单位的标准" in html


def test_the_structure_is_walked_up_and_down(as_persona: Sign, small_city: Any) -> None:
    client, units = as_persona("office"), small_city.units
    assert url(units["subcommand"]) in client.get(url(units["office"])).content.decode()
    assert url(units["office"]) in client.get(url(units["subcommand"])).content.decode()


def test_an_unknown_unit_is_not_found(as_persona: Sign, small_city: Any) -> None:
    assert as_persona("office").get(url(small_city.city)).status_code == 404


def test_export(as_persona: Sign, small_city: Any) -> None:
    answer = as_persona("leader").get("/desk/units/?export=csv&kind=department")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2 and "城市管理局" in lines[1] and "市直" in lines[1]


def test_divisions_count_what_lies_below(as_persona: Sign, small_city: Any) -> None:
    page = as_persona("grid").get("/desk/places/")
    rows = [(row.name, row.streets, row.communities, row.cells) for row in page.context["listing"].rows]
    assert rows == [
        ("云岭市", 2, 3, 4), ("东山区", 2, 3, 4), ("河东街道", 0, 2, 3), ("永安社区", 0, 0, 2), ("长乐社区", 0, 0, 1),
        ("河西街道", 0, 1, 1), ("新华社区", 0, 0, 1),
    ]  # fmt: skip
    counted = [(count, url) for _word, count, url in page.context["figures"]]
    assert counted == [(count, f"/desk/places/?level={level}") for level, count in (
        ("city", 1), ("district", 1), ("street", 2), ("community", 3))] + [(4, "")]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=street", ["河东街道", "河西街道"]), ("q=990101002", ["河西街道", "新华社区"]), ("q=长乐", ["长乐社区"]),
        ("area=990100/990101/990101002/", ["河西街道", "新华社区"]), ("boundary=no", []), ("sort=-code&level=street", ["河西街道", "河东街道"]),
    ],
)  # fmt: skip
def test_divisions_are_narrowed(as_persona: Sign, small_city: Any, query: str, found: list[str]) -> None:
    rows = as_persona("office").get(f"/desk/places/?{query}").context["listing"].rows
    assert [row.name for row in rows] == found


def test_divisions_are_exported_with_the_parents_code(as_persona: Sign, small_city: Any) -> None:
    client = as_persona("leader")
    answer = client.get("/desk/places/?export=csv&level=community&cols=code&cols=name&cols=parent_code")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 4 and lines[1].split(",")[:2] == ["990101001001", "永安社区"] and "990101001" in lines[1]


def test_without_divisions_the_page_says_how_to_get_them(as_persona: Sign, small_city: Any) -> None:
    client = as_persona("office")
    Grid.objects.all().delete()
    Post.objects.update(division=None)
    for unit in small_city.units.values():
        unit.division = None
        unit.save()
    for level in ("community", "street", "district", "city"):
        Division.objects.filter(level=level).delete()
    assert "chuangcheng import divisions" in client.get("/desk/places/").content.decode()


@pytest.mark.parametrize("path", ["/desk/units/", "/desk/places/", "unit"])
def test_pages_cost_few_queries(
    as_persona: Sign, play: Play, sample: Edition, path: str, django_assert_max_num_queries: Any
) -> None:
    play.handling("department")
    play.dispatched("street")
    client, address = as_persona("office"), url(play.units["department"]) if path == "unit" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, small_city: Any) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    listing = client.get("/desk/units/").context["listing"]
    assert all(str(head.column.label).isascii() for head in listing.heads)
    assert "Cases in hand" in client.get(url(small_city.units["street"])).content.decode()
    assert "Divisions and grids" in client.get("/desk/places/").content.decode()
