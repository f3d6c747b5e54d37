"""What the lead unit reports, with proof, and what anybody who sees a task has to say about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.policies import allow, task_rows
from chuangcheng.tasks.proof import keep, prepared, require_free
from chuangcheng.tasks.steps import locked, note, take


def report_progress(
    *, actor: Actor, task_id: UUID, words: str, share: int | None = None, shots: Sequence[photos.Shot] = (),
    declared: Sequence[photos.Declaration] = (),
) -> Task:  # fmt: skip
    """The lead unit says how far it is (``share`` in per cent, None: as before), with photos as proof; those that are
    ``declared`` follow by :func:`store_proof`. A task that had
    not begun is under way from now on. Refused: ``task.bad_share``, ``task.waiting`` while what it waits for runs and
    all of it would be reported done."""
    pictures = prepared(shots, declared)
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "progress", task)
        changes: dict[str, Any] = {"proofs": task.proofs + len(pictures)}
        if share is not None:
            if not 0 <= share <= 100:
                raise Refused("task.bad_share")
            changes["share"] = share
        if changes.get("share") == 100:
            require_free(task)
        entry = take(task, "progress", actor, changes=changes, words=words, facts={"photos": len(pictures)})
        keep(entry, pictures)
    return task


def add_comment(*, actor: Actor, task_id: UUID, words: str) -> Task:
    """A word beside the task from anybody who sees it; it changes nothing."""
    if actor != SYSTEM:
        rights.require(actor, "tasks.view")
    if not words.strip():
        raise Refused("state.missing", move=Label("留言", "Comment"), missing="words")
    with transaction.atomic():
        task = locked(task_id)
        if not Task.objects.filter(task_rows(actor), pk=task_id).exists():
            raise Refused("common.not_found")
        note(task, "commented", actor, changes={}, words=words, topic="task.commented")
    return task
