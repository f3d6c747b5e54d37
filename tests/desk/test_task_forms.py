"""The forms and lists of tasks: a refusal names its field and keeps what was typed; filters, orders and exports agree
with the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.desk.tasks.moves import MOVES
from chuangcheng.desk.tasks.pages import LISTING
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import OWED, TASK
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_moves import PLACES, placed

Sign = Callable[[str], Client]


def address(task: Task, name: str) -> str:
    return reverse("desk:task_move", args=[task.pk, name])


FORM = {"problem": "楼道堆物", "source": "other", "due_on": "2026-10-15"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"problem": ""}, "problem"), ({"problem": "长" * 2001}, "problem"), ({"measure": "长" * 2001}, "measure"),
        ({"goal": "长" * 2001}, "goal"), ({"source": "rumour"}, "source"), ({"source": "standard"}, "standard"),
        ({"source_note": "长" * 121}, "source_note"), ({"lead": "moon"}, "lead"), ({"lead": ""}, "lead"),
        ({"due_on": "2026-09-14"}, "due_on"), ({"due_on": "2036-01-01"}, "due_on"), ({"due_on": "月底"}, "due_on"),
        ({"due_on": ""}, "due_on"), ({"start_on": "2026-10-16"}, "start_on"), ({"upkeep_days": "0"}, "upkeep_days"),
        ({"upkeep_days": "367"}, "upkeep_days"), ({"supports": ["moon"]}, "supports"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(as_persona: Sign, ledger: Any, wrong: dict[str, Any], field: str) -> None:
    form = {**FORM, "lead": str(ledger["department"].pk), **wrong}
    answer = as_persona("office").post("/desk/tasks/new/", form)
    assert answer.status_code == 422 and [*answer.context["form"].errors] == [field]
    assert answer.context["form"].data["due_on"] == form["due_on"], "what was typed stays"
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("name", "form", "field"),
    [
        ("progress", {"words": ""}, "words"), ("progress", {"words": "x", "share": "101"}, "share"),
        ("progress", {"words": "x", "share": "半"}, "share"), ("submit", {"words": ""}, "words"),
        ("send_back", {"words": " "}, "words"), ("uphold", {"days": ""}, "days"), ("uphold", {"days": "400"}, "days"),
        ("check", {"words": ""}, "words"), ("relapse", {"words": "x"}, "due_on"),
        ("relapse", {"due_on": "2026-10-01"}, "words"), ("postpone", {"words": "x", "due_on": "后天"}, "due_on"),
        ("postpone", {"words": "x", "due_on": "2026-09-20"}, "__all__"), ("void", {"words": ""}, "words"),
        ("comment", {"words": ""}, "words"), ("arrange", {"owner": "无此人"}, "__all__"), ("repeat", {"every": "daily"}, "every"),
        ("amend", {**FORM, "problem": ""}, "problem"), ("amend", {**FORM, "source": "standard"}, "standard"),
    ],
)  # fmt: skip
def test_a_move_s_form_says_what_is_missing(
    as_persona: Sign, make: Make, ledger: Any, name: str, form: dict[str, Any], field: str
) -> None:
    task = placed(make, "department", *PLACES.get(name, ("not_started", "")))
    who = {"progress": "department", "submit": "department", "check": "department", "arrange": "department",
           "send_back": "subcommand"}.get(name, "office")  # fmt: skip
    if name == "amend":
        form = {**form, "lead": str(ledger["department"].pk)}
    answer = as_persona(who).post(address(task, name), form)
    assert [*answer.context["form"].errors] == [field]
    assert answer.status_code in (409, 422)
    assert Task.objects.get(pk=task.pk).chain_seq == task.chain_seq


def test_every_move_has_a_form_and_a_grave_one_says_so(as_persona: Sign, make: Make) -> None:
    assert set(MOVES.known) == {
        *(move.name for move in TASK.moves), "comment", "repeat", "stop", "endorse", "decline", "grant", "retract",
    }  # fmt: skip
    task, office = make(), as_persona("office")
    for name in MOVES.known:
        page = office.get(address(task, name))
        assert page.status_code == 200 and page.context["grave"] == (name in {"void", "decline"}), name
        assert page.context["back"] == reverse("desk:task", args=[task.pk])
        assert (
            office.get(address(task, name), headers={"HX-Request": "true"}).templates[0].name == "web/parts/dialog.html"
        )
    assert as_persona("street2").get(address(task, "progress")).status_code == 404
    assert as_persona("grid").get(address(task, "progress")).status_code == 403


@pytest.fixture
def rows(make: Make, ledger: Any) -> list[Task]:
    """Eight tasks that differ in all that a list may ask for."""
    person = Person.objects.get(username="department")
    found = [
        make(("department", "street", "street2", "community")[number % 4], days=number * 9, problem=f"问题{number}号",
             measure=("逐户", "错峰")[number % 2], source=("other", "meeting", "campaign")[number % 3],
             supports=(ledger["office"],) if number % 2 else (), owner=person if number < 3 else None)
        for number in range(8)
    ]  # fmt: skip
    for number, state in enumerate(
        ["not_started", "under_way", "in_review", "struck_off", "upheld", "relapsed", "void"]
    ):
        Task.objects.filter(pk=found[number].pk).update(state=state, share=number * 10, proofs=number % 3)
    actions.extend_task(actor=SYSTEM, task_id=found[7].pk, due_on=TODAY + timedelta(days=70), words="x")
    return list(Task.objects.select_related("lead", "owner").order_by("number"))


def test_filters_find_what_the_rows_say(as_persona: Sign, rows: list[Task]) -> None:
    office = as_persona("office")
    wanted: dict[str, Callable[[Task], bool]] = {
        "q=问题3号": lambda row: row.problem == "问题3号", "q=错峰": lambda row: row.measure == "错峰",
        f"q={rows[2].number.lower()}": lambda row: row == rows[2], "state=open": lambda row: row.state in (*OWED, "in_review"),
        **{f"state={state.code}": lambda row, code=state.code: row.state == code for state in TASK.states},  # type: ignore[misc]
        **{f"source={code}": lambda row, code=code: row.source == code for code in ("other", "meeting", "campaign")},  # type: ignore[misc]
        f"unit={rows[1].lead_id}": lambda row: row.lead_id == rows[1].lead_id, "month=2026-10": lambda row: row.month == "2026-10",
        "month=2026-9": lambda row: row.month == "2026-09", "person=张dep": lambda row: row.owner is not None,
        "person=department": lambda row: row.owner is not None, "support=U-CCB": lambda row: row.supports.exists(),
        "late=slipped": lambda row: row.state in OWED and row.slip(TODAY) > 0, "late=overdue": lambda row: row.is_overdue(TODAY),
        "state=open&source=meeting": lambda row: row.source == "meeting" and row.state in (*OWED, "in_review"),
    }  # fmt: skip
    for query, rule in wanted.items():
        found = office.get(f"/desk/tasks/?{query}").context["listing"].rows
        assert {row.number for row in found} == {row.number for row in rows if rule(row)}, query


def test_orders_and_exports(as_persona: Sign, rows: list[Task]) -> None:
    office = as_persona("office")
    keys = {
        "number": "number",
        "place": "place",
        "due": "due_on",
        "first_due": "first_due_on",
        "extensions": "extensions",
        "share": "share",
        "proofs": "proofs",
    }
    assert {column.key for column in LISTING.columns if column.sort} == set(keys)
    for key, field in keys.items():
        for sign in ("", "-"):
            found = [
                getattr(row, field) for row in office.get(f"/desk/tasks/?sort={sign}{key}").context["listing"].rows
            ]
            assert found == sorted((getattr(row, field) for row in rows), reverse=bool(sign)), f"{sign}{key}"
    answer = office.get("/desk/tasks/?export=csv&state=open&sort=number")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    table = [line for line in csv.reader(io.StringIO(text)) if len(line) > 5]
    head, body = table[0], table[1:]
    open_rows = [row for row in rows if row.state in (*OWED, "in_review")]
    assert [line[head.index("编号")] for line in body] == [row.number for row in open_rows]
    assert [line[head.index("牵头单位")] for line in body] == [row.lead.short_name for row in open_rows]
    assert [line[head.index("拖延（天）")] for line in body] == [str(row.slip()) for row in open_rows]
    assert [line[head.index("时限")] for line in body] == [row.due_on.isoformat() for row in open_rows]
