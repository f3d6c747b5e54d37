"""The pages of cases: list, board, map, detail, and their photos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.photos.models import Photo
from tests.cases.play import OTHER_STREET, Play, picture

Sign = Callable[[str], Client]


def case_url(case: Any, name: str = "desk:case", *more: object) -> str:
    return reverse(name, args=[case.pk, *more])


def test_the_list_is_narrowed_by_what_the_post_reaches(as_persona: Sign, play: Play) -> None:
    here, there = play.filed(), play.filed(**OTHER_STREET)
    shown = [row.pk for row in as_persona("street").get("/desk/cases/").context["listing"].rows]
    assert here.pk in shown and there.pk not in shown
    assert as_persona("office").get("/desk/cases/").context["listing"].count == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [("state=filed", 1), ("state=moon", 2), ("status=on_time", 2), ("source=patrol", 2), ("source=hotline", 0),
     ("q=永安路", 2), ("q=没有的词", 0), ("sort=due", 2), ("sort=-due&state=handling", 1)],
)  # fmt: skip
def test_filters(as_persona: Sign, play: Play, query: str, count: int) -> None:
    play.filed(), play.handling()
    assert as_persona("office").get(f"/desk/cases/?{query}").context["listing"].count == count


def test_htmx_gets_only_the_listing(as_persona: Sign, play: Play) -> None:
    play.filed()
    html = as_persona("office").get("/desk/cases/", headers={"HX-Request": "true", "HX-Target": "listing"}).content
    assert html.lstrip().startswith(b'<section id="listing"') and b"<html" not in html


def test_an_empty_list_says_what_to_do_next(as_persona: Sign, play: Play) -> None:
    assert "清除筛选" in as_persona("office").get("/desk/cases/?q=无").content.decode()


def test_the_list_can_be_exported_by_those_who_may(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    answer = as_persona("office").get("/desk/cases/?export=csv")
    assert case.number in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert as_persona("grid").get("/desk/cases/?export=csv").status_code == 403


def test_the_board_has_a_column_for_every_open_state(as_persona: Sign, play: Play) -> None:
    play.filed(), play.handling()
    columns = as_persona("office").get("/desk/cases/board/").context["columns"]
    assert [(column.state.code, column.total) for column in columns if column.total] == [("filed", 1), ("handling", 1)]
    assert [column.state.code for column in columns][-1] == "suspended"
    Case.objects.update(holder=None, division=None)  # outside of every area, and nobody's yet
    assert as_persona("office").get("/desk/cases/board/").content.decode().count('class="slip__foot"') == 2


def test_the_map_shows_open_cases_in_reach_only(as_persona: Sign, play: Play) -> None:
    here = play.filed()
    play.filed(**OTHER_STREET), play.closed()
    content = as_persona("street").get("/desk/cases/map/content/").json()
    assert [point["properties"]["url"] for point in content["points"]["features"]] == [case_url(here)]
    assert {area["properties"]["name"] for area in content["areas"]["features"]} >= {"河东街道"}
    assert "河西街道" not in str(content)


@pytest.mark.parametrize(
    "state", ["filed", "dispatched", "handling", "handled", "verified", "closed", "suspended", "void", "merged"]
)
def test_a_case_has_a_page_in_every_state(
    as_persona: Sign, play: Play, state: str, django_assert_max_num_queries: Any
) -> None:
    case = play.in_state(state)
    client = as_persona("office")
    client.get("/desk/")
    with django_assert_max_num_queries(15):
        page = client.get(case_url(case))
    assert page.status_code == 200 and case.number in page.content.decode()


@pytest.mark.parametrize(
    "path", ["/desk/cases/", "/desk/cases/board/", "/desk/cases/map/", "/desk/cases/map/content/", "/desk/reports/"]
)
def test_pages_cost_few_queries(as_persona: Sign, play: Play, path: str, django_assert_max_num_queries: Any) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified", "suspended"):
        play.in_state(state)
        play.report()
    client = as_persona("office")
    client.get("/desk/")
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


def test_a_case_out_of_reach_is_not_found(as_persona: Sign, play: Play) -> None:
    case = play.filed(**OTHER_STREET)
    assert as_persona("street").get(case_url(case)).status_code == 404
    assert as_persona("street").get(case_url(case, "desk:case_move", "accept")).status_code == 404


def test_photos_are_shown_to_those_who_see_their_owner(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    photo = actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=picture())
    url = case_url(case, "desk:case_photo", photo.pk)
    for query in ("", "?thumb=1"):
        answer = as_persona("street").get(url + query)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        assert "private" in answer.headers["Cache-Control"]
    assert as_persona("street2").get(url).status_code == 404


def test_a_photo_is_not_reached_through_another_case(as_persona: Sign, play: Play) -> None:
    case, other = play.handling(), play.filed()
    photo = actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=picture())
    assert as_persona("office").get(case_url(other, "desk:case_photo", photo.pk)).status_code == 404


def test_a_photo_that_has_not_come_yet_is_not_found(as_persona: Sign, play: Play) -> None:
    from chuangcheng.photos.actions import Declaration

    report = play.report(photos=(Declaration(sha256="0" * 64, role="near"),))
    photo = Photo.objects.get(owner_id=report.pk)
    client = as_persona("office")
    assert "照片尚未送达" in client.get(reverse("desk:report", args=[report.pk])).content.decode()
    assert client.get(reverse("desk:report_photo", args=[report.pk, photo.pk])).status_code == 404


def test_a_place_without_an_address_is_named_by_its_division(as_persona: Sign, play: Play) -> None:
    case, report = play.filed(address=""), play.report(address="")
    for url in (reverse("desk:case", args=[case.pk]), reverse("desk:report", args=[report.pk])):
        assert "<dt>位置</dt><dd>永安社区" in as_persona("office").get(url).content.decode()
