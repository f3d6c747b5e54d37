"""What is entered for a meeting and for a decision, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.meetings.kinds import current
from chuangcheng.people.models import Person, Unit

WORDS = 2000
MOST_UNITS = 300
FAR = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingInput:
    """A meeting as it is planned; ``starts_at`` is aware."""

    kind: str
    title: str
    unit: Unit
    starts_at: datetime
    id: UUID = field(default_factory=new_id)
    place: str = ""
    chair: Person | None = None
    units: tuple[Unit, ...] = ()
    persons: tuple[Person, ...] = ()

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        ids = {name: sorted(str(row.pk) for row in getattr(self, name)) for name in ("units", "persons")}
        own = {name: str(getattr(self, name)) for name in ("kind", "title", "place", "starts_at")}
        return {**own, **ids, "unit": str(self.unit.pk), "chair": str(self.chair.pk) if self.chair else ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput:
    """Who does what by when."""

    words: str
    lead: Unit
    due_on: date
    id: UUID = field(default_factory=new_id)
    supports: tuple[Unit, ...] = ()


def check_meeting(given: MeetingInput, now: datetime) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    _refuse(said({name: getattr(given, name) for name in given.__slots__}, now))


def said(values: dict[str, Any], now: datetime) -> Iterator[FieldProblem]:
    """What is wrong with the values that are named."""
    if values.get("kind", next(iter(current()))) not in current():
        yield FieldProblem("kind", "choice", Label("请选择会议类型", "Choose a kind of meeting"))
    if not tidy(values.get("title", "?")):
        yield FieldProblem("title", "required", Label("请填写会议名称", "Give it a title"))
    for name in ("title", "place"):
        if len(values.get(name, "")) > 120 or "\0" in values.get(name, ""):
            yield FieldProblem(name, "length", Label("最多 120 字", "At most 120 characters"))
    starts = values.get("starts_at")
    if starts is not None and not now - FAR < starts < now + FAR:
        yield FieldProblem(
            "starts_at", "far", Label("时间应在前后一年之内", "The time must lie within a year of today")
        )
    if len(values.get("units", ())) > MOST_UNITS:
        yield FieldProblem("units", "many", Label(f"最多 {MOST_UNITS} 个单位", f"At most {MOST_UNITS} units"))


def check_decision(given: DecisionInput, today: date) -> None:
    """The same for a decision; what a task would refuse is refused here already."""
    problems = []
    if not tidy(given.words):
        problems.append(FieldProblem("words", "required", Label("请写明议定事项", "Say what was decided")))
    if len(given.words) > WORDS or "\0" in given.words:
        problems.append(FieldProblem("words", "length", Label(f"最多 {WORDS} 字", f"At most {WORDS} characters")))
    if given.due_on < today:
        problems.append(FieldProblem("due_on", "past", Label("时限不能早于今天", "The date must not lie before today")))
    if given.due_on > today + timedelta(days=5 * 366):
        problems.append(FieldProblem("due_on", "far", Label("时限最长五年", "The date lies at most five years ahead")))
    if given.lead in given.supports:
        problems.append(
            FieldProblem("supports", "lead", Label("牵头单位不能同时为配合单位", "The lead cannot support itself"))
        )
    _refuse(problems)


def _refuse(problems: Iterator[FieldProblem] | list[FieldProblem]) -> None:
    if listed := tuple(problems):
        raise Refused("common.invalid", fields=listed)
