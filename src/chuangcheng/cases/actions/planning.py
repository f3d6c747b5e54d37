"""分步办理: a long piece of work in steps that everybody can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chuangcheng.cases.links import drop_steps
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Case, SubStep
from chuangcheng.cases.policies import helpers_of
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import altered, born, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy

MOST_STEPS = 12
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class StepInput:
    """A step to plan: what, by which unit (the lead or a supporting one), by when (within the case's due)."""

    name: str
    unit_id: UUID
    due_at: datetime | None = None


def plan_steps(*, actor: Actor, case_id: UUID, steps: Sequence[StepInput]) -> Case:
    """The holder plans the work. What was done stays, what was planned and not done is replaced by ``steps``."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "plan")
        CASE.next(case.state, "plan", steps=list(steps))
        _check(case, steps)
        done = case.substeps.filter(state="done").aggregate(last=Max("place"))["last"] or 0
        rows = [
            SubStep(case=case, place=done + number, name=tidy(one.name), unit_id=one.unit_id, due_at=one.due_at)
            for number, one in enumerate(steps, 1)
        ]
        touched = [*drop_steps(case), *map(born, rows)]
        write(step(case, "plan", actor, given={"steps": len(rows)}, touched=touched))
    return case


def _check(case: Case, steps: Sequence[StepInput]) -> None:
    if len(steps) > MOST_STEPS:
        raise Refused("case.too_many_steps", limit=MOST_STEPS)
    units = helpers_of(case) | {case.holder_id}
    now, limit = clock.now(), _limit(case)
    for one in steps:
        if not 1 <= len(tidy(one.name)) <= MAX_NAME or "\0" in one.name:
            raise Refused("case.step_name", limit=MAX_NAME)
        if one.unit_id not in units:
            raise Refused("case.step_unit")
        if one.due_at is not None and (one.due_at <= now or (limit is not None and one.due_at > limit)):
            raise Refused("case.step_due")


def _limit(case: Case) -> datetime | None:
    """The case's due; for one that is suspended the day on which it goes on, if that is later."""
    if case.due_at is None:
        return None
    return max(case.due_at, case.suspended_until or case.due_at)


def finish_step(*, actor: Actor, case_id: UUID, step_id: UUID, note: str = "") -> Case:
    """A step is done: told by its unit, or by the lead."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "finish_step")
        row = case.substeps.filter(pk=step_id).first()
        if row is None:
            raise Refused("case.no_step")
        if post.unit_id not in (row.unit_id, case.holder_id):
            raise Refused("case.not_helper")
        if row.state != "planned":
            raise Refused("state.stale")
        now = clock.now()
        touched = [altered(row, state="done", done_at=now, done_by_id=actor.person_id)]
        write(step(case, "finish_step", actor, given={"step": row.pk}, touched=touched, note=note, at=now))
    return case
