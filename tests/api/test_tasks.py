"""Tasks as programs of staff read, enter and move them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from chuangcheng.api import task_shapes, tasks
from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.people.models import Person
from chuangcheng.tasks.models import Task, TaskSource
from chuangcheng.tasks.states import PETITION, PETITION_VERBS, TASK
from tests.api.conftest import Caller, is_problem
from tests.tasks.conftest import Make

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tasks"


class Program:
    """Reads and moves as a persona."""

    def __init__(self, caller: Caller, tokens: Callable[[str], str]) -> None:
        self.caller, self.tokens = caller, tokens

    def get(self, path: str = "", who: str = "office") -> Any:
        return self.caller.get(LIST + path, token=self.tokens(who)).json()

    def post(self, body: dict[str, Any], path: str = "", who: str = "office") -> HttpResponse:
        return self.caller.post(body, LIST + path, authorization=f"Bearer {self.tokens(who)}")

    def move(self, task: Task, name: str, who: str, **body: Any) -> Any:
        answer = self.post({"id": str(uuid4()), **body}, f"/{task.pk}/moves/{name}", who)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def program(caller: Caller, tokens: Callable[[str], str]) -> Program:
    return Program(caller, tokens)


def test_the_codes_are_those_of_the_tables() -> None:
    assert set(get_args(task_shapes.StateCode)) == {state.code for state in TASK.states}
    assert set(get_args(task_shapes.Asked)) == {"open", *get_args(task_shapes.StateCode)}
    told = get_args(task_shapes.TaskPetitionOut.model_fields["state"].annotation)
    assert set(told) == {state.code for state in PETITION.states}
    assert set(get_args(task_shapes.Source)) == set(TaskSource.values)
    assert set(tasks.MOVES) == {move.name for move in TASK.moves} - {"amend"} | {"comment", *PETITION_VERBS}


def test_no_filter_of_the_desk_is_missing() -> None:
    from chuangcheng.desk.tasks.pages import LISTING

    assert {each.key for each in LISTING.filters} <= set(task_shapes.TaskQuery.model_fields)


@pytest.fixture
def four(make: Make, ledger: Any) -> dict[str, Task]:
    """Late, far, ended, of the street; a minute apart."""
    rows, begin = {}, clock.now()
    person = Person.objects.get(username="department")
    more: dict[str, dict[str, Any]] = {
        "late": {"state": "under_way", "source": "meeting"},
        "far": {"days": 60, "supports": (ledger["street"],), "owner": person},
        "ended": {"state": "struck_off", "measure": "已清运"},
        "street": {"unit": "street", "days": 3},
    }
    for minute, (name, given) in enumerate(more.items()):
        with clock.at(begin + timedelta(minutes=minute)):
            rows[name] = make(**given)
    Task.objects.filter(pk=rows["late"].pk).update(due_on="2026-09-10", first_due_on="2026-09-01")
    rows["late"].entries.create(seq=9, verb="progressed", words="已开工", made_at=clock.now())
    return rows


QUERIES = [
    ("", "street ended far late"),
    ("state=open", "street far late"),
    ("state=struck_off", "ended"),
    ("late=overdue", "late"),
    ("late=soon", "street"),
    ("late=near", "street late"),
    ("late=slipped", "late"),
    ("source=meeting", "late"),
    ("unit=STREET", "street"),
    ("support=STREET", "far"),
    ("person=department", "far"),
    ("month=2026-11", "far"),
    ("q=已清运", "ended"),
    ("q=%00无", ""),
    ("standard=Z-9", ""),
    ("due_from=2026-09-16&due_to=2026-09-25", "street ended"),
    ("ended_from=2026-09-01&ended_to=2026-09-10", ""),
    ("set_from=2026-09-15&set_to=2026-09-15", "street ended far late"),
    ("set_to=2026-09-14", ""),
    ("moved_from=2026-09-15", "late"),
    ("moved_from=2026-09-16&moved_to=2026-09-20", ""),
    ("campaign=GJ-9", ""),
    ("stage=office", ""),
    ("stage=subcommand&reviewer=SUB", ""),
]


def test_a_list_is_filtered_paged_and_bounded(program: Program, four: dict[str, Task], ledger: Any) -> None:
    names = {str(task.pk): name for name, task in four.items()}
    for query, wanted in QUERIES:
        query = query.replace("STREET", ledger["street"].code)
        found = program.get(f"?{query}")["items"]
        assert " ".join(names[row["id"]] for row in found) == wanted, query
    first = program.get("?limit=3")
    second = program.get(f"?limit=3&cursor={first['next']}")
    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 1, None]
    late = next(row for row in first["items"] + second["items"] if names[row["id"]] == "late")
    assert (late["overdue"], late["slip"], late["lead"]["code"]) == (True, 14, ledger["department"].code)
    assert [names[row["id"]] for row in program.get(who="street")["items"]] == ["street", "far"]
    assert program.get(who="street2")["items"] == []
    token = program.tokens("office")
    program.get()
    with CaptureQueriesContext(connection) as queries:
        program.caller.get(f"{LIST}?state=open", token=token)
    assert len(queries) <= 6
    for bad, field in (("late=moon", "late"), ("state=done", "state"), ("month=2026-13", "month"), ("due_to=x", "due_to"), ("limit=0", "limit")):  # fmt: skip
        problem = is_problem(program.caller.get(f"{LIST}?{bad}", token=token), 422, "common.invalid")
        assert problem["errors"][0]["field"] == field


def test_a_task_is_entered_once(program: Program, make: Make, ledger: Any) -> None:
    ahead = make()
    body = {
        "id": str(uuid4()), "problem": "楼道堆物", "lead": ledger["department"].code, "due_on": "2026-10-30",
        "supports": [ledger["street"].code], "owner": "department", "waits_for": [ahead.number], "source": "meeting",
        "measure": "逐户清理",
    }  # fmt: skip
    first, again = program.post(body), program.post(body)
    assert (first.status_code, again.status_code) == (201, 200) and first.json() == again.json()
    told = first.json()
    task_shapes.TaskOut.model_validate_json(first.content, strict=True)
    assert set(told) == set(task_shapes.TaskOut.model_fields)
    assert told["supports"][0]["code"] == ledger["street"].code and told["waits_for"] == [ahead.number]
    assert (told["owner"], told["state"], told["first_due_on"]) == ("department", "not_started", "2026-10-30")
    is_problem(program.post({**body, "problem": "别的"}), 409, "common.different_body")
    is_problem(program.post({**body, "id": str(uuid4())}, who="department"), 403, "common.not_allowed")
    for wrong, code in (
        ({"lead": "MOON"}, "task.unknown_unit"), ({"standard": "Z-9"}, "task.unknown_standard"),
        ({"owner": "nobody"}, "task.unknown_person"), ({"waits_for": ["RW0"]}, "task.unknown_task"),
        ({"due_on": "2026-01-01"}, "common.invalid"), ({"problem": "  "}, "common.invalid"), ({"due": "x"}, "common.invalid"),
        ({"source": "standard"}, "common.invalid"), ({"supports": [ledger["department"].code]}, "common.invalid"),
    ):  # fmt: skip
        is_problem(program.post({**body, "id": str(uuid4()), **wrong}), 422, code)
    assert Task.objects.count() == 2


def test_a_life_by_program(program: Program, make: Make) -> None:
    task = make()
    assert "progress" in program.get(f"/{task.pk}", "department")["moves"]
    asked = {"id": str(uuid4()), "words": "已开工", "share": 40}
    path = f"/{task.pk}/moves/progress"
    for _ in range(2):
        answer = program.post(asked, path, "department")
        assert answer.status_code == 200 and answer.json()["share"] == 40
    assert [entry["words"] for entry in answer.json()["entries"]] == ["已开工"]
    is_problem(program.post({**asked, "share": 50}, path, "department"), 409, "common.different_body")
    event = Event.objects.get(action="task.requested")
    assert event.after["request"] == asked["id"] and "已开工" not in str(event.after)
    is_problem(
        program.post({"id": str(uuid4()), "words": "完成"}, f"/{task.pk}/moves/submit", "department"),
        422,
        "state.missing",
    )
    Task.objects.filter(pk=task.pk).update(proofs=1)
    assert program.move(task, "submit", "department", words="完成")["stage"] == "subcommand"
    assert program.move(task, "withdraw", "department")["state"] == "under_way"
    program.move(task, "submit", "department", words="完成")
    assert program.move(task, "pass", "subcommand")["stage"] == "office"
    assert program.move(task, "send_back", "office", words="照片不清")["state"] == "under_way"
    assert program.move(task, "postpone", "office", words="降雨", due_on="2026-12-01")["first_due_on"] == "2026-09-25"
    arranged = program.move(task, "arrange", "department", measure="错峰", owner="department")
    assert (arranged["measure"], arranged["owner"], arranged["goal"]) == ("错峰", "department", "")
    assert program.move(task, "comment", "subcommand", words="请抓紧")["entries"][-1]["verb"] == "commented"
    assert program.move(task, "uphold", "office", days=30)["state"] == "upheld"
    program.move(task, "check", "department", words="仍好")
    assert program.move(task, "relapse", "office", words="又来", due_on="2026-12-24")["state"] == "relapsed"
    assert program.move(task, "void", "office", words="并入他项")["moves"] == ["comment"]
    is_problem(program.post({"id": str(uuid4())}, f"/{task.pk}/moves/withdraw", "street2"), 404, "common.not_found")
    is_problem(program.post({"id": str(uuid4()), "words": ""}, f"/{task.pk}/moves/comment"), 422, "common.invalid")
    assert program.caller.post({"id": str(uuid4())}, f"{LIST}/{task.pk}/moves/withdraw").status_code == 401
    assert program.post({"id": str(uuid4())}, f"/{task.pk}/moves/amend").status_code == 404
    task.refresh_from_db()
    assert list(registered()["tasks.task"].check()) == []
