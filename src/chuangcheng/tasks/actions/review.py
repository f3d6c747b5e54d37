"""Striking off 销号: the unit asks, its sub-command passes it on, the campaign office strikes it off. Each may send it
back, and nobody passes their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions as photos
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.policies import allow
from chuangcheng.tasks.proof import keep, next_check, prepared, require_arrived, require_free
from chuangcheng.tasks.states import TASK
from chuangcheng.tasks.steps import locked, take


def submit_task(
    *, actor: Actor, task_id: UUID, words: str, shots: Sequence[photos.Shot] = (),
    declared: Sequence[photos.Declaration] = (),
) -> Task:  # fmt: skip
    """The lead unit asks to strike the task off, with proof: photos now, before or declared, and words that say what
    was done. It is passed and struck off once all of them have come.
    Refused: ``state.missing``, ``task.waiting``."""
    pictures = prepared(shots, declared)
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "submit", task)
        require_free(task)
        proofs = task.proofs + len(pictures)
        changes: dict[str, Any] = {
            "share": 100, "proofs": proofs, "submitted_by_id": actor.person_id, "passed_by_id": None,
            "stage": "subcommand" if task.reviewer_id else "office",
        }  # fmt: skip
        proof = proofs or None
        facts = {"photos": len(pictures)}
        entry = take(task, "submit", actor, changes=changes, words=words, given={"proof": proof}, facts=facts)
        if entry is None:
            raise Refused("state.missing", move=TASK.move("submit").label, missing="words")
        keep(entry, pictures)
    return task


def withdraw_task(*, actor: Actor, task_id: UUID) -> Task:
    """The unit takes its request back."""
    return _step(actor, task_id, "withdraw", {"stage": ""})


def pass_task(*, actor: Actor, task_id: UUID, words: str = "") -> Task:
    """The sub-command passes it on to the office. Refused: ``task.not_your_turn``, ``task.own_work``,
    ``task.photos_missing``."""
    return _step(actor, task_id, "pass", {"stage": "office", "passed_by_id": actor.person_id}, words)


def strike_off(*, actor: Actor, task_id: UUID, words: str = "") -> Task:
    """The office strikes it off. Refused: ``task.not_your_turn``, ``task.own_work``, ``task.photos_missing``."""
    return _step(actor, task_id, "strike_off", {"stage": "", "ended_on": clock.today().date()}, words)


def send_back(*, actor: Actor, task_id: UUID, words: str) -> Task:
    """Whose turn it is, or the office at any time, says what is missing. The clock runs for the unit again."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "send_back", task)
        take(task, "send_back", actor, changes={"stage": "", "returns": task.returns + 1}, words=words)
    return task


def uphold_task(*, actor: Actor, task_id: UUID, days: int | None = None, words: str = "") -> Task:
    """The office finds it reached, to be kept for good: never struck off, its unit checks it every ``days`` days (the
    task's own where it names some)."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "uphold", task)
        require_arrived(task)
        often = days or task.upkeep_days
        due = next_check(often)
        changes = {"stage": "", "share": 100, "upkeep_days": often, "due_on": due, "first_due_on": due}
        take(task, "uphold", actor, changes=changes, words=words, given={"days": often})
    return task


def _step(actor: Actor, task_id: UUID, move: str, changes: dict[str, Any], words: str = "") -> Task:
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, move, task)
        if move != "withdraw":
            require_arrived(task)
        take(task, move, actor, changes=changes, words=words)
    return task
