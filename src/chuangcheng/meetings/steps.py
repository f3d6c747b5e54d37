"""One step in a meeting's life: state table, history, outbox. Call inside a transaction, under the row's lock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.history.folding import Folded
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings.models import Decision, Meeting, Quiz
from chuangcheng.meetings.policies import allow
from chuangcheng.meetings.states import MEETING, VERBS

#: What follows from history, and so stands in its rows; beside them ``invited``, ``persons`` and ``decisions``.
FACTS = ("number", "kind", "state", "unit_id", "chair_id", "starts_at", "previous_id", "issued_at")
QUIZZES = Folded(Quiz, ("meeting_id", "state", "from_on", "until_on"))


def begin(meeting: Meeting, actor: Actor) -> None:
    """Write a new meeting with its first history row."""
    meeting.starts_at = meeting.starts_at.astimezone(UTC)
    event = history.build(meeting, "meeting.planned", actor, after={name: getattr(meeting, name) for name in FACTS})
    prepared.insert(meeting)
    prepared.insert(event)


def take(
    meeting: Meeting, move: str, actor: Actor, *, changes: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None, facts: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take a move of the table; raises its refusals. Names outside of :data:`FACTS` are words: told as ``reworded``."""
    state = MEETING.next(meeting.state, move, **(given or {}))
    verb, topic = VERBS[move]
    changed = {"state": state, **{name: _utc(value) for name, value in (changes or {}).items()}}
    told = {name: value for name, value in changed.items() if name in FACTS}
    before = {name: getattr(meeting, name) for name in told}
    for name, value in changed.items():
        setattr(meeting, name, value)
    after: dict[str, Any] = {**told, **(facts or {})}
    if reworded := sorted(set(changed) - set(told)):
        after["reworded"] = reworded
    history.append(meeting, f"meeting.{verb}", actor, before=before, after=after)
    meeting.save(update_fields=[*changed, *history.CHAIN_FIELDS])
    if topic:
        outbox.emit(topic, ("meeting", meeting.pk))


def _utc(value: Any) -> Any:
    """History tells instants as the database gives them back."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def decided(meeting: Meeting) -> dict[str, list[str]]:
    """The decisions as history tells of them: lead and date by id."""
    rows = Decision.objects.filter(meeting=meeting).values_list("pk", "lead_id", "due_on")
    return {str(pk): [str(lead), due.isoformat()] for pk, lead, due in rows}


def locked(actor: Actor, meeting_id: UUID) -> Meeting:
    """The meeting under its lock, for somebody who runs it; ``common.not_found``."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("unit__division")
    meeting = rows.filter(pk=meeting_id).first()
    if meeting is None:
        raise Refused("common.not_found")
    allow(actor, meeting.unit)
    return meeting
