"""The day on one sheet 日计划、日调度、日督查: what is due, handed out, looked after. Nobody types it, nobody has to
open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, UUIDField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from chuangcheng.bulletins.models import DayLine
from chuangcheng.bulletins.policies import WRITE_LINES
from chuangcheng.bulletins.specs import SPECS, Scope, Spec, midnights
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Unit

SHOWN = 8  # rows named beside a figure
MOST_LINES = 6  # of one's own, so that the sheet stays one
LONGEST = 80
PARTS: dict[str, tuple[Label, tuple[str, ...]]] = {
    "plan": (Label("今日计划", "Due today"),
             ("due", "overdue", "tasks_due", "tasks_late", "replies_due", "rechecks_due", "meetings")),
    "dispatch": (Label("今日调度", "Handed out today"), ("received", "tasks_set", "ordered")),
    "supervise": (Label("今日督查", "Looked after today"),
                  ("flagged", "visits", "visits_failed", "closed", "quickfixes", "rechecks", "tasks_moved")),
}  # fmt: skip
#: How things stand now says nothing about another day.
_STANDING = ("overdue", "tasks_late")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with the way to all its rows, and the first of them as (number, address)."""

    spec: Spec
    count: int
    url: str
    rows: tuple[tuple[str, str], ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its figures and the lines of one's own."""

    code: str
    label: Label
    lines: tuple[Line, ...]
    own: tuple[DayLine, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day of a unit, or of all that the reader sees."""

    scope: Scope
    day: date
    as_of: datetime
    parts: tuple[Part, ...]


def assemble(actor: Actor, scope: Scope, day: date) -> Sheet:
    """The sheet as this reader may see it; two queries however much happened."""
    now = clock.now()
    names = [name for _label, listed in PARTS.values() for name in listed]
    today = clock.today().date()
    wanted = [spec for name in names if rights.can(actor, (spec := SPECS[name]).kind.right)
              if day == today or name not in _STANDING]  # fmt: skip
    found = _rows(actor, scope, wanted, day, now)
    own = list(DayLine.objects.filter(unit=scope.unit, day=day).order_by("pk")) if scope.unit else []
    parts = tuple(
        Part(code, label, tuple(_line(SPECS[name], scope, day, found[name]) for name in listed if name in found),
             tuple(line for line in own if line.part == code))
        for code, (label, listed) in PARTS.items()
    )  # fmt: skip
    return Sheet(scope, day, now, parts)


Found = dict[str, list[tuple[str, Any]]]


def _rows(actor: Actor, scope: Scope, wanted: list[Spec], day: date, now: datetime) -> Found:
    """Number and id of every row of every figure, in one query."""
    first, end = midnights(day, day + timedelta(days=1))
    queries = []
    for spec in wanted:
        rows = spec.rows(scope.rows(spec.kind, spec.kind.see(actor)), first, end, now)
        which, number = Value(spec.name, output_field=CharField()), Cast(spec.kind.number, CharField())
        shown = Cast(spec.kind.shown, UUIDField())
        queries.append(rows.order_by().select_related(None).values_list(which, number, shown))
    found: Found = {spec.name: [] for spec in wanted}
    for name, number, pk in queries[0].union(*queries[1:], all=True) if queries else ():
        found[name].append((number, pk))
    return found


def _line(spec: Spec, scope: Scope, day: date, rows: list[tuple[str, Any]]) -> Line:
    first = sorted(rows)[:SHOWN]
    named = tuple((number, reverse(spec.kind.one, args=[pk])) for number, pk in first)
    return Line(spec, len(rows), spec.url(scope.query(spec.kind), day, day + timedelta(days=1)), named)


def add_line(*, actor: Actor, unit: Unit, day: date, part: str, words: str) -> DayLine:
    """A few words of a head's own, which nobody asks for. Refused: ``common.invalid``, ``bulletins.other_unit``."""
    allow_lines(actor, unit)
    said = tidy(words)
    problems = [FieldProblem("part", "choice", Label("请选择栏目", "Choose a part"))] if part not in PARTS else []
    if not 0 < len(said) <= LONGEST:
        problems.append(FieldProblem("words", "length", Label(f"请写 1–{LONGEST} 字", f"1 to {LONGEST} characters")))
    with transaction.atomic():
        if DayLine.objects.filter(unit=unit, day=day).count() >= MOST_LINES:
            problems.append(
                FieldProblem("words", "many", Label(f"一天最多 {MOST_LINES} 条", f"At most {MOST_LINES} a day"))
            )
        if problems:
            raise Refused("common.invalid", fields=tuple(problems))
        return DayLine.objects.create(unit=unit, day=day, part=part, words=said, made_by_id=actor.person_id)


def drop_line(*, actor: Actor, line_id: Any) -> DayLine:
    """Take it off again."""
    with transaction.atomic():
        rows = DayLine.objects.select_for_update(of=("self",)).select_related("unit__division")
        line = rows.filter(pk=line_id).first()
        if line is None:
            raise Refused("common.not_found")
        allow_lines(actor, line.unit)
        line.delete()
    return line


def allow_lines(actor: Actor, unit: Unit) -> None:
    """Whether the actor writes on this unit's sheet."""
    post = rights.require(actor, WRITE_LINES)
    if not rights.scope_of(post).reaches(unit_id=unit.pk):
        raise Refused("bulletins.other_unit", unit=unit.short_name)
