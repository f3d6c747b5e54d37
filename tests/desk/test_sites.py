"""Sites: the list counts truly, the map colours by the last score, a page shows what its reader may know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.patrols.models import Check
from chuangcheng.sites.models import Site
from tests.scoring.world import NOW

Sign = Callable[[str], Client]


def url(site: Site) -> str:
    return reverse("desk:site", args=[site.pk])


def rows(client: Client, query: str = "") -> list[Site]:
    """The sites listed at that address."""
    found: list[Site] = client.get(f"/desk/sites/?{query}").context["listing"].rows
    return found


@pytest.fixture
def sites(world: Any) -> Any:
    """M1 (河东街道): two visits, two open cases and a closed one. M2 (河西街道): not visited yet."""
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    world.visit("M1", {"I1": "B", "I2": "C#"}, days_ago=9, score="60")
    new = world.visit("M1", {"I1": "A", "I2": "C"}, days_ago=1, score="92.5")
    world.case(check=new.checks.get(item__code="I2"), site=world.sites["M1"], holder=world.city.units["street"])
    world.case(site=world.sites["M1"], text="门前堆物")
    world.case(site=world.sites["M1"], state="closed", closed_at=NOW, text="旧案")
    return world


def test_the_list_counts_each_open_case_once(as_persona: Sign, sites: Any) -> None:
    first, second = rows(as_persona("office"))
    assert (first.open_cases, second.open_cases) == (2, 0)  # two visits do not double them
    assert (first.last_score, first.last_visit) == (pytest.approx(92.5), NOW - timedelta(days=1))
    assert (second.last_score, second.last_visit) == (None, None)


def test_a_street_sees_its_own_sites(as_persona: Sign, sites: Any) -> None:
    assert [row.code for row in rows(as_persona("street"))] == ["M1"]
    assert [row.code for row in rows(as_persona("street2"))] == ["M2"]
    assert as_persona("street2").get(url(sites.sites["M1"])).status_code == 404
    assert as_persona("street").get(url(sites.sites["M1"])).status_code == 200


@pytest.mark.parametrize(
    ("query", "codes"),
    [("q=M2", ["M2"]), ("q=无此点位", []), ("kind=market", ["M1", "M2"]), ("kind=park", ["M1", "M2"]),
     ("area=990100/990101/990101002/", ["M2"]), ("state=active", ["M1", "M2"]), ("state=closed", []),
     ("sort=-code", ["M2", "M1"]), ("sort=-name", ["M2", "M1"])],
)  # fmt: skip
def test_filters_and_order(as_persona: Sign, sites: Any, query: str, codes: list[str]) -> None:
    assert [row.code for row in rows(as_persona("office"), query)] == codes


def test_the_unit_filter(as_persona: Sign, sites: Any) -> None:
    unit = sites.city.units["street2"].pk
    assert [row.code for row in rows(as_persona("office"), f"unit={unit}")] == ["M2"]


def test_export_holds_the_rows_and_needs_its_right(as_persona: Sign, sites: Any) -> None:
    answer = as_persona("office").get("/desk/sites/?export=csv&q=M1")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, only = text.splitlines()
    assert head.startswith("编号,点位,类型") and only.startswith("M1,M1,集贸市场,永安社区,河东街道,92.5,")
    assert as_persona("grid").get("/desk/sites/?export=csv").status_code == 403


def test_the_map_colours_by_the_last_score(as_persona: Sign, sites: Any) -> None:
    for code, score in (("M3", "80"), ("M4", "74.99"), ("M5", "75"), ("M6", "90")):
        sites.site(code)
        sites.visit(code, {"I1": "A"}, score=score)
    Site.objects.filter(code="M5").update(state="paused")
    content = as_persona("office").get("/desk/sites/map/content/").json()
    tones = {point["properties"]["title"]: point["properties"]["tone"] for point in content["points"]["features"]}
    assert tones == {"M1 92.5": "green", "M2 ": "blue", "M3 80.0": "amber", "M4 75.0": "red", "M6 90.0": "green"}
    assert content["points"]["features"][0]["geometry"]["type"] == "Point"


def test_the_map_ends_where_the_post_ends(as_persona: Sign, sites: Any) -> None:
    content = as_persona("street2").get("/desk/sites/map/content/").json()
    assert [point["properties"]["url"] for point in content["points"]["features"]] == [url(sites.sites["M2"])]
    names = {area["properties"]["name"] for area in content["areas"]["features"]}
    assert "河西街道" in names and "河东街道" not in names


def test_the_map_page_names_its_content_and_its_colours(as_persona: Sign, sites: Any) -> None:
    html = as_persona("office").get("/desk/sites/map/").content.decode()
    assert 'data-map="/desk/sites/map/content/"' in html and "90 分以上" in html and "75 分以下" in html


def test_a_page_shows_what_is_wrong_now(as_persona: Sign, sites: Any) -> None:
    page = as_persona("office").get(url(sites.sites["M1"]))
    assert {case.text for case in page.context["open_cases"]} == {"问题", "门前堆物"}
    assert page.context["scores"] == [60.0, 92.5]  # the oldest first, as a trend is read
    assert "旧案" not in page.content.decode()


def test_the_checklist_has_the_last_result_of_each_item(as_persona: Sign, sites: Any) -> None:
    page = as_persona("office").get(url(sites.sites["M1"]))
    last = {item.code: check.grade if check else None for item, check in page.context["items"]}
    assert last == {"I1": "A", "I2": "C", "I3": None}
    html = page.content.decode()
    assert "未查" in html and reverse("desk:case", args=[sites.sites["M1"].cases.first().pk]) in html


def test_a_covert_visit_under_way_stays_hidden_from_the_visited(as_persona: Sign, sites: Any) -> None:
    visit = sites.visit("M1", {"I3": "C#"}, days_ago=0)
    visit.mode, visit.state, visit.finished_at = "covert", "open", None
    visit.save()
    hidden, shown = (as_persona(name).get(url(sites.sites["M1"])).context for name in ("street", "inspector"))
    assert {item.code: bool(check) for item, check in hidden["items"]}["I3"] is False
    assert {item.code: bool(check) for item, check in shown["items"]}["I3"] is True
    assert visit not in hidden["visits"] and visit in shown["visits"]


def test_who_may_not_see_visits_is_not_told_that_nobody_came(as_persona: Sign, sites: Any) -> None:
    html = as_persona("grid").get(url(sites.sites["M1"])).content.decode()
    assert "考察项" in html and "未查" not in html and "还没有到访" not in html
    assert "/desk/framework/" not in html


def test_a_site_without_anything_says_so(as_persona: Sign, sites: Any) -> None:
    html = as_persona("office").get(url(sites.sites["M2"])).content.decode()
    assert "没有未结问题" in html and "还没有到访" in html and "未查" in html


def test_an_empty_list_says_so(as_persona: Sign) -> None:
    assert "还没有记录" in as_persona("office").get("/desk/sites/").content.decode()


def test_the_budget_of_visits_is_told(as_persona: Sign, sites: Any) -> None:
    page = as_persona("office").get(url(sites.sites["M1"]))
    budget = page.context["budget"]
    assert budget.used == 2 and f"近 {budget.days} 天 2/{budget.visits} 次" in page.content.decode()


@pytest.mark.parametrize("path", ["/desk/sites/", "/desk/sites/map/", "/desk/sites/map/content/", "site"])
@pytest.mark.parametrize("persona", ["office", "street", "grid"])
def test_pages_cost_few_queries(
    as_persona: Sign, sites: Any, path: str, persona: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        sites.visit("M1", {"I1": "B", "I3": "C"}, days_ago=number + 2, score="70")
    client, address = as_persona(persona), url(sites.sites["M1"]) if path == "site" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, sites: Any) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get("/desk/sites/").content.decode()
    assert "Responsible unit" in html and "Latest score" in html
    html = client.get(url(sites.sites["M1"])).content.decode()
    assert "Open problems" in html and "Visit budget" in html and "of 6 visits" in html


def test_no_chinese_label_is_left_in_english(as_persona: Sign, sites: Any) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    labels = [str(head.column.label) for head in client.get("/desk/sites/").context["listing"].heads]
    assert all(label.isascii() for label in labels), labels


def test_checks_of_another_site_do_not_show(as_persona: Sign, sites: Any) -> None:
    sites.visit("M2", {"I3": "C#"}, days_ago=1, score="10")
    page = as_persona("office").get(url(sites.sites["M1"]))
    assert {item.code: check for item, check in page.context["items"]}["I3"] is None
    assert Check.objects.filter(item__code="I3").count() == 1
