"""Tasks for programs of staff: read, entered, and moved by the same actions as on the desk, each once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, iso
from chuangcheng.api.body import read, read_model
from chuangcheng.api.schemas import StoredOut
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.api.task_shapes import (
    TaskArrangeIn,
    TaskAskIn,
    TaskDatedIn,
    TaskGrantIn,
    TaskIn,
    TaskMaySayIn,
    TaskOut,
    TaskPage,
    TaskProgressIn,
    TaskProvedIn,
    TaskQuery,
    TaskSaidIn,
    TaskStepIn,
    TaskUpholdIn,
)  # fmt: skip
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import require
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import PhotoRole
from chuangcheng.tasks import actions, petitions, selectors
from chuangcheng.tasks.ledger.applying import find_standard, find_unit
from chuangcheng.tasks.models import Petition, slip_of
from chuangcheng.tasks.once import once
from chuangcheng.tasks.persons import find_person
from chuangcheng.tasks.proof import missing
from chuangcheng.tasks.states import PETITION, PETITION_VERBS, RUNNING, TASK

router = Router(tags=["tasks"], auth=StaffToken())
_SHA256 = re.compile(r"[0-9a-f]{64}")

_PLAIN = ("number", "place", "source", "source_note", "problem", "measure", "goal", "state", "share", "proofs",
          "extensions")  # fmt: skip
_DAYS = ("start_on", "due_on", "first_due_on", "petition_on")
_PETITION_DAYS = ("from_on", "wanted_on", "granted_on")
_JOINED = ("standard__code", "lead__code", "lead__short_name", "leader__username", "owner__username")
#: What a row of the list reads.
COLUMNS = ("id", *_PLAIN, *_DAYS, *_JOINED, "ended_on", "created_at")


@router.get("", response={200: TaskPage}, operation_id="list_tasks", summary="List tasks")
def list_tasks(request: TokenRequest, query: Query[TaskQuery]) -> HttpResponse:
    """The tasks in sight of the token's post, newest first."""
    require(request.auth, "tasks.view")
    return paging.page(query.narrow(selectors.visible_to(request.auth)), "created_at", query, COLUMNS, _row)


@router.get("/{task_id}", response={200: TaskOut}, operation_id="get_task", summary="One task")
def get_task(request: TokenRequest, task_id: UUID) -> HttpResponse:
    """A task with what was said about it, and the moves that the post may take now."""
    require(request.auth, "tasks.view")
    return answer(told(request.auth, task_id))


@router.post("", response={200: TaskOut, 201: TaskOut}, operation_id="create_task", summary="Enter a task")
def create_task(request: TokenRequest) -> HttpResponse:
    """A new row of a ledger: 201, or 200 when the same id came with the same body before."""
    actor = request.auth
    require(actor, "tasks.edit")
    given = read_model(request, TaskIn)
    task, made = actions.create_task(actor=actor, given=_input(actor, given))
    return answer(told(actor, task.pk), 201 if made else 200)


def _input(actor: Actor, given: TaskIn) -> actions.TaskInput:
    plain = given.model_dump(exclude={"lead", "supports", "standard", "leader", "owner", "waits_for"})
    lead = find_unit(given.lead)
    return actions.TaskInput(
        **plain, lead=lead, supports=tuple(find_unit(code) for code in given.supports),
        standard=find_standard(given.standard or ""), leader=find_person(given.leader, lead),
        owner=find_person(given.owner, lead),
        waits_for=tuple(task.pk for task in selectors.by_numbers(actor, given.waits_for)),
    )  # fmt: skip


def told(actor: Actor, task_id: UUID) -> dict[str, Any]:
    """A task as :class:`~chuangcheng.api.task_shapes.TaskOut` shapes it."""
    task = selectors.get_task_for(actor, task_id)
    row = selectors.visible_to(actor).filter(pk=task_id).values(*COLUMNS).get()
    entries = [
        {"verb": entry.verb, "words": entry.words, "share": entry.share, "made_at": iso(entry.made_at)}
        for entry in task.entries.all()
    ]
    offered = [*selectors.moves_for(actor, task), *petitions.moves_for(actor, task)]
    return {
        **_row(row), "stage": task.stage, "supports": [_unit(unit) for unit in task.supports.all()],
        "petitions": [_petition(each) for each in petitions.of_task(task)],
        "waits_for": sorted(task.waits_for.values_list("number", flat=True)), "entries": entries,
        "missing_photos": missing(task),
        "moves": [*(move.name for move in offered if move.name in MOVES), "comment"],
    }  # fmt: skip


def _petition(each: Petition) -> dict[str, Any]:
    days = {name: day.isoformat() if (day := getattr(each, name)) else None for name in _PETITION_DAYS}
    at = {"asked_at": iso(each.asked_at), "decided_at": iso(each.decided_at) if each.decided_at else None}
    return {**days, **at, "unit": _unit(each.unit), "state": each.state, "stage": each.stage}


def _unit(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": unit.short_name}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    today = clock.today().date()
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: row[name].isoformat() if row[name] else None for name in _DAYS},
        "standard": row["standard__code"],
        "lead": {"code": row["lead__code"], "name": row["lead__short_name"]},
        "leader": row["leader__username"],
        "owner": row["owner__username"],
        "slip": slip_of(row["state"], row["ended_on"], row["due_on"], row["first_due_on"], today),
        "overdue": row["state"] in RUNNING and row["due_on"] < today,
        "created_at": iso(row["created_at"]),
    }


def _arrange(actor: Actor, task_id: UUID, given: TaskArrangeIn) -> object:
    lead = selectors.get_task_for(actor, task_id).lead
    values: dict[str, Any] = given.model_dump(exclude={"id"}, exclude_none=True)
    values |= {role: find_person(values[role], lead) for role in ("leader", "owner") if role in values}
    return actions.arrange_task(actor=actor, task_id=task_id, **values)


def _plainly(action: Callable[..., object]) -> Callable[[Actor, UUID, Any], object]:
    return lambda actor, task_id, given: action(actor=actor, task_id=task_id, **given.model_dump(exclude={"id"}))


def _proved(action: Callable[..., object]) -> Callable[[Actor, UUID, TaskProvedIn | TaskAskIn], object]:
    """An action that takes declared photos."""

    def run(actor: Actor, task_id: UUID, given: TaskProvedIn | TaskAskIn) -> object:
        declared = tuple(
            Declaration(each.sha256, PhotoRole.EVIDENCE, each.taken_at, each.lat, each.lon) for each in given.photos
        )
        values = given.model_dump(exclude={"id", "photos"})
        return action(actor=actor, task_id=task_id, declared=declared, **values)

    return run


#: Steps by name. Changing what a row says (``amend``) stays with the desk and the workbook.
MOVES: dict[str, tuple[type[TaskStepIn], Callable[[Actor, UUID, Any], object]]] = {
    "progress": (TaskProgressIn, _proved(actions.report_progress)),
    "submit": (TaskProvedIn, _proved(actions.submit_task)),
    "withdraw": (TaskStepIn, _plainly(actions.withdraw_task)),
    "pass": (TaskMaySayIn, _plainly(actions.pass_task)),
    "strike_off": (TaskMaySayIn, _plainly(actions.strike_off)),
    "send_back": (TaskSaidIn, _plainly(actions.send_back)),
    "uphold": (TaskUpholdIn, _plainly(actions.uphold_task)),
    "check": (TaskProvedIn, _proved(actions.check_upkeep)),
    "relapse": (TaskDatedIn, _plainly(actions.mark_relapse)),
    "arrange": (TaskArrangeIn, _arrange),
    "postpone": (TaskDatedIn, _plainly(actions.extend_task)),
    "void": (TaskSaidIn, _plainly(actions.void_task)),
    "petition": (TaskAskIn, _proved(actions.ask_extension)),
    "endorse": (TaskMaySayIn, _plainly(actions.endorse_petition)),
    "grant": (TaskGrantIn, _plainly(actions.grant_petition)),
    "decline": (TaskSaidIn, _plainly(actions.decline_petition)),
    "retract": (TaskStepIn, _plainly(actions.retract_petition)),
    "comment": (TaskSaidIn, _plainly(actions.add_comment)),
}


def _asked(given: TaskStepIn) -> dict[str, Any]:
    """What is remembered of a request; one without photos as it was before they could be declared."""
    plain = given.model_dump(mode="json")
    return plain if plain.get("photos", True) else {key: value for key, value in plain.items() if key != "photos"}


def _route(name: str) -> None:
    shape, run = MOVES[name]

    def move(request: TokenRequest, task_id: UUID) -> HttpResponse:
        actor = request.auth
        require(actor, "tasks.view")
        given = read_model(request, shape)
        selectors.get_task_for(actor, task_id)  # what is not in sight is not there
        asked = [name, _asked(given)]
        once(actor=actor, task_id=task_id, request_id=given.id, asked=asked, run=lambda: run(actor, task_id, given))
        return answer(told(actor, task_id))

    table = PETITION if name in PETITION_VERBS else TASK
    label = "Comment" if name == "comment" else table.move(name).label.en
    router.post(
        f"/{{task_id}}/moves/{name}", response={200: TaskOut}, operation_id=f"{name}_task", summary=label,
        description=f"{shape.__doc__} The same id with the same body again answers with the task as it stands.",
    )(move)  # fmt: skip


for _name in MOVES:
    _route(_name)


@router.put("/{task_id}/photos/{sha256}", response={200: StoredOut}, operation_id="put_task_photo",
            summary="Send a declared photo of a task")  # fmt: skip
def put_photo(request: TokenRequest, task_id: UUID, sha256: str) -> HttpResponse:
    """The raw bytes of a photo that a step declared. Repeating is harmless; other bytes are refused (422). A task is
    passed and struck off once none is missing."""
    require(request.auth, "tasks.view")
    if not _SHA256.fullmatch(sha256.lower()):
        raise Refused("common.not_found")
    data = read(request, settings.CITY.photo_max_mb * 1024 * 1024)
    left = actions.store_proof(actor=request.auth, task_id=task_id, sha256=sha256.lower(), data=data)
    return answer({"missing_photos": left})
