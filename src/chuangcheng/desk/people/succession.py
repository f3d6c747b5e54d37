"""Units that end and those that succeed them: what the one left is found with the other."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from chuangcheng.framework.models import Duty, EditionState
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import successors
from chuangcheng.people.models import Unit
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.selectors import visible_to as visible_tasks

#: Duties that are a record: ended, or of an edition that no longer changes.
PAST = ~Q(ended_at=None) | Q(standard__edition__state=EditionState.FROZEN)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Before:
    """A unit that another succeeds, directly or through ``through``, with how much of its record the reader may see."""

    unit: Unit
    through: Unit | None
    duties: int
    tasks: int


def record_of(unit: Unit) -> tuple[bool, bool]:
    """Whether the unit ever had duties, and tasks."""
    return Duty.every.filter(unit=unit).exists(), Task.objects.filter(lead=unit).exists()


def duties_of(unit: Unit) -> tuple[list[Duty], list[Duty]]:
    """The unit's duties in what is published, and those that it once had, the last ended first. One query."""
    rows = Duty.every.filter(PAST | Q(standard__edition__state=EditionState.PUBLISHED), unit=unit)
    present: list[Duty] = []
    past: list[Duty] = []
    for duty in rows.select_related("standard__edition").order_by("-ended_at", "kind", "standard__order", "pk"):
        is_past = duty.ended_at is not None or duty.standard.edition.state == EditionState.FROZEN
        (past if is_past else present).append(duty)
    return present, past


def befores(actor: Actor, unit: Unit) -> list[Before]:
    """Whom the unit succeeds, nearest first."""
    return [
        Before(
            each, each.successor if each.successor_id != unit.pk else None, Duty.every.filter(PAST, unit=each).count(),
            visible_tasks(actor).filter(lead=each).count(),
        )
        for each in successors.before(unit)
    ]  # fmt: skip
