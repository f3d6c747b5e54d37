"""More time: extensions 延期, suspensions 挂账, their end, and deadlines that waited for an official calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chuangcheng.cases.deadlines import MAX_EXTENSIONS, MAX_SUSPENSION, after_pause, extended, recomputed
from chuangcheng.cases.links import shift
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Case, Petition
from chuangcheng.cases.policies import case_rows
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import Touch, altered, amend, born, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.calendar import CALENDAR, Deadline
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post


def ask_extension(*, actor: Actor, case_id: UUID, reason: str) -> Case:
    """The holder asks for the original limit once more, before it has passed."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "ask_extension")
        due = _still_running(case)
        if case.extension_count >= MAX_EXTENSIONS:
            raise Refused("case.extended_enough", limit=MAX_EXTENSIONS)
        _ask(actor, post, case, "extension", extended(case, due).at, reason)
    return case


def ask_suspension(*, actor: Actor, case_id: UUID, reason: str, until: datetime) -> Case:
    """The holder asks to stop the clock until a day, once, before the limit has passed."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        post = permit(actor, case, "ask_suspension")
        _still_running(case)
        if until.tzinfo is None:
            raise Refused("common.naive_time", value=until.isoformat())
        if not clock.now() < until <= clock.now() + MAX_SUSPENSION:
            raise Refused("case.suspension_too_long")
        if case.petitions.filter(kind="suspension", state="granted").exists():
            raise Refused("case.suspended_once")
        _ask(actor, post, case, "suspension", until, reason)
    return case


def _still_running(case: Case) -> datetime:
    """The due of a case whose limit has not passed."""
    if case.due_at is None:
        raise Refused("case.no_limit")
    if clock.now() > case.due_at:
        raise Refused("case.limit_passed")
    return case.due_at


def _ask(actor: Actor, post: Post, case: Case, kind: str, until: datetime, reason: str) -> None:
    move = f"ask_{kind}"
    CASE.next(case.state, move, reason=reason, until=until)
    if case.petitions.filter(state="asked").exists():
        raise Refused("case.petition_waits")
    petition = Petition(
        case=case, kind=kind, unit_id=post.unit_id, asked_by_id=actor.person_id, asked_at=clock.now(), until=until,
        reason=reason,
    )  # fmt: skip
    given: dict[str, object] = {"reason": reason, "until": until}
    write(step(case, move, actor, given=given, touched=[born(petition)]), {"petition": str(petition.pk), "kind": kind})


def decide_petition(*, actor: Actor, petition_id: UUID, granted: bool) -> Case:
    """Somebody outside of the unit that asked decides. Granted: the due moves, or the clock stops."""
    with transaction.atomic():
        asked = Petition.objects.filter(pk=petition_id).values_list("case_id", flat=True).first()
        if asked is None:
            raise Refused("common.not_found")
        case = lock_case(actor, asked)
        petition = case.petitions.get(pk=petition_id)
        if petition.state != "asked":
            raise Refused("state.stale")
        move = {"extension": "extend", "suspension": "suspend"}[petition.kind] if granted else "decline"
        permit(actor, case, move, petition)
        now = clock.now()
        decision = altered(
            petition, state="granted" if granted else "refused", decided_by_id=actor.person_id, decided_at=now
        )
        changes, shifted = _effect(case, petition, move, now)
        payload = {"petition": str(petition.pk), "unit": str(petition.unit_id)}
        write(step(case, move, actor, changes=changes, touched=[decision, *shifted], at=now), payload)
    return case


def _effect(case: Case, petition: Petition, move: str, now: datetime) -> tuple[dict[str, object], list[Touch]]:
    if move == "suspend":
        return {"suspended_at": now, "suspended_until": petition.until}, []
    if move == "extend" and case.due_at:
        # Counted from the due of today, so that a decision that comes late costs the unit nothing.
        deadline = extended(case, case.due_at)
        return {**_moved(case, deadline), "extension_count": case.extension_count + 1}, shift(case, deadline.at)
    return {}, []


def _moved(case: Case, deadline: Deadline) -> dict[str, object]:
    return {"due_at": deadline.at, "due_provisional": case.due_provisional or deadline.provisional}


def resume_case(*, actor: Actor, case_id: UUID) -> Case:
    """End a suspension before its day."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "resume")
        _resume(case, actor, clock.now())
    return case


def resume_due(*, now: datetime) -> int:
    """End every suspension whose day has come (the sweep calls this); how many."""
    waiting = Case.objects.filter(state="suspended", suspended_until__lte=now).values_list("pk", flat=True)
    return sum(_resume_if_due(case_id, now) for case_id in list(waiting))


def _resume_if_due(case_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=case_id)
        if case.state != "suspended" or case.suspended_until is None or case.suspended_until > now:
            return False  # somebody was faster
        _resume(case, SYSTEM, now)
    return True


def _resume(case: Case, actor: Actor, now: datetime) -> None:
    changes: dict[str, object] = {"suspended_at": None, "suspended_until": None}
    touched: list[Touch] = []
    if case.due_at and case.suspended_at:
        deadline = after_pause(case, case.due_at, case.suspended_at, now)
        touched = shift(case, deadline.at)
        changes |= _moved(case, deadline)
    write(step(case, "resume", actor, changes=changes, touched=touched, at=now))


def recompute_provisional(*, actor: Actor) -> int:
    """Compute provisional deadlines afresh where the official calendar of their year is known by now; how many."""
    if actor != SYSTEM:
        rights.require(actor, "cases.approve")
    rows = Case.objects.filter(due_provisional=True, state__in=CASE.open_states()).exclude(state="suspended")
    if actor != SYSTEM:
        rows = rows.filter(case_rows(actor))
    return sum(_recompute(actor, case_id) for case_id in list(rows.values_list("pk", flat=True)))


def _recompute(actor: Actor, case_id: UUID) -> bool:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=case_id)
        if case.due_at is None or not CALENDAR.is_known(case.due_at.year):
            return False
        deadline = recomputed(case)
        changes = {"due_at": deadline.at, "due_provisional": deadline.provisional}
        write(amend(case, "due_recomputed", actor, changes=changes, touched=shift(case, deadline.at)))
    return True
