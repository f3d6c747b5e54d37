"""Reading history and the state of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from chuangcheng.history.models import Event, Outbox


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the outbox still owes: rows ``pending``, those of them that have ``failed`` at least once, and the
    creation time of the ``oldest``."""

    pending: int
    failed: int
    oldest: datetime | None


def events_of(kind: str, subject_id: UUID) -> QuerySet[Event]:
    """A subject's history from its first row on. The caller has already checked that the subject may be seen."""
    return Event.objects.filter(subject_kind=kind, subject_id=subject_id).order_by("seq")


def backlog() -> Backlog:
    """The outbox at a glance, for ``doctor`` and the page of failed work."""
    found = Outbox.objects.filter(done_at=None).aggregate(
        pending=Count("id"), failed=Count("id", filter=Q(attempts__gt=0)), oldest=Min("created_at")
    )
    return Backlog(found["pending"], found["failed"], found["oldest"])


def failed() -> QuerySet[Outbox]:
    """Rows that have failed and will be tried again, the longest waiting first."""
    return Outbox.objects.filter(done_at=None, attempts__gt=0).order_by("created_at", "id")
