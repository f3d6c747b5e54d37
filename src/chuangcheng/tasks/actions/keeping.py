"""Keeping what was reached, more time where it is needed, and the end of what is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.photos import actions as photos
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.policies import allow
from chuangcheng.tasks.proof import keep, next_check, prepared, require_day, require_future
from chuangcheng.tasks.steps import locked, take


def check_upkeep(
    *, actor: Actor, task_id: UUID, words: str, shots: Sequence[photos.Shot] = (),
    declared: Sequence[photos.Declaration] = (),
) -> Task:  # fmt: skip
    """The lead unit looked: it still holds. The next check is due one period from today."""
    pictures = prepared(shots, declared)
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "check", task)
        due = next_check(task.upkeep_days)
        changes = {"due_on": due, "first_due_on": due, "proofs": task.proofs + len(pictures)}
        entry = take(task, "check", actor, changes=changes, words=words, facts={"photos": len(pictures)})
        keep(entry, pictures)
    return task


def mark_relapse(*, actor: Actor, task_id: UUID, words: str, due_on: date | None) -> Task:
    """What was struck off or upheld has come back: the unit begins again, with a new date. Counted."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "relapse", task)
        require_future(due_on)
        changes: dict[str, Any] = {
            "relapses": task.relapses + 1, "due_on": due_on, "first_due_on": due_on, "share": 0, "ended_on": None,
            "submitted_by_id": None, "passed_by_id": None,
        }  # fmt: skip
        take(task, "relapse", actor, changes=changes, words=words, given={"due_on": due_on})
    return task


def extend_task(*, actor: Actor, task_id: UUID, due_on: date | None, words: str) -> Task:
    """More time, with a reason. The first date stays, so that the slip is seen. Refused: ``task.not_later``, and
    ``task.petition_waits`` while a unit's own petition is to be answered."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "postpone", task)
        require_day(task, due_on)
        changes = {"due_on": due_on, "extensions": task.extensions + 1}
        take(task, "postpone", actor, changes=changes, words=words, given={"due_on": due_on})
    return task


def void_task(*, actor: Actor, task_id: UUID, words: str) -> Task:
    """It was no task after all, or stands twice."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "void", task)
        take(task, "void", actor, changes={"stage": "", "ended_on": clock.today().date()}, words=words)
    return task
