"""Saved views above the lists: saved from what is on the screen, opened, counted, shared, the default."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.people.models import SavedView
from tests.cases.play import Play

Sign = Callable[[str], Client]


def save(client: Client, name: str = "待派遣", query: str = "state=filed&sort=due", **more: str) -> SavedView:
    answer = client.post("/desk/saved/save/", {"listing": "cases", "name": name, "query": query, **more})
    assert answer.status_code == 302, answer.content
    return SavedView.objects.get(name=name)


def test_what_is_on_the_screen_is_what_is_saved(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    page = client.get("/desk/cases/?state=filed&sort=due&after=x&moon=1&cols=number&cols=due").content.decode()
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query
    assert unescape(query[1]) == "sort=due&state=filed&cols=number&cols=due"
    view = save(client, query=unescape(query[1]))
    shown = client.get(f"/desk/saved/{view.pk}/", follow=True)
    assert shown.redirect_chain[-1][0] == f"/desk/cases/?{view.query}&view={view.pk}"
    assert [column.key for column in shown.context["listing"].columns] == ["number", "due"]
    assert 'aria-current="true">待派遣' in shown.content.decode()


def test_a_view_counts_its_rows_when_asked(as_persona: Sign, play: Play) -> None:
    play.filed()
    play.filed()
    play.closed()
    client = as_persona("office")
    view = save(client)
    page = client.get("/desk/cases/").content.decode()
    assert f'hx-get="/desk/saved/{view.pk}/count/"' in page
    assert client.get(f"/desk/saved/{view.pk}/count/").content == b"2"


def test_a_shared_view_counts_what_each_reader_sees(as_persona: Sign, play: Play) -> None:
    play.filed()
    view = save(as_persona("office"), query="", shared="1")
    assert as_persona("inspector").get(f"/desk/saved/{view.pk}/count/").content == b"1"
    assert as_persona("street").get(f"/desk/saved/{view.pk}/count/").status_code == 404


def test_an_open_list_shows_the_default_view_and_can_show_all(as_persona: Sign, play: Play) -> None:
    play.filed()
    play.closed()
    client = as_persona("office")
    view = save(client, default="1")
    answer = client.get("/desk/cases/")
    assert (answer.status_code, answer.headers["Location"]) == (
        302, f"/desk/cases/?sort=due&state=filed&view={view.pk}",
    )  # fmt: skip
    assert len(client.get("/desk/cases/?view=").context["listing"].rows) == 2
    assert client.get("/desk/cases/?state=closed").status_code == 200
    assert client.get("/desk/cases/", headers={"HX-Request": "true"}).status_code == 200
    client.post(f"/desk/saved/{view.pk}/plain/")
    assert client.get("/desk/cases/").status_code == 200


def test_a_view_is_renamed_shared_and_deleted_by_its_owner_alone(as_persona: Sign, play: Play) -> None:
    office, inspector = as_persona("office"), as_persona("inspector")
    view = save(office, shared="1")
    assert "待派遣" in inspector.get("/desk/saved/").content.decode()
    for deed in ("change", "drop"):
        assert inspector.post(f"/desk/saved/{view.pk}/{deed}/", {"name": "我的"}).status_code == 404
    assert office.post(f"/desk/saved/{view.pk}/change/", {"name": "重点"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.unit_id) == ("重点", None)
    assert "重点" not in inspector.get("/desk/saved/").content.decode()
    assert office.post(f"/desk/saved/{view.pk}/explode/").status_code == 404
    office.post(f"/desk/saved/{view.pk}/drop/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("listing", ["moon", "sites", ""])
def test_only_lists_that_are_offered_keep_views(as_persona: Sign, play: Play, listing: str) -> None:
    answer = as_persona("office").post("/desk/saved/save/", {"listing": listing, "name": "x", "query": ""})
    assert answer.status_code == 404


def test_a_name_is_needed_and_said_so(as_persona: Sign, play: Play) -> None:
    answer = as_persona("office").post("/desk/saved/save/", {"listing": "cases", "name": " "}, follow=True)
    assert not SavedView.objects.exists()
    assert "请给视图起个名字" in answer.content.decode()


def test_views_cost_one_query_however_many(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/cases/?view=")
        return len(captured)

    queries()
    before = queries()
    for number in range(5):
        save(client, f"视图{number}")
    queries()  # the message of what was saved
    assert queries() == before


def test_other_lists_have_no_views(as_persona: Sign, play: Play) -> None:
    assert "saved__form" not in as_persona("office").get("/desk/units/").content.decode()
    assert "saved__form" in as_persona("office").get("/desk/reports/").content.decode()
