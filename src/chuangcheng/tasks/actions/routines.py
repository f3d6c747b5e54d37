"""Tasks that come back 周期任务: the rule is data, and a duty of the worker makes the next one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from chuangcheng.history import actions as history
from chuangcheng.history import prepared
from chuangcheng.history.numbers import take as take_number
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.recurrence import due_before, due_from
from chuangcheng.tasks.models import Every, Routine, Task
from chuangcheng.tasks.policies import allow
from chuangcheng.tasks.rows import next_place
from chuangcheng.tasks.states import ROUTINE
from chuangcheng.tasks.steps import begin, ids_of, locked, note

ROUTINE_FACTS = ("every", "anchor_on", "until_on", "state")
#: What the next one takes over from the last one.
COPIED = (
    "source", "source_note", "origin_kind", "origin_id", "standard", "problem", "measure", "goal", "lead", "reviewer",
    "leader", "owner", "upkeep_days",
)  # fmt: skip


def set_routine(*, actor: Actor, task_id: UUID, every: str, until_on: date | None = None) -> Routine:
    """From now on such a task comes back every week, month or quarter, counted from this one's due date. Refused:
    ``task.already_routine``, ``task.bad_rule``."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "amend", task)
        if task.routine_id is not None:
            raise Refused("task.already_routine")
        if every not in Every.values or (until_on is not None and until_on <= task.due_on):
            raise Refused("task.bad_rule")
        routine = Routine(every=every, anchor_on=task.due_on, until_on=until_on)
        after = {name: getattr(routine, name) for name in ROUTINE_FACTS}
        event = history.build(routine, "routine.set", actor, after=after)
        prepared.insert(routine)
        prepared.insert(event)
        note(task, "made_routine", actor, changes={"routine_id": routine.pk, "period_on": task.due_on})
    return routine


def end_routine(*, actor: Actor, task_id: UUID) -> Routine:
    """No more of them; those that were made stay."""
    with transaction.atomic():
        task = locked(task_id)
        allow(actor, "amend", task)
        routine = Routine.objects.select_for_update().filter(tasks=task).first()
        if routine is None:
            raise Refused("common.not_found")
        before = {"state": routine.state}
        routine.state = ROUTINE.next(routine.state, "end")
        history.append(routine, "routine.ended", actor, before=before, after={"state": routine.state})
        routine.save(update_fields=["state", *history.CHAIN_FIELDS])
    return routine


def make_due(*, today: date) -> int:
    """For each rule whose last task's day has passed the next one, due from today on; how many were made. A period in
    which nobody was there to make one is left out: nobody can do last month's work."""
    rows = Routine.objects.filter(Q(until_on=None) | Q(until_on__gte=today), state="active")
    waiting = rows.annotate(last=Max("tasks__period_on")).filter(last__lt=today).values_list("pk", flat=True)
    return sum(_make(pk, today) for pk in list(waiting))


def _make(routine_id: UUID, today: date) -> bool:
    with transaction.atomic():
        routine = Routine.objects.select_for_update().get(pk=routine_id)
        due = due_from(routine.anchor_on, routine.every, today)
        last = Task.objects.filter(routine=routine).order_by("-period_on").first()
        over = routine.state != "active" or (routine.until_on is not None and due > routine.until_on)
        if last is None or over or last.period_on is None or last.period_on >= due:
            return False
        start = due_before(routine.anchor_on, routine.every, due) + timedelta(days=1)
        copied: dict[str, Any] = {name: getattr(last, name) for name in COPIED}
        number = take_number("RW", clock.now())
        task = Task(id=new_id(), number=number, body_digest="", place=next_place(last.lead), start_on=start, due_on=due,
                    first_due_on=due, routine=routine, period_on=due, created_at=clock.now(), **copied)  # fmt: skip
        begin(task, SYSTEM, {"supports": ids_of(last.supports.all()), "waits_for": []})
    return True
