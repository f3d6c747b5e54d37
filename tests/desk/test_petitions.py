"""More time on the desk: asking and answering by form, the list with its turns, each unit's figures, and every page of
tasks that says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.tasks.models import Petition, Task
from tests.cases.play import picture
from tests.desk.test_tasks import post, url
from tests.tasks.conftest import TODAY, Make
from tests.tasks.trying import move

Sign = Callable[[str], Client]
LIST, UNITS = "/desk/tasks/petitions/", "/desk/tasks/petitions/units/"
DAY = timedelta(days=1)


def test_a_petition_by_hand(as_persona: Sign, make: Make, ledger: Any) -> None:
    """Asked with a photo, endorsed, granted another day; refused forms say why."""
    unit, above, office = as_persona("department"), as_persona("subcommand"), as_persona("office")
    task = make(state="under_way")
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    post(unit, task, "petition", status=422, words="", due_on="2026-10-20")
    post(unit, task, "petition", status=422, words="x", due_on="2026-09-20")
    post(unit, task, "petition", words="管线迁改未完成", due_on="2026-10-20", shots=photo)
    assert task.petition_on is not None and task.due_on == TODAY + 10 * DAY
    page = unit.get(url(task)).content.decode()
    assert "批准前时限不变" in page and "分指挥部审核" in page and "管线迁改" in page and "/petition/" not in page
    assert "/retract/" in page and "/photos/" in page
    assert post(office, task, "postpone", status=409, words="x", due_on="2026-12-01").due_on == TODAY + 10 * DAY
    assert office.get(url(task, "task_move", "grant")).context["form"].initial == {"due_on": task.petition_on}
    post(above, task, "endorse", words="属实")
    post(office, task, "grant", status=422, words="", due_on="2026-09-25")
    post(office, task, "grant", words="先批十五天", due_on="2026-10-10")
    page = unit.get(url(task)).content.decode()
    assert "批准至" in page and "2026年10月10日" in page and "先批十五天" in page and "多次延期" not in page
    post(unit, task, "petition", words="仍需时日", due_on="2026-10-30")
    post(above, task, "decline", words="理由不足")
    post(unit, task, "petition", words="仍需时日", due_on="2026-10-30")
    assert unit.post(url(task, "task_move", "retract")).status_code == 302
    assert [row.state for row in Petition.objects.order_by("asked_at", "id")] == ["granted", "declined", "withdrawn"]
    assert office.get(url(task, "task_move", "lapse")).status_code == 404
    assert as_persona("street2").get(url(task, "task_move", "petition")).status_code == 404
    post(unit, task, "decline", status=409, words="x")


@pytest.fixture
def several(make: Make, ledger: Any, personas: Any) -> dict[str, Task]:
    """One granted twice, one at the office, one above asked for after its date, the street's declined."""
    unit, above, office = personas["department"], personas["subcommand"], personas["office"]
    rows = {name: make(state="under_way", problem=name) for name in ("twice", "office", "above")}
    for days in (20, 35):
        move("petition", unit, rows["twice"].pk, due_on=TODAY + days * DAY)
        move("endorse", above, rows["twice"].pk)
        move("grant", office, rows["twice"].pk, due_on=TODAY + days * DAY)
    move("petition", unit, rows["office"].pk)
    move("endorse", above, rows["office"].pk)
    Task.objects.filter(pk=rows["above"].pk).update(due_on=TODAY - 2 * DAY, first_due_on=TODAY - 2 * DAY)
    move("petition", unit, rows["above"].pk, words="超期补报")
    rows["street"] = make("street", state="under_way", problem="street")
    move("petition", personas["street"], rows["street"].pk)
    move("decline", above, rows["street"].pk)
    return {name: Task.objects.get(pk=task.pk) for name, task in rows.items()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["above", "office", "street", "twice", "twice"]), ("state=waiting", ["above", "office"]),
        ("state=granted", ["twice", "twice"]), ("state=declined", ["street"]), ("state=withdrawn", []), ("often=yes", ["twice", "twice"]),
        ("q=off", ["office"]), ("asked_from=2026-09-15&asked_to=2026-09-15", ["above", "office", "street", "twice", "twice"]),
        ("asked_from=2026-09-16", []), ("decided_to=2026-09-15", ["street", "twice", "twice"]), ("decided_to=moon", []),
    ],
)  # fmt: skip
def test_the_list_is_filtered(as_persona: Sign, several: dict[str, Task], query: str, found: list[str]) -> None:
    listing = as_persona("office").get(f"{LIST}?{query}").context["listing"]
    assert sorted(row.task.problem for row in listing.rows) == found


def test_the_list_shows_whose_turn_it_is_sorts_and_goes_out(as_persona: Sign, several: Any, ledger: Any) -> None:
    office, above, unit = as_persona("office"), as_persona("subcommand"), as_persona("department")
    turns = {
        client: [row.task.problem for row in client.get(LIST).context["turns"]] for client in (office, above, unit)
    }
    assert turns == {office: ["office"], above: ["above"], unit: []}
    assert "待我审批" in above.get(LIST).content.decode() and "过期后申请" in above.get(LIST).content.decode()
    assert "待我审批" not in unit.get(LIST).content.decode()
    rows = office.get(f"{LIST}?sort=wanted").context["listing"].rows
    assert [row.wanted_on for row in rows] == sorted(row.wanted_on for row in rows)
    one = office.get(f"{LIST}?unit={ledger['street'].pk}").context["listing"]
    assert one.count == 1
    out = b"".join(office.get(f"{LIST}?export=csv&state=declined").streaming_content).decode()  # type: ignore[attr-defined]
    assert "street" in out and "twice" not in out
    empty = as_persona("street2").get(LIST)
    assert empty.context["listing"].count == 0 and "写明理由" in empty.content.decode()
    assert as_persona("grid").get(LIST).status_code == 403


def test_each_units_figures_open_their_rows(as_persona: Sign, several: Any, ledger: Any) -> None:
    office = as_persona("office")
    page = office.get(UNITS)
    lines = {tally.unit: (url, counts) for tally, url, counts in page.context["lines"]}
    assert {unit: [count for _label, count, _url in counts] for unit, (_all, counts) in lines.items()} == {
        ledger["department"]: [2, 2, 0, 0, 0], ledger["street"]: [0, 0, 1, 0, 0],
    }  # fmt: skip
    assert page.context["asked"] == 5
    for unit, (every, counts) in lines.items():
        assert office.get(every).context["listing"].count == sum(count for _label, count, _to in counts), unit
        for label, count, to in counts:
            assert office.get(to).context["listing"].count == count, label
    for label, count, to in page.context["totals"]:
        assert office.get(to).context["listing"].count == count, label
    assert "还没有单位申请延期" in as_persona("street2").get(UNITS).content.decode()


def test_the_debt_list_shows_the_first_date_the_new_one_and_how_often(
    as_persona: Sign, several: Any, ledger: Any
) -> None:
    office = as_persona("office")
    page = office.get("/desk/debts/")
    (line, *_rest) = [row for row in page.context["lines"] if row[0].unit == ledger["department"]]
    debt, _late, _slipped, extended, often = line
    assert (debt.extended, debt.often, debt.late) == (1, 1, 1)
    for to in (extended, often):
        assert [row.problem for row in office.get(to).context["listing"].rows] == ["twice"]
    assert [task.problem for task in page.context["extended"]] == ["twice"]
    html = page.content.decode()
    assert "多次延期" in html and "2026年9月25日" in html and "2026年10月20日" in html and "25</td>" in html
    assert "延期的任务" not in as_persona("street").get("/desk/debts/").content.decode()


@pytest.mark.parametrize(
    ("value", "found"), [("yes", ["twice"]), ("often", ["twice"]), ("waiting", ["above", "office"])]
)
def test_tasks_by_more_time_on_list_timeline_and_calendar(
    as_persona: Sign, several: dict[str, Task], value: str, found: list[str]
) -> None:
    office = as_persona("office")
    rows = office.get(f"/desk/tasks/?extended={value}").context["listing"].rows
    assert sorted(row.problem for row in rows) == found
    page = office.get(f"/desk/tasks/timeline/?extended={value}")
    lines = {line.task.problem: line for line in page.context["lines"]}
    assert sorted(lines) == found
    wanted = {name: [cell for cell in line.cells if cell == "wanted"] for name, line in lines.items()}
    assert {name for name, weeks in wanted.items() if weeks} == {"above", "office"} & set(found)
    assert ("（首次 9/25）" in page.content.decode()) == ("twice" in found), "both dates stand beside the bar"


def test_the_grid_marks_it_for_reading_only(as_persona: Sign, several: dict[str, Task]) -> None:
    office = as_persona("office")
    answer = office.get("/desk/tasks/grid/rows/")
    head, *parts = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]  # type: ignore[attr-defined]
    keys = [column["key"] for column in head["columns"]]
    at = keys.index("extension")
    assert not head["columns"][at]["edited"]
    rows = {row[0]: row[2 + at] for part in parts for row in part}
    assert rows[str(several["twice"].pk)] == "已延期 2 次" and rows[str(several["street"].pk)] == ""
    assert rows[str(several["above"].pk)] == f"申请延至 {several['above'].petition_on}"
    edit = {"id": str(several["above"].pk), "cells": {"extension": ["", "已延期 9 次"]}}
    saved = office.post("/desk/tasks/grid/save/", json.dumps({"rows": [edit]}), "application/json").json()["rows"][0]
    assert saved["code"], "nobody types it"


def test_more_rows_cost_no_more_queries(as_persona: Sign, several: Any, make: Make) -> None:
    office = as_persona("office")

    def asked(page: str) -> int:
        office.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert office.get(page).status_code == 200
        return len(queries)

    pages = (LIST, UNITS, "/desk/debts/", "/desk/tasks/")
    few = [asked(page) for page in pages]
    for _ in range(4):
        move("petition", SYSTEM, make(state="under_way").pk)
    assert [asked(page) for page in pages] == few and max(few) <= 18


def test_the_pages_speak_english(as_persona: Sign, several: dict[str, Task]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    for page, words in ((LIST, "Petitions for more time"), (UNITS, "more time"), (url(several["twice"]), "more time")):
        assert words in client.get(page).content.decode(), page
