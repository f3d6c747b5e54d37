"""Large exports as jobs, small ones at once, and the pages of what one has ordered."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases.models import Case
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import jobs
from chuangcheng.people.models import Job, Post
from chuangcheng.people.rights import forget_posts
from chuangcheng.web.tables import listing, offered, ordered
from tests.cases.play import Play

Sign = Callable[[str], Client]


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that is closed drops a connection with an open transaction, and here that is the test's own."""
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, play: Play) -> Play:
    """Three rows are many, and a page of a job holds two."""
    monkeypatch.setattr(listing, "AT_ONCE", 3)
    monkeypatch.setattr(ordered, "CHUNK", 2)
    for _ in range(5):
        play.filed(text="垃圾，电话13800138000")
    return play


def body(answer: Any) -> bytes:
    data = b"".join(answer.streaming_content)
    answer.close()
    return data


def export(client: Client, query: str) -> bytes:
    """Order, let the worker work, download."""
    answer = client.get(f"/desk/cases/?{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/jobs/")
    assert jobs.drain() == 1
    job = Job.objects.order_by("-ordered_at", "-id").first()
    assert job is not None and job.state == "done", job and job.error
    return body(client.get(f"/desk/jobs/{job.pk}/file/"))


def test_a_large_file_is_made_by_the_worker(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    rows = list(csv.reader(io.StringIO(export(client, "export=csv&sort=filed").decode("utf-8-sig"))))
    assert len(rows) == 6
    assert [row[0] for row in rows[1:]] == [*Case.objects.order_by("filed_at", "pk").values_list("number", flat=True)]
    job = Job.objects.get()
    assert (job.done, job.total, job.params["query"]) == (5, 5, "sort=filed")
    assert (jobs.folder() / job.file).stat().st_mode & 0o077 == 0, "nobody else reads it on the disk"


def test_the_three_formats_hold_the_same_rows(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    sheet = openpyxl.load_workbook(io.BytesIO(export(client, "export=xlsx"))).active
    assert sheet.max_row == 6
    collection = json.loads(export(client, "export=geojson"))
    assert collection["type"] == "FeatureCollection"
    numbers = {feature["properties"]["编号"] for feature in collection["features"]}
    assert numbers == {sheet.cell(row, 1).value for row in range(2, 7)}
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [120.002, 30.002]}


def test_no_phone_number_stands_in_a_file(as_persona: Sign, large: Play) -> None:
    assert b"13800138000" not in export(as_persona("office"), "export=csv")


def test_a_file_holds_what_the_filters_leave_for_this_post(as_persona: Sign, large: Play) -> None:
    for _ in range(4):
        large.dispatched("street2")
    rows = export(as_persona("street2"), "export=csv&state=dispatched").decode("utf-8-sig").splitlines()
    assert len(rows) == 5
    assert as_persona("street2").get("/desk/cases/?export=csv&state=closed").status_code == 200


def test_a_row_without_a_place_is_not_lost(as_persona: Sign, large: Play) -> None:
    Case.objects.update(lat=None)
    collection = json.loads(export(as_persona("office"), "export=geojson"))
    assert [feature["geometry"] for feature in collection["features"]] == [None] * 5


def test_a_small_file_comes_at_once_and_is_logged(as_persona: Sign, play: Play) -> None:
    play.filed()
    client = as_persona("office")
    assert len(body(client.get("/desk/cases/?export=csv")).splitlines()) == 2
    collection = json.loads(body(client.get("/desk/cases/?export=geojson")))
    assert len(collection["features"]) == 1
    assert [*Job.objects.order_by("pk").values_list("state", "file", "total")] == [("done", "", 1)] * 2


def test_an_empty_collection_is_a_collection(as_persona: Sign, play: Play) -> None:
    found = json.loads(body(as_persona("office").get("/desk/reports/?export=geojson")))
    assert found == {"type": "FeatureCollection", "features": []}


def test_a_list_without_places_has_no_map_format(as_persona: Sign, play: Play) -> None:
    assert as_persona("office").get("/desk/units/?export=geojson").status_code == 422


@pytest.mark.parametrize("persona", ["grid", "inspector", "community"])
def test_who_may_not_export_orders_nothing(as_persona: Sign, large: Play, persona: str) -> None:
    assert as_persona(persona).get("/desk/cases/?export=csv").status_code == 403
    assert not Job.objects.exists()


def test_a_post_that_ended_meanwhile_gets_no_file(
    as_persona: Sign, large: Play, personas: dict[str, Actor], noon: Any
) -> None:
    as_persona("leader").get("/desk/cases/?export=csv")
    Post.objects.filter(pk=personas["leader"].post_id).update(valid_to=noon.date().replace(day=1))
    forget_posts()
    jobs.drain()
    job = Job.objects.get()
    assert (job.state, job.error) == ("failed", "common.not_allowed")


def test_another_person_finds_neither_job_nor_file(as_persona: Sign, large: Play) -> None:
    export(as_persona("office"), "export=csv")
    job = Job.objects.get()
    for path in ("", "file/"):
        assert as_persona("leader").get(f"/desk/jobs/{job.pk}/{path}").status_code == 404
    assert as_persona("leader").post(f"/desk/jobs/{job.pk}/cancel/").status_code == 404
    assert str(job.pk) not in as_persona("leader").get("/desk/jobs/").content.decode()


def test_the_page_renews_itself_only_while_something_runs(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    client.get("/desk/cases/?export=xlsx")
    page = client.get("/desk/jobs/").content.decode()
    assert "导出案件 Excel" in page
    assert 'hx-trigger="every 2s"' in page
    jobs.drain()
    page = client.get("/desk/jobs/").content.decode()
    assert "every 2s" not in page
    assert re.search(r'href="/desk/jobs/[0-9a-f-]+/file/">下载', page)


def test_a_job_is_cancelled_and_tried_again_by_button(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    client.get("/desk/cases/?export=csv")
    job = Job.objects.get()
    assert client.post(f"/desk/jobs/{job.pk}/cancel/").status_code == 302
    assert client.get(f"/desk/jobs/{job.pk}/").context["row"].job.state == "cancelled"
    Job.objects.update(state="failed", error="job.broken")
    page = client.get("/desk/jobs/").content.decode()
    assert "任务多次中断" in page
    assert client.post(f"/desk/jobs/{job.pk}/retry/").status_code == 302
    assert jobs.drain() == 1
    assert client.post(f"/desk/jobs/{job.pk}/explode/").status_code == 404
    assert client.get(f"/desk/jobs/{job.pk}/cancel/").status_code == 405


def test_the_queue_has_an_end_and_says_so(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    for number in range(jobs.MOST_WAITING):
        client.get(f"/desk/cases/?export=csv&filed_from=2026-09-0{number + 1}")
    assert client.get("/desk/cases/?export=csv").status_code == 409


def test_the_pages_of_jobs_cost_few_queries(as_persona: Sign, large: Play) -> None:
    client = as_persona("office")
    for kind in ("csv", "xlsx", "geojson"):
        client.get(f"/desk/cases/?export={kind}")
    with CaptureQueriesContext(connection) as captured:
        client.get("/desk/jobs/")
    assert len(captured) <= 8


def test_the_worker_finds_the_lists_without_a_page_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(offered._offered)
    assert {"cases", "reports"} <= {*known}
    assert offered.offered("moon") is None
    assert offered.offered("cases") is known["cases"]


def test_of_a_query_only_what_the_list_knows_is_kept() -> None:
    cases = offered.offered("cases")
    assert cases is not None
    given = "status=overdue&cols=number&after=xyz&evil=%3Cscript%3E&sort=due&cols=moon&q=+%E5%9E%83+&state="
    assert cases.sound(given) == "q=%E5%9E%83&sort=due&status=overdue&cols=number"
    assert cases.sound(cases.sound(given)) == cases.sound(given)
