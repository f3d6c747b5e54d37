"""Back up when it is not theirs, and the arbiter who ends it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import dispatching
from chuangcheng.cases.deadlines import within
from chuangcheng.cases.links import LIVE, drop_steps, first_receiver, lapse_petition, open_lead, unit_of
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.returning import arbiter_of, next_is_arbitration, refuse_return
from chuangcheng.cases.states import CASE, RETURNS
from chuangcheng.cases.steps import Touch, altered, born, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused


def return_case(*, actor: Actor, case_id: UUID, reason_code: str, note: str = "") -> Case:
    """The holder gives the case back, one level up; from the top of the chain it waits for dispatch again. The clocks
    above never stopped, and who answered for it goes on answering until another unit accepts 首接负责.

    Only within the window of :mod:`.dispatching`; the third return goes to an arbiter instead, whose word binds.
    Refused: ``case.unknown_reason``, ``case.return_too_late``, ``case.bound``.
    """
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "send_back")  # the same states and rights as return_up
        if reason_code not in RETURNS:
            raise Refused("case.unknown_reason")
        now = clock.now()
        lead = open_lead(case)
        refuse_return(case, lead, now)
        ended = altered(lead, state="returned", ended_at=now, return_reason=reason_code)
        touched = [ended, *lapse_petition(case, now), *_helpers_end(lead, now), *drop_steps(case)]
        if lead.parent is None and next_is_arbitration(case):
            move, holder, changes, more = _to_arbiter(case, lead, now)
        else:
            move, holder, changes, more = _one_up(lead, now)
        changes |= {"return_count": case.return_count + 1}
        if case.claimed_at and holder is None:
            changes["claimed_at"] = None
        taken = step(
            case, move, actor, given={"reason_code": reason_code}, changes=changes, touched=[*touched, *more],
            reason=reason_code, note=note, at=now,
        )  # fmt: skip
        write(taken, {"unit": str(holder) if holder else None, "from": str(lead.unit_id), "reason": reason_code})
    return case


Back = tuple[str, UUID | None, dict[str, object], list[Touch]]


def _one_up(lead: Assignment, now: datetime) -> Back:
    above = lead.parent
    if above is None:
        return "send_back", None, {"holder_id": None, "holder_since": None}, []
    opened = altered(above, state="open", ended_at=None)
    return "return_up", above.unit_id, {"holder_id": above.unit_id, "holder_since": now}, [opened]


def _to_arbiter(case: Case, lead: Assignment, now: datetime) -> Back:
    """Nobody holds it meanwhile."""
    arbiter = arbiter_of(case, lead)
    changes: dict[str, object] = {
        "holder_id": None, "holder_since": None, "arbiter_id": arbiter.pk if arbiter else None,
        "arbitration_due_at": dispatching.current().arbitration.after(now),
    }  # fmt: skip
    return "escalate", None, changes, []


def _helpers_end(lead: Assignment, now: datetime) -> list[Touch]:
    helpers = lead.children.filter(role="co", state__in=LIVE)
    return [altered(helper, state="returned", ended_at=now) for helper in helpers]


def arbitrate_case(*, actor: Actor, case_id: UUID, unit_id: UUID, note: str) -> Case:
    """The arbiter names the unit, with the reason; that unit cannot give the case back again."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "arbitrate")
        unit = unit_of(unit_id)
        CASE.next(case.state, "arbitrate", unit=unit.pk, note=note.strip())
        now = clock.now()
        lead = Assignment(
            case=case, unit=unit, role="lead", assigned_by_id=actor.person_id, received_at=now,
            due_at=within(case.due_at),
        )  # fmt: skip
        changes = {
            "holder_id": unit.pk, "holder_since": now, "responsible_id": first_receiver(case, unit.pk),
            "arbitrated_at": now, "arbitration_due_at": None,
        }  # fmt: skip
        given: dict[str, object] = {"unit": unit.pk, "note": note.strip()}
        taken = step(case, "arbitrate", actor, given=given, changes=changes, touched=[born(lead)], note=note, at=now)
        write(taken, {"unit": str(unit.pk)})
    return case
