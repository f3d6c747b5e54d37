"""The row of a task: made from what was entered, and compared with what is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Max

from chuangcheng.history.numbers import take
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.tasks.inputs import TaskInput
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.steps import ids_of

_ROWS = ("standard", "lead", "leader", "owner")


def reviewer_of(unit: Unit) -> Unit | None:
    """The sub-command above a unit, in its line or else its territory; None for a sub-command itself."""
    if unit.kind == UnitKind.SUBCOMMAND:
        return None
    above = (unit.line_parent, unit.parent)
    return next((each for each in above if each is not None and each.kind == UnitKind.SUBCOMMAND), None)


def build(given: TaskInput) -> Task:
    """The row of an input, not yet written."""
    now = clock.now()
    kind, origin = given.origin or ("", None)
    return Task(
        id=given.id, number=take("RW", now), body_digest=digest_of("task.body", given.body()),
        place=given.place if given.place is not None else next_place(given.lead), source=given.source,
        source_note=tidy(given.source_note), origin_kind=kind, origin_id=origin, standard=given.standard,
        problem=tidy(given.problem), measure=tidy(given.measure), goal=tidy(given.goal), lead=given.lead,
        reviewer=reviewer_of(given.lead), leader=given.leader, owner=given.owner, start_on=given.start_on,
        due_on=given.due_on, first_due_on=given.due_on, upkeep_days=given.upkeep_days, created_at=now,
    )  # fmt: skip


def next_place(unit: Unit) -> int:
    """The next serial number 序号 in a unit's ledger."""
    return int(Task.objects.filter(lead=unit).aggregate(last=Max("place"))["last"] or 0) + 1


def differences(task: Task, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Columns and links that these values would change."""
    changes: dict[str, Any] = {}
    links: dict[str, list[Any]] = {}
    for name, value in values.items():
        if name == "supports":
            if ids_of(value) != ids_of(task.supports.all()):
                links[name] = ids_of(value)
        elif name == "waits_for":
            if sorted(map(str, value)) != [str(pk) for pk in ids_of(task.waits_for.all())]:
                links[name] = waiting(task, value)
        else:
            column = f"{name}_id" if name in _ROWS else name
            new = getattr(value, "pk", None) if name in _ROWS else tidy(value) if isinstance(value, str) else value
            if getattr(task, column) != new:
                changes[column] = new
    return changes, links


def waiting(task: Task, ids: Iterable[UUID]) -> list[UUID]:
    """The ids of tasks that must end first, if they exist and none waits for this one."""
    wanted = sorted(set(ids), key=str)
    if not wanted:
        return []
    if Task.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Refused("task.unknown_task")
    seen: set[UUID] = set()
    ahead = set(wanted)
    while ahead:
        if task.pk in ahead:
            raise Refused("task.circle")
        seen |= ahead
        ahead = set(Task.objects.filter(waited_by__in=ahead).values_list("pk", flat=True)) - seen
    return wanted
