"""The grid's page and its two addresses: what is streamed, what an edit answers, who may."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chuangcheng.tasks.ledger import grid
from chuangcheng.tasks.ledger.cells import CELLS
from chuangcheng.tasks.models import Task
from tests.tasks.conftest import Make

Sign = Callable[[str], Client]
ROWS, SAVE = "/desk/tasks/grid/rows/", "/desk/tasks/grid/save/"


def read(client: Client, query: str = "") -> tuple[dict[str, Any], list[list[str]]]:
    response = client.get(f"{ROWS}{query}")
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    head, *parts = [json.loads(line) for line in response.getvalue().decode().splitlines()]  # type: ignore[attr-defined]
    return head, [row for part in parts for row in part]


def save(client: Client, *rows: dict[str, Any], status: int = 200) -> Any:
    answer = client.post(
        SAVE, json.dumps({"rows": rows}), content_type="application/json", headers={"accept": "application/json"}
    )
    assert answer.status_code == status, answer.content[:300]
    return answer.json()["rows"] if status == 200 else answer.json()


def test_rows_come_in_the_order_of_the_ledger_and_filtered(
    as_persona: Sign, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chuangcheng.desk.tasks.grid.LINES", 2)
    office = as_persona("office")
    tasks = [make("street"), *(make(problem=f"第 {n} 处") for n in range(3)), make(state="void")]
    with CaptureQueriesContext(connection) as queries:
        head, rows = read(office)
    assert len(queries) <= 12
    assert [column["key"] for column in head["columns"]] == [cell.key for cell in CELLS]
    assert head["count"] == len(rows) == 5 and head["may_edit"] and head["may_add"]
    assert {row[0] for row in rows} == {str(task.pk) for task in tasks}
    places = [(row[10], int(row[2])) for row in rows]
    assert all(one[1] < other[1] for one, other in itertools.pairwise(places) if one[0] == other[0])
    offered = {column["key"]: column["choices"] for column in head["columns"]}
    assert "会议" in offered["source"] and "河东街道" in offered["lead"] and offered["problem"] == []
    assert len(read(office, "?state=void")[1]) == 1 and len(read(office, "?q=第")[1]) == 3
    assert read(office, "?state=open&q=无")[1] == []
    assert len(read(as_persona("street"))[1]) == 1 and read(as_persona("street2"))[1] == []
    monkeypatch.setattr(grid, "MOST", 2)
    assert len(read(office)[1]) == 2
    auditor, _rows = read(as_persona("auditor"))
    assert not auditor["may_edit"] and not auditor["may_add"]
    english = office.get(ROWS, headers={"accept-language": "en"}).getvalue().decode()  # type: ignore[attr-defined]
    assert "Lead unit" in english


def test_the_page_leads_to_and_from_the_list(as_persona: Sign, make: Make) -> None:
    office = as_persona("office")
    assert "/desk/tasks/grid/?state=open" in office.get("/desk/tasks/?state=open").content.decode()
    html = office.get("/desk/tasks/grid/?state=open").content.decode()
    for words in ("添加一行", f'data-ledger="{ROWS}?state=open"', "向下填充", "清除筛选", "保存视图", "打开列表"):
        assert words in html, words
    assert "添加一行" not in as_persona("department").get("/desk/tasks/grid/").content.decode()
    saved = office.post(reverse("desk:saved_save"), {"listing": "taskgrid", "query": "state=open", "name": "在办表格"})
    assert saved.status_code == 302 and saved["Location"].startswith("/desk/tasks/grid/?state=open&view=")


def test_an_edit_answers_with_the_row_as_it_is_now(as_persona: Sign, make: Make) -> None:
    office, task, other = as_persona("office"), make(measure="甲"), make()
    with CaptureQueriesContext(connection) as queries:
        (done,) = save(office, {"id": str(task.pk), "cells": {"measure": ["甲", "乙"]}})
    assert len(queries) <= 25
    assert (done["code"], done["said"], done["others"]) == ("", "", {}) and "乙" in done["row"]
    late, bad = save(
        office,
        {"id": str(task.pk), "cells": {"measure": ["甲", "丙"]}},
        {"id": str(other.pk), "cells": {"lead": [other.lead.short_name, "月球"]}},
    )
    assert late["others"] == {"measure": "乙"} and late["said"] == "刚被别人改过，没有覆盖"
    assert (bad["code"], bad["said"]) == ("task.unknown_unit", "没有单位“月球”")
    (empty,) = save(office, {"id": str(task.pk), "cells": {"problem": [task.problem, ""]}})
    assert empty["said"] == "请写明问题或事项"
    pk = str(uuid4())
    cells = {"problem": ["", "新事"], "lead": ["", "河东街道"], "due_on": ["", "2026-10-01"]}
    (made,) = save(office, {"id": pk, "kind": "new", "cells": cells})
    assert made["code"] == "" and made["row"][0] == pk and Task.objects.get(pk=pk).problem == "新事"
    (gone,) = save(office, {"id": str(uuid4()), "cells": {"measure": ["", "x"]}})
    assert gone["code"] == "common.not_found" and gone["row"] is None
    (unseen,) = save(as_persona("street2"), {"id": str(task.pk), "cells": {"measure": ["乙", "x"]}})
    assert unseen["code"] == "common.not_found" and unseen["row"] is None


BROKEN: list[object] = [
    None, [], {}, {"rows": []}, {"rows": [{}]}, {"rows": [{"id": "x", "cells": {}}]},
    {"rows": [{"id": str(uuid4()), "kind": "void", "cells": {}}]},
    {"rows": [{"id": str(uuid4()), "cells": {"goal": ["a"]}}]},
    {"rows": [{"id": str(uuid4()), "cells": {"goal": ["", 4]}}]},
    {"rows": [{"id": str(uuid4()), "cells": {}, "force": True}]},
]  # fmt: skip


def test_what_is_no_edit_is_refused(as_persona: Sign, make: Make) -> None:
    office = as_persona("office")
    for body in BROKEN:
        answer = office.post(
            SAVE, json.dumps(body), content_type="application/json", headers={"accept": "application/json"}
        )
        assert answer.status_code == 422, body
    assert office.get(SAVE).status_code == 405
    assert office.post(SAVE, b"{" * 20, content_type="application/json").status_code in (302, 422)
    huge = {"id": str(uuid4()), "cells": {"goal": ["", "长" * 400_000]}}
    assert save(office, huge, status=413)["title"] == "common.too_large"
    many = [{"id": str(uuid4()), "cells": {}}] * (grid.AT_ONCE + 1)
    assert save(office, *many, status=422)["title"] == "task.too_many_rows"
    task = make()
    (done,) = save(office, {"id": str(task.pk), "cells": {"goal": ["", "a\0b"]}})
    assert done["code"] == ""
    assert Client().post(SAVE, "{}", content_type="application/json").status_code == 302
