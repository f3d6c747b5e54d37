"""When a subject wants attention next. The room that sets an alarm has a duty of its own that answers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.kernel import clock
from chuangcheng.notices.models import Alarm


def put(kind: str, subject_id: UUID, due_at: datetime, note: str = "") -> None:
    """Set the subject's alarm, or move it."""
    put_many(kind, [(subject_id, due_at, note)])


def put_many(kind: str, rows: Iterable[tuple[UUID, datetime, str]]) -> int:
    """Set or move many alarms in one statement; how many."""
    alarms = [Alarm(kind=kind, subject_id=subject, due_at=due, note=note) for subject, due, note in rows]
    Alarm.objects.bulk_create(
        alarms, update_conflicts=True, unique_fields=["kind", "subject_id"], update_fields=["due_at", "note"],
        batch_size=500,
    )  # fmt: skip
    return len(alarms)


def clear(kind: str, subject_id: UUID) -> None:
    """The subject wants nothing any more."""
    Alarm.objects.filter(kind=kind, subject_id=subject_id).delete()


def due(kind: str, limit: int = 200) -> list[Alarm]:
    """What rings now, the longest waiting first."""
    return list(Alarm.objects.filter(kind=kind, due_at__lte=clock.now()).order_by("due_at", "id")[:limit])


def rings(kind: str) -> bool:
    """Whether any alarm of the kind is due."""
    return Alarm.objects.filter(kind=kind, due_at__lte=clock.now()).exists()


def still(alarm: Alarm) -> bool:
    """Lock the alarm; False when another worker answered or moved it meanwhile. Inside a transaction."""
    return Alarm.objects.select_for_update().filter(pk=alarm.pk, due_at=alarm.due_at).exists()


def subjects(kind: str) -> QuerySet[Alarm, UUID]:
    """The subjects that have an alarm, for a query of those that have none."""
    return Alarm.objects.filter(kind=kind).values_list("subject_id", flat=True)
