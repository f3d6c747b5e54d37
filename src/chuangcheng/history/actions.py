"""Appending to history. The caller holds the subject's row lock and saves the subject afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from chuangcheng.history import prepared
from chuangcheng.history.models import Chained, Event
from chuangcheng.kernel import clock, digest
from chuangcheng.kernel.actor import Actor

CHAIN_FIELDS = ("chain_seq", "chain_head")


def append(
    subject: Chained,
    action: str,
    actor: Actor,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    happened_at: datetime | None = None,
) -> Event:
    """Append one row to ``subject``'s chain and move its head in memory.

    The caller runs inside a transaction, holds the lock on the subject's row (or is inserting it) and saves the
    subject with :data:`CHAIN_FIELDS` among its fields. ``happened_at`` defaults to now.
    """
    event = build(subject, action, actor, before=before, after=after, reason=reason, happened_at=happened_at)
    prepared.insert(event)
    return event


def build(
    subject: Chained,
    action: str,
    actor: Actor,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    happened_at: datetime | None = None,
) -> Event:
    """The row :func:`append` would write, for callers that :func:`insert` many at once."""
    now = clock.now()
    event = Event(
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        seq=subject.chain_seq + 1,
        action=action,
        actor_person=actor.person_id,
        actor_post=actor.post_id,
        actor_label=actor.label,
        happened_at=happened_at or now,
        recorded_at=now,
        before=_plain(before),
        after=_plain(after),
        reason=reason,
    )
    event.digest = digest.chain(subject.chain_head, content(event))
    subject.chain_seq, subject.chain_head = event.seq, event.digest
    return event


def insert(events: Sequence[Event]) -> None:
    """Write rows made by :func:`build`, in the transaction that also writes their subjects."""
    Event.objects.bulk_create(events, batch_size=500)


def content(event: Event) -> dict[str, Any]:
    """What the digest of a row covers: everything but its database id and the digest itself."""
    return {
        "kind": event.subject_kind,
        "id": str(event.subject_id),
        "seq": event.seq,
        "action": event.action,
        "person": str(event.actor_person) if event.actor_person else None,
        "post": str(event.actor_post) if event.actor_post else None,
        "label": event.actor_label,
        "happened_at": _utc(event.happened_at),
        "recorded_at": _utc(event.recorded_at),
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
    }


def _utc(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _plain(values: dict[str, Any] | None) -> dict[str, Any]:
    return {name: _value(value) for name, value in (values or {}).items()}


def _value(value: Any) -> Any:
    """JSON that comes back from either database as it went in, so that the digest can be computed again."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal | Fraction | date):
        return str(value)
    if isinstance(value, dict):
        return {str(name): _value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner) for inner in value]
    return value
