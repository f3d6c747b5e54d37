"""协办: units that support the lead, each with its own limit and its own end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases.deadlines import within
from chuangcheng.cases.links import LIVE, drop_steps, live_helper, open_lead, unit_of
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import altered, born, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused


def add_co(*, actor: Actor, case_id: UUID, unit_id: UUID, due_at: datetime | None = None) -> Case:
    """The holder, or who dispatches, calls in a unit to support the lead; its due lies within the lead's."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "add_co")
        unit, lead, now = unit_of(unit_id), open_lead(case), clock.now()
        if case.assignments.filter(state__in=LIVE, unit=unit.pk).exists():
            raise Refused("case.helps_already", unit=unit.short_name)
        limit = within(lead.due_at, case.due_at)
        if due_at is not None and (due_at <= now or (limit is not None and due_at > limit)):
            raise Refused("case.due_outside")
        helper = Assignment(
            case=case, parent=lead, unit_id=unit.pk, role="co", assigned_by_id=actor.person_id, received_at=now,
            due_at=within(due_at, limit),
        )  # fmt: skip
        write(step(case, "add_co", actor, given={"unit": unit.pk}, touched=[born(helper)], at=now), _payload(unit.pk))
    return case


def release_co(*, actor: Actor, case_id: UUID, unit_id: UUID, note: str) -> Case:
    """The support is not needed any more, for the reason in ``note``; what was planned for the unit falls away."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "release_co")
        CASE.next(case.state, "release_co", unit=unit_id, note=note)
        helper, now = live_helper(case, unit_id), clock.now()
        touched = [altered(helper, state="released", ended_at=now), *drop_steps(case, unit_id)]
        given: dict[str, object] = {"unit": unit_id, "note": note}
        write(step(case, "release_co", actor, given=given, touched=touched, note=note, at=now), _payload(unit_id))
    return case


def finish_co(*, actor: Actor, case_id: UUID, note: str) -> Case:
    """The supporting unit says what it has done; photos are put to the case with :func:`add_photo`."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "finish_co")
        CASE.next(case.state, "finish_co", note=note)
        helper, now = live_helper(case, post.unit_id), clock.now()
        touched = [altered(helper, state="done", ended_at=now), *drop_steps(case, post.unit_id)]
        taken = step(case, "finish_co", actor, given={"note": note}, touched=touched, note=note, at=now)
        write(taken, _payload(post.unit_id))
    return case


def _payload(unit_id: UUID) -> dict[str, str]:
    return {"unit": str(unit_id)}
