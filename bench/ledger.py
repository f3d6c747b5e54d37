"""A ledger of five thousand rows as a unit's office keeps it: opened as a grid, and one cell after another written.

Rows are made by the builders that the actions use and inserted in bulk; each has words of progress and helpers.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

ROWS = 5000
#: What we promise for this many rows, in milliseconds: opening the grid, saving a cell.
GOALS = {"ledger grid": 300, "ledger cell": 100}
PROBLEMS = ("背街小巷垃圾清运不及时", "楼道堆物占用消防通道", "公益广告画面破损", "非机动车占压盲道", "摊位外溢")


def fill(units: list[Any], rows: int = ROWS, end: datetime = datetime(2026, 11, 22, tzinfo=UTC)) -> None:
    """``rows`` tasks of these units around the day ``end``, each with its first history row."""
    from chuangcheng.history import actions as history
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.tasks.inputs import TaskInput
    from chuangcheng.tasks.models import Task, TaskEntry
    from chuangcheng.tasks.rows import build
    from chuangcheng.tasks.steps import FACTS

    dice = random.Random("ledger")
    tasks, events, entries, links = [], [], [], []
    for number in range(rows):
        given = TaskInput(
            problem=f"{PROBLEMS[number % len(PROBLEMS)]}（第 {number + 1} 处）", measure="错峰清运，增配车辆，专人盯守",
            goal="日产日清", lead=units[number % len(units)], due_on=(end + timedelta(days=number % 90 - 30)).date(),
            start_on=(end - timedelta(days=40)).date(), place=number // len(units) + 1,
        )  # fmt: skip
        task = build(given)
        task.state, task.share = dice.choice(["under_way", "not_started"]), number % 10 * 10
        events.append(
            history.build(
                task, "task.created", SYSTEM,
                after={**{name: getattr(task, name) for name in FACTS}, "supports": [], "waits_for": []},
            )
        )  # fmt: skip
        tasks.append(task)
        entries += [
            TaskEntry(task=task, seq=900 + turn, verb="progressed", words=f"第 {turn + 1} 次填报", made_at=end)
            for turn in range(2)
        ]
        helpers = dice.sample(units, 2)
        links += [Task.supports.through(task_id=task.pk, unit_id=unit.pk) for unit in helpers if unit != given.lead]
    Task.objects.bulk_create(tasks, batch_size=1000)
    history.insert(events)
    TaskEntry.objects.bulk_create(entries, batch_size=1000)
    Task.supports.through.objects.bulk_create(links, batch_size=1000)


def questions() -> dict[str, Callable[[int], object]]:
    """The rows of the grid, and one cell written."""
    from django.test import Client

    from chuangcheng.people.models import Person
    from chuangcheng.tasks.models import Task

    client = Client(headers={"host": "localhost"})
    office = Person.objects.get(username="office")
    client.force_login(office, backend="allauth.account.auth_backends.AuthenticationBackend")
    said: dict[Any, str] = dict(Task.objects.order_by("number").values_list("pk", "goal")[:20])
    turns = itertools.cycle(list(said))

    def rows(_number: int) -> object:
        return b"".join(client.get("/desk/tasks/grid/rows/"))  # type: ignore[arg-type]

    def cell(number: int) -> object:
        pk = next(turns)
        wanted = f"日产日清 {number} {said[pk][:20]}"
        body = json.dumps({"rows": [{"id": str(pk), "cells": {"goal": [said[pk], wanted]}}]})
        answer = client.post("/desk/tasks/grid/save/", body, content_type="application/json")
        (row,) = answer.json()["rows"]
        if row["code"]:
            raise RuntimeError(row["said"])
        said[pk] = wanted
        return row

    return {"ledger grid (office)": rows, "ledger cell (office)": cell}
