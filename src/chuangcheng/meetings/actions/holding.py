"""Holding a meeting, recording what was decided, and the minutes that make tasks of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.meetings.inputs import DecisionInput, check_decision
from chuangcheng.meetings.models import Decision, Meeting
from chuangcheng.meetings.states import MEETING
from chuangcheng.meetings.steps import decided, locked, take
from chuangcheng.people.models import Unit
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Task, TaskSource
from chuangcheng.tasks.policies import allow_lead

LONGEST = 20_000


def hold_meeting(*, actor: Actor, meeting_id: UUID, present: Sequence[Unit] = ()) -> Meeting:
    """It took place; ``present`` are the units that were there (empty: not noted). Refused: ``meeting.not_yet``."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        if meeting.starts_at > clock.now():
            raise Refused("meeting.not_yet")
        there = [unit.pk for unit in present]
        take(meeting, "hold", actor, facts={"present": len(there)})
        if there:
            meeting.invitations.update(present=False)
            meeting.invitations.filter(unit__in=there).update(present=True)
    return meeting


def decide(*, actor: Actor, meeting_id: UUID, given: DecisionInput) -> tuple[Decision, bool]:
    """Record a decision; the same id again changes nothing. Refused: ``common.invalid``, ``task.other_unit``."""
    check_decision(given, clock.today().date())
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        stored = meeting.decisions.filter(pk=given.id).first()
        if stored is not None:
            return stored, False
        allow_lead(actor, given.lead)
        last = meeting.decisions.aggregate(last=Max("place"))["last"] or 0
        decision = Decision(id=given.id, meeting=meeting, place=last + 1, words=tidy(given.words), lead=given.lead,
                            due_on=given.due_on)  # fmt: skip
        MEETING.next(meeting.state, "decide")
        decision.save(force_insert=True)
        decision.supports.set(given.supports)
        take(meeting, "decide", actor, facts={"decisions": decided(meeting)})
    return decision, True


def drop_decision(*, actor: Actor, meeting_id: UUID, decision_id: UUID) -> None:
    """Take back what was recorded by mistake, before the minutes are issued."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        decision = meeting.decisions.filter(pk=decision_id).first()
        if decision is None:
            raise Refused("common.not_found")
        MEETING.next(meeting.state, "decide")
        decision.delete()
        take(meeting, "decide", actor, facts={"decisions": decided(meeting)})


def write_minutes(*, actor: Actor, meeting_id: UUID, minutes: str) -> Meeting:
    """The words of the minutes, for the first time or again; decisions stand beside them."""
    words = tidy(minutes)[:LONGEST]
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        take(meeting, "minute", actor, changes={"minutes": words}, given={"minutes": words})
    return meeting


def issue_minutes(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """Issue the minutes: each decision becomes a task of its lead unit, and nothing changes any more."""
    with transaction.atomic():
        meeting = locked(actor, meeting_id)
        take(meeting, "issue", actor, changes={"issued_at": clock.now()})
        for decision in meeting.decisions.select_related("lead__division", "lead__line_parent", "lead__parent"):
            _make_task(actor, meeting, decision)
    return meeting


def _make_task(actor: Actor, meeting: Meeting, decision: Decision) -> Task:
    """The task has the decision's id: issuing twice cannot make two. A date that passed while the minutes lay about is
    due today."""
    due = max(decision.due_on, clock.today().date())
    note = f"{meeting.kind_label.zh} {meeting.number}"
    given = tasks.TaskInput(
        id=decision.pk, problem=decision.words, lead=decision.lead, due_on=due, source=TaskSource.MEETING,
        origin=("meeting", meeting.pk), source_note=note, supports=tuple(decision.supports.all()),
    )  # fmt: skip
    task, _created = tasks.create_task(actor=actor, given=given)
    decision.task = task
    decision.save(update_fields=["task"])
    return task
