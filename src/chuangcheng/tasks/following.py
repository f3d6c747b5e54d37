"""Tasks follow their standard into the next edition: those that run, once it is in force. What was ended stays where it
was done."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.carrying import Heirs, carries
from chuangcheng.framework.models import Edition, EditionState, Succession
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import RUNNING
from chuangcheng.tasks.steps import note

FOLLOWING = (*RUNNING, "in_review")


@carries("tasks", Label("任务", "Tasks"))
def carry_tasks(actor: Actor, _old: Edition, new: Edition, heirs: Heirs) -> int:
    """Running tasks of old standards go over to their heirs. A draft takes none: it may be dropped, and its standards
    are nobody's duty yet; :func:`carry_at_publication` does it then."""
    if new.state != EditionState.PUBLISHED:
        return 0
    return _follow(actor, {one.pk: heir.pk for one, heir in heirs})


@on("edition.published")
def carry_at_publication(row: Outbox) -> None:
    """What was decided while it was a draft comes about. Twice is once: then no task stands at an old standard."""
    settled = Succession.objects.filter(edition=row.subject_id, new__isnull=False)
    _follow(SYSTEM, {each.old_id: each.new_id for each in settled if each.new_id})


def _follow(actor: Actor, heir_of: Mapping[UUID, UUID]) -> int:
    with transaction.atomic():
        rows = Task.objects.select_for_update(of=("self",)).filter(standard__in=list(heir_of), state__in=FOLLOWING)
        found = list(rows.order_by("pk"))
        for task in found:
            assert task.standard_id is not None  # by the filter
            note(task, "carried", actor, changes={"standard_id": heir_of[task.standard_id]})
    return len(found)
