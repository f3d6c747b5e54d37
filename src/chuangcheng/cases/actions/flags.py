"""督办标记: the office or a leader marks a case, until when an answer is expected, and why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused


def flag_case(*, actor: Actor, case_id: UUID, note: str, until: datetime) -> Case:
    """Mark an open case; the heads of the unit that holds it are told at once."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "flag")
        CASE.next(case.state, "flag", note=note, until=until)
        now = clock.now()
        if until.tzinfo is None:
            raise Refused("common.naive_time", value=until.isoformat())
        if until <= now:
            raise Refused("case.flag_in_the_past")
        changes = {"flagged_at": now, "flag_due_at": until, "flag_count": case.flag_count + 1}
        write(step(case, "flag", actor, given={"note": note, "until": until}, changes=changes, note=note, at=now))
    return case


def unflag_case(*, actor: Actor, case_id: UUID, note: str) -> Case:
    """Take the mark off, with the reason; that it was there stays counted."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "unflag")
        CASE.next(case.state, "unflag", note=note)
        changes = {"flagged_at": None, "flag_due_at": None}
        write(step(case, "unflag", actor, given={"note": note}, changes=changes, note=note))
    return case
