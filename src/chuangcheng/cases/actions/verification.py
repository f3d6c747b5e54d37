"""What follows the handling: verified by somebody else, sent for rework, closed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.cases.links import end_all, flag_off, last_lead
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Case
from chuangcheng.cases.obligations import require_answered
from chuangcheng.cases.proof import require_proof
from chuangcheng.cases.states import CASE
from chuangcheng.cases.status import was_on_time
from chuangcheng.cases.steps import altered, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor


def verify_case(*, actor: Actor, case_id: UUID, note: str = "") -> Case:
    """Somebody else than the handler finds it done; whether it was on time is settled now."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "verify")
        require_proof(case, case.outcome, note, stored=True)
        now = clock.now()
        changes = {"verified_at": now, "verified_by_id": actor.person_id, "on_time": was_on_time(case)}
        write(step(case, "verify", actor, changes=changes, note=note, at=now))
    return case


def rework_case(*, actor: Actor, case_id: UUID, note: str) -> Case:
    """Not done: back to the same unit. The limit stays, so what was handled in time may now become late."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "rework")
        CASE.next(case.state, "rework", note=note)
        cleared = ("handled_at", "handled_by_id", "handled_unit_id", "verified_at", "verified_by_id", "on_time")
        changes = {**dict.fromkeys(cleared), "outcome": "", "rework_count": case.rework_count + 1}
        touched = [altered(last_lead(case), state="open", ended_at=None)]
        write(step(case, "rework", actor, given={"note": note}, changes=changes, touched=touched, note=note))
    return case


def close_case(*, actor: Actor, case_id: UUID, note: str = "") -> Case:
    """The end: whatever links of the chain were still live are done. Every order behind the case has its reply drafted
    before (``case.orders_unanswered``)."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "close")
        require_proof(case, case.outcome, note, stored=True)
        require_answered(case)
        now = clock.now()
        touched = end_all(case, "done", now)
        taken = step(
            case, "close", actor, changes={"closed_at": now, **flag_off(case)}, touched=touched, note=note, at=now
        )
        write(taken, {"outcome": case.outcome, "on_time": case.on_time})
    return case
