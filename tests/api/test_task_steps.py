"""Steps of tasks asked for by programs: what is no step, what the actions refuse, and asking twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from chuangcheng.api import task_shapes, tasks
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks import actions
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.once import once
from chuangcheng.tasks.states import TASK
from tests.api.conftest import Caller, is_problem
from tests.api.test_tasks import LIST, Program
from tests.tasks.conftest import Make

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(caller: Caller, tokens: Callable[[str], str]) -> Program:
    return Program(caller, tokens)


#: Step, what is wrong with its body, the field that is blamed.
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("progress", {}, "words"),
    ("progress", {"words": ""}, "words"),
    ("progress", {"words": " \n"}, "words"),
    ("progress", {"words": "a\0b"}, "words"),
    ("progress", {"words": "字" * 2001}, "words"),
    ("progress", {"words": "好", "share": 101}, "share"),
    ("progress", {"words": "好", "share": -1}, "share"),
    ("progress", {"words": "好", "share": "40"}, "share"),
    ("progress", {"words": "好", "shots": []}, "shots"),
    ("submit", {}, "words"),
    ("withdraw", {"words": "x"}, "words"),
    ("pass", {"words": 4}, "words"),
    ("send_back", {"words": ""}, "words"),
    ("uphold", {"days": 0}, "days"),
    ("uphold", {"days": 367}, "days"),
    ("check", {}, "words"),
    ("relapse", {"words": "又来"}, "due_on"),
    ("relapse", {"words": "又来", "due_on": "soon"}, "due_on"),
    ("postpone", {"words": "降雨", "due_on": "1999-12-31"}, "due_on"),
    ("postpone", {"words": "降雨", "due_on": "2200-01-01"}, "due_on"),
    ("arrange", {"measure": None, "leader": "x" * 61}, "leader"),
    ("arrange", {"goal": "清"}, "goal"),
    ("void", {}, "words"),
    ("petition", {"words": "招标流标"}, "due_on"),
    ("petition", {"due_on": "2026-10-20"}, "words"),
    ("petition", {"words": " ", "due_on": "2026-10-20"}, "words"),
    ("endorse", {"words": 4}, "words"),
    ("grant", {"due_on": "soon"}, "due_on"),
    ("grant", {"due_on": "1999-12-31"}, "due_on"),
    ("decline", {}, "words"),
    ("retract", {"words": "x"}, "words"),
    ("comment", {"words": ""}, "words"),
    ("comment", {"id": "x", "words": "好"}, "id"),
]


def test_a_bad_body_is_named_and_changes_nothing(program: Program, make: Make) -> None:
    task = make(state="under_way")
    before = Event.objects.count(), Outbox.objects.count()
    for name, body, field in BAD:
        answer = program.post({"id": str(uuid4()), **body}, f"/{task.pk}/moves/{name}")
        problem = is_problem(answer, 422, "common.invalid")
        assert field in {error["field"] for error in problem["errors"]}, (name, body, problem)
    assert {name for name, _body, _field in BAD} == set(tasks.MOVES) - {"strike_off"}
    assert (Event.objects.count(), Outbox.objects.count()) == before
    assert program.post([], f"/{task.pk}/moves/progress").status_code == 422  # type: ignore[arg-type]


#: Step, body, state, who asks, the refusal of the action.
REFUSED: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("progress", {"words": "好"}, "struck_off", "department", "state.not_allowed"),
    ("progress", {"words": "好"}, "under_way", "office", "task.other_unit"),
    ("submit", {"words": "好"}, "under_way", "department", "state.missing"),
    ("withdraw", {}, "under_way", "department", "state.not_allowed"),
    ("pass", {}, "in_review", "department", "common.not_allowed"),
    ("strike_off", {}, "in_review", "subcommand", "common.not_allowed"),
    ("uphold", {}, "under_way", "office", "state.missing"),
    ("check", {"words": "好"}, "under_way", "department", "state.not_allowed"),
    ("relapse", {"words": "又", "due_on": "2026-09-01"}, "upheld", "office", "task.bad_due"),
    ("postpone", {"words": "雨", "due_on": "2026-09-20"}, "under_way", "office", "task.not_later"),
    ("postpone", {"words": "雨", "due_on": "2026-10-20"}, "under_way", "department", "common.not_allowed"),
    ("arrange", {"owner": "nobody"}, "under_way", "department", "task.unknown_person"),
    ("void", {"words": "并入"}, "under_way", "department", "common.not_allowed"),
    ("petition", {"words": "雨", "due_on": "2026-09-20"}, "under_way", "department", "task.not_later"),
    ("petition", {"words": "雨", "due_on": "2026-10-20"}, "upheld", "department", "state.not_allowed"),
    ("petition", {"words": "雨", "due_on": "2026-10-20"}, "under_way", "office", "task.other_unit"),
    ("grant", {}, "under_way", "office", "task.no_petition"),
    ("endorse", {}, "under_way", "subcommand", "task.no_petition"),
    ("decline", {"words": "否"}, "under_way", "office", "task.no_petition"),
    ("retract", {}, "under_way", "department", "task.no_petition"),
]


def test_the_action_s_refusals_come_through_and_may_be_asked_again(program: Program, make: Make) -> None:
    for name, body, state, who, code in REFUSED:
        task = make(state=state)
        asked = {"id": str(uuid4()), **body}
        for _ in range(2):
            answer = program.post(asked, f"/{task.pk}/moves/{name}", who)
            assert answer.json()["code"].startswith(code.split(".")[0] if code.startswith("state.") else code), (
                name, state, answer.json(),
            )  # fmt: skip
        assert not Event.objects.filter(subject_id=task.pk, action="task.requested").exists(), name


def test_nobody_learns_of_tasks_out_of_sight(program: Program, make: Make) -> None:
    task = make()
    for pk in (task.pk, uuid4()):
        for name in tasks.MOVES:
            body = {"id": str(uuid4()), "words": "好", "due_on": "2026-12-01"}
            wanted = {field: body[field] for field in tasks.MOVES[name][0].model_fields if field in body}
            is_problem(program.post(wanted, f"/{pk}/moves/{name}", "street2"), 404, "common.not_found")
        assert program.caller.get(f"{LIST}/{pk}", token=program.tokens("street2")).status_code == 404
    assert program.caller.get(f"{LIST}/{task.pk}").status_code == 401
    assert program.caller.get(LIST).status_code == 401
    assert program.post({}, f"/{task.pk}/moves/explode").status_code == 404


def test_once_remembers_by_id_and_digest(make: Make, personas: dict[str, Actor]) -> None:
    task, other, request = make(), make(), uuid4()
    ran: list[UUID] = []

    def run(pk: UUID) -> Callable[[], object]:
        return lambda: (ran.append(pk), actions.add_comment(actor=personas["office"], task_id=pk, words="请抓紧"))

    def ask(pk: UUID, asked: object) -> bool:
        return once(actor=personas["office"], task_id=pk, request_id=request, asked=asked, run=run(pk))

    assert [ask(task.pk, ["a"]), ask(task.pk, ["a"]), ask(other.pk, ["a"])] == [True, False, True]
    assert ran == [task.pk, other.pk] and TaskEntry.objects.count() == 2
    with pytest.raises(Refused, match=r"common\.different_body"):
        ask(task.pk, ["b"])
    with pytest.raises(Refused, match=r"common\.not_found"):
        ask(uuid4(), ["a"])
    events = list(Event.objects.filter(subject_id=task.pk).order_by("seq").values_list("action", flat=True))
    assert events == ["task.created", "task.commented", "task.requested"]
    task.refresh_from_db()
    assert task.chain_seq == len(events) and Task.objects.filter(state=TASK.initial).count() == 2


def test_more_time_by_program(program: Program, make: Make) -> None:
    """Asked twice with one id it is one petition; its turn is followed; the answer tells dates, stage and moves."""
    task = make(state="under_way")
    path, ask = f"/{task.pk}/moves/", {"id": str(uuid4()), "words": "招标流标", "due_on": "2026-10-20"}
    first = [program.post(ask, f"{path}petition", "department").json() for _ in range(2)]
    assert first[0]["petitions"] == first[1]["petitions"] and len(first[0]["petitions"]) == 1
    told = first[0]["petitions"][0]
    assert (told["state"], told["stage"], told["from_on"], told["wanted_on"], told["granted_on"], told["decided_at"]) == (
        "waiting", "subcommand", "2026-09-25", "2026-10-20", None, None,
    )  # fmt: skip
    assert (first[0]["petition_on"], first[0]["due_on"], first[0]["extensions"]) == ("2026-10-20", "2026-09-25", 0)
    assert "retract" in first[0]["moves"] and "petition" not in first[0]["moves"]
    again = program.post({**ask, "id": str(uuid4())}, f"{path}petition", "department")
    is_problem(again, 409, "task.petition_waits")
    is_problem(program.post({"id": str(uuid4())}, f"{path}grant", "office"), 409, "task.not_your_turn")
    is_problem(program.post({"id": str(uuid4())}, f"{path}retract", "street"), 404, "common.not_found")
    waiting = program.caller.get(f"{LIST}?extended=waiting", token=program.tokens("office")).json()["items"]
    assert [row["petition_on"] for row in waiting] == ["2026-10-20"]
    endorsed = program.post({"id": str(uuid4())}, f"{path}endorse", "subcommand").json()
    assert endorsed["petitions"][0]["stage"] == "office" and "endorse" not in endorsed["moves"]
    given = {"id": str(uuid4()), "due_on": "2026-10-05"}
    granted = [program.post(given, f"{path}grant", "office").json() for _ in range(2)][1]
    assert (granted["due_on"], granted["first_due_on"], granted["petition_on"]) == ("2026-10-05", "2026-09-25", None)
    assert (granted["extensions"], granted["petitions"][0]["granted_on"]) == (1, "2026-10-05")
    shaped = program.caller.get(f"{LIST}/{task.pk}", token=program.tokens("office")).content
    assert task_shapes.TaskOut.model_validate_json(shaped, strict=True).petitions[0].state == "granted"
    for value, count in (("yes", 1), ("often", 0), ("waiting", 0)):
        found = program.caller.get(f"{LIST}?extended={value}", token=program.tokens("office")).json()["items"]
        assert len(found) == count, value
    assert program.caller.get(f"{LIST}?extended=moon", token=program.tokens("office")).status_code == 422


def test_every_answer_fits_its_shape(program: Program, make: Make) -> None:
    for state in TASK.states:
        task = make(state=state.code)
        Task.objects.filter(pk=task.pk).update(stage="office" if state.code == "in_review" else "")
        content = program.caller.get(f"{LIST}/{task.pk}", token=program.tokens("office")).content
        told = task_shapes.TaskOut.model_validate_json(content, strict=True)
        assert (told.id, told.state) == (task.pk, state.code) and told.moves[-1] == "comment"
        assert set(told.moves) <= {move.name for move in TASK.moves_from(state.code)} | {"comment"}
    page = program.caller.get(LIST, token=program.tokens("office")).content
    assert len(task_shapes.TaskPage.model_validate_json(page, strict=True).items) == len(TASK.states)
