"""What is entered for a task, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.framework.models import Standard
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks.models import TaskSource

WORDS = 2000
LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInput:
    """A row of a ledger. ``origin`` is the subject that it came from, as (kind, id); ``waits_for`` ids of tasks that
    must end first; ``upkeep_days`` says beforehand that it will be upheld, checked so often."""

    problem: str
    lead: Unit
    due_on: date
    id: UUID = field(default_factory=new_id)
    measure: str = ""
    goal: str = ""
    source: str = TaskSource.OTHER
    source_note: str = ""
    origin: tuple[str, UUID] | None = None
    standard: Standard | None = None
    supports: tuple[Unit, ...] = ()
    leader: Person | None = None
    owner: Person | None = None
    start_on: date | None = None
    place: int | None = None
    upkeep_days: int | None = None
    waits_for: tuple[UUID, ...] = ()

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        values = {name: getattr(self, name) for name in self.__slots__}
        rows = {
            name: str(values[name].pk) if values[name] else None for name in ("lead", "standard", "leader", "owner")
        }
        days = {name: str(values[name] or "") for name in ("due_on", "start_on")}
        return {**values, **rows, **days, "supports": sorted(str(unit.pk) for unit in self.supports)}


def check(given: TaskInput, today: date) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    problems = [*_words(given), *_days(given, today), *_units(given)]
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))


def _words(given: TaskInput) -> Iterator[FieldProblem]:
    if not given.problem.strip():
        yield FieldProblem("problem", "required", "请写明问题或事项")
    for name in ("problem", "measure", "goal"):
        if len(getattr(given, name)) > WORDS or "\0" in getattr(given, name):
            yield FieldProblem(name, "length", f"最多 {WORDS} 字")
    if len(given.source_note) > 120:
        yield FieldProblem("source_note", "length", "最多 120 字")
    if given.source not in TaskSource.values:
        yield FieldProblem("source", "choice", "请选择来源")
    if given.source == TaskSource.STANDARD and given.standard is None:
        yield FieldProblem("standard", "required", "来源为测评标准的，请选择标准")


def _days(given: TaskInput, today: date) -> Iterator[FieldProblem]:
    if given.due_on < today:
        yield FieldProblem("due_on", "past", "时限不能早于今天")
    if given.due_on > today + LONGEST:
        yield FieldProblem("due_on", "far", "时限最长五年")
    if given.start_on and given.start_on > given.due_on:
        yield FieldProblem("start_on", "order", "开始日期不能晚于时限")
    if given.upkeep_days is not None and not 1 <= given.upkeep_days <= 366:
        yield FieldProblem("upkeep_days", "range", "巩固检查间隔为 1–366 天")


def _units(given: TaskInput) -> Iterator[FieldProblem]:
    if given.lead in given.supports:
        yield FieldProblem("supports", "lead", "牵头单位不能同时为配合单位")
