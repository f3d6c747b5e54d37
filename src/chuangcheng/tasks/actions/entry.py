"""Entering a task and changing what its row says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history.once import once
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.tasks.inputs import TaskInput, check, said
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.policies import allow, allow_lead
from chuangcheng.tasks.rows import build, differences, reviewer_of, waiting
from chuangcheng.tasks.steps import begin, ids_of, locked, take

#: What an amendment may set. The due date moves by an extension only, so that slip is seen.
AMENDED = (
    "place", "source", "source_note", "standard", "problem", "measure", "goal", "lead", "supports", "leader", "owner",
    "start_on", "waits_for",
)  # fmt: skip
ARRANGED = ("measure", "leader", "owner")


def create_task(*, actor: Actor, given: TaskInput) -> tuple[Task, bool]:
    """Enter a task in the ledger of its lead unit. The same id with the same body again answers with the stored row
    and False. Refused: ``common.invalid``, ``common.different_body``, ``task.other_unit``."""
    allow_lead(actor, given.lead)
    check(given, clock.today().date())
    task = build(given)

    def write() -> None:
        begin(task, actor, {"supports": ids_of(given.supports), "waits_for": waiting(task, given.waits_for)})

    return once(task, write)


def amend_task(*, actor: Actor, task_id: UUID, **values: Any) -> Task:
    """Change what the row says; ``values`` are fields of :data:`AMENDED`. What does not differ leaves no trace.
    Refused: ``common.invalid``, ``task.other_unit`` (also for the new lead), ``task.circle``."""
    return _change(actor, task_id, "amend", values, AMENDED)


def arrange_task(*, actor: Actor, task_id: UUID, **values: Any) -> Task:
    """The lead unit says how and by whom: ``values`` are fields of :data:`ARRANGED`."""
    return _change(actor, task_id, "arrange", values, ARRANGED)


def _change(actor: Actor, task_id: UUID, move: str, values: dict[str, Any], names: Iterable[str]) -> Task:
    unknown = set(values) - set(names)
    if unknown:
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    with transaction.atomic():
        task = locked(task_id, values.get("waits_for", ()))
        allow(actor, move, task)
        changes, links = differences(task, values)
        _check(task, {**values, **changes})
        if changes.get("lead_id"):
            allow_lead(actor, values["lead"])
            changes["reviewer_id"] = getattr(reviewer_of(values["lead"]), "pk", None)
        if changes or links:
            take(task, move, actor, changes=changes, links=links)
    return task


def _check(task: Task, values: dict[str, Any]) -> None:
    """The same as at entry, for what is changed."""
    source = {"source": values.get("source", task.source), "standard": values.get("standard", task.standard_id)}
    problems = [*said({**values, **(source if {"source", "standard"} & set(values) else {})})]
    if values.get("start_on") and values["start_on"] > task.due_on:
        problems.append(
            FieldProblem("start_on", "order", Label("开始日期不能晚于时限", "It does not begin after it is due"))
        )
    lead = values["lead"].pk if values.get("lead") else task.lead_id
    supports = values["supports"] if "supports" in values else task.supports.all()
    if ("lead" in values or "supports" in values) and lead in {unit.pk for unit in supports}:
        problems.append(
            FieldProblem(
                "supports", "lead", Label("牵头单位不能同时为配合单位", "The lead unit does not support itself")
            )
        )
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))
