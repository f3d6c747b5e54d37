"""What is entered for a task, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.framework.models import Standard
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
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
    values = {name: getattr(given, name) for name in given.__slots__}
    problems = [*said(values), *_days(given, today), *_units(given)]
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))


def said(values: Mapping[str, Any]) -> Iterator[FieldProblem]:
    """What is wrong with the words and the source of a row, as far as ``values`` names them."""
    if not tidy(values.get("problem", "?")):
        yield FieldProblem("problem", "required", Label("请写明问题或事项", "Say what is to be done"))
    for name in ("problem", "measure", "goal"):
        if len(values.get(name, "")) > WORDS or "\0" in values.get(name, ""):
            yield FieldProblem(name, "length", Label(f"最多 {WORDS} 字", f"At most {WORDS} characters"))
    if len(values.get("source_note", "")) > 120:
        yield FieldProblem("source_note", "length", Label("最多 120 字", "At most 120 characters"))
    if values.get("source", TaskSource.OTHER) not in TaskSource.values:
        yield FieldProblem("source", "choice", Label("请选择来源", "Choose a source"))
    if values.get("source") == TaskSource.STANDARD and values.get("standard") is None:
        yield FieldProblem(
            "standard", "required", Label("来源为测评标准的，请选择标准", "Choose the standard it comes from")
        )


def _days(given: TaskInput, today: date) -> Iterator[FieldProblem]:
    if given.due_on < today:
        yield FieldProblem("due_on", "past", Label("时限不能早于今天", "It is not due before today"))
    if given.due_on > today + LONGEST:
        yield FieldProblem("due_on", "far", Label("时限最长五年", "It is due within five years"))
    if given.start_on and given.start_on > given.due_on:
        yield FieldProblem("start_on", "order", Label("开始日期不能晚于时限", "It does not begin after it is due"))
    if given.upkeep_days is not None and not 1 <= given.upkeep_days <= 366:
        yield FieldProblem(
            "upkeep_days", "range", Label("巩固检查间隔为 1–366 天", "Upkeep is checked every 1 to 366 days")
        )


def _units(given: TaskInput) -> Iterator[FieldProblem]:
    if given.lead in given.supports:
        yield FieldProblem(
            "supports", "lead", Label("牵头单位不能同时为配合单位", "The lead unit does not support itself")
        )
