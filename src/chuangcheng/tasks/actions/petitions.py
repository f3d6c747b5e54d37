"""More time 延期申请: a unit asks with a reason, its sub-command endorses it, the campaign office grants or declines.
The plan's date moves by the grant alone, and ``first_due_on`` never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.models import EditionState
from chuangcheng.history import outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.tasks.facts import PETITIONS, waiting_of
from chuangcheng.tasks.models import Petition, Task, TaskEntry
from chuangcheng.tasks.policies import allow, petition_refusal
from chuangcheng.tasks.proof import keep, prepared, require_day
from chuangcheng.tasks.states import PETITION, PETITION_VERBS, TASK
from chuangcheng.tasks.steps import locked, note, take


def ask_extension(
    *, actor: Actor, task_id: UUID, due_on: date | None, words: str, shots: Sequence[photos.Shot] = (),
    declared: Sequence[photos.Declaration] = (),
) -> Task:  # fmt: skip
    """The lead or a supporting unit asks for a later day, before or after the date, with a reason and photos if there
    are any. Refused: ``task.petition_waits``, ``task.not_later``, ``task.bad_due``, ``framework.frozen``."""
    pictures = prepared(shots, declared)
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "petition", task)
        _require_changing(task)
        require_day(task, due_on)
        from_on, facts = task.due_on, {"photos": len(pictures)}
        entry = take(task, "petition", actor, changes={"petition_on": due_on}, words=words, given={"due_on": due_on},
                     facts=facts)  # fmt: skip
        assert due_on is not None  # the table wants it
        keep(entry, pictures)
        post = rights.post_of(actor) if actor != SYSTEM else None
        petition = Petition(
            task=task, unit_id=post.unit_id if post else task.lead_id, from_on=from_on, wanted_on=due_on,
            stage="subcommand" if task.reviewer_id else "office", entry=entry, asked_by_id=actor.person_id,
            asked_at=clock.now(),
        )  # fmt: skip
        PETITIONS.begin(petition, actor, verb="asked")
        outbox.emit("petition.asked", ("petition", petition.pk))
    return task


def endorse_petition(*, actor: Actor, task_id: UUID, words: str = "") -> Task:
    """The sub-command passes it on to the office. Refused: ``task.not_your_turn``, ``task.own_work``."""
    return _step(actor, task_id, "endorse", {"stage": "office", "passed_by_id": actor.person_id}, words)


def decline_petition(*, actor: Actor, task_id: UUID, words: str) -> Task:
    """Whose turn it is, or the office at any time, says why not; the date stays."""
    return _step(actor, task_id, "decline", _decided(actor), words)


def retract_petition(*, actor: Actor, task_id: UUID) -> Task:
    """The unit that asked takes it back."""
    return _step(actor, task_id, "retract", {"stage": "", "decided_at": clock.now()})


def grant_petition(*, actor: Actor, task_id: UUID, due_on: date | None = None, words: str = "") -> Task:
    """The office gives the day that was asked for, or another one. Refused: ``task.not_your_turn``, ``task.own_work``,
    ``task.not_later``, ``task.bad_due``, ``framework.frozen``."""
    with transaction.atomic():
        task, petition = _locked(actor, task_id, "grant")
        _require_changing(task)
        day = due_on or petition.wanted_on
        require_day(task, day)
        state = PETITION.next(petition.state, "grant", due_on=day)
        TASK.next(task.state, "postpone", due_on=day, words="granted")
        changes = {"due_on": day, "extensions": task.extensions + 1, "petition_on": None}
        entry = note(task, PETITION_VERBS["grant"], actor, changes=changes, words=words, topic="task.extended",
                     facts={"petition": str(petition.pk)})  # fmt: skip
        _tell(petition, state, actor, {**_decided(actor), "state": state, "granted_on": day}, entry)
    return task


def _step(actor: Actor, task_id: UUID, move: str, changes: dict[str, Any], words: str = "") -> Task:
    """Any other move: the task's chain tells it too, with the words."""
    with transaction.atomic():
        task, petition = _locked(actor, task_id, move)
        state = PETITION.next(petition.state, move, words=tidy(words))
        over = {} if state == "waiting" else {"petition_on": None}
        facts = {"petition": str(petition.pk)}
        entry = note(task, PETITION_VERBS[move], actor, changes=over, words=words, facts=facts)
        _tell(petition, "endorsed" if move == "endorse" else state, actor, {"state": state, **changes}, entry)
    return task


def _tell(petition: Petition, verb: str, actor: Actor, changes: dict[str, Any], entry: TaskEntry | None) -> None:
    PETITIONS.change(petition, verb, actor, changes)
    if entry is not None:
        Petition.objects.filter(pk=petition.pk).update(answer=entry)
    outbox.emit(f"petition.{verb}", ("petition", petition.pk))


def _decided(actor: Actor) -> dict[str, Any]:
    return {"stage": "", "decided_by_id": actor.person_id, "decided_at": clock.now()}


def _locked(actor: Actor, task_id: UUID, move: str) -> tuple[Task, Petition]:
    """The task and what waits, both locked. Refused: ``task.no_petition``, and whatever stands against the move."""
    task = locked(task_id)
    petition = waiting_of(task)
    if petition is None:
        raise Refused("task.no_petition", number=task.number)
    found = petition_refusal(actor, move, task, petition)
    if found is not None:
        raise found
    return task, petition


def _require_changing(task: Task) -> None:
    """Refused: ``framework.frozen`` where the task's standard is of an edition that changes no more."""
    standard = task.standard
    if standard is not None and standard.edition.state == EditionState.FROZEN:
        raise Refused("framework.frozen", edition=standard.edition.name_zh)
