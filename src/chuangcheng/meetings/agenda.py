"""The agenda builds itself from open debts: each item says who owes how much and points at the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from chuangcheng.cases import instructions
from chuangcheng.cases import selectors as cases
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.meetings.kinds import kind_of
from chuangcheng.meetings.models import AgendaItem, Decision, Meeting
from chuangcheng.people.models import Unit
from chuangcheng.tasks import selectors as tasks
from chuangcheng.tasks.states import OWED

KEPT = 50  # ids kept with an item
MOST = 8  # units of one source, those that owe the most first
OWN = 20  # items in words
Row = tuple[UUID | None, UUID]


@dataclass(frozen=True, slots=True)
class Asked:
    """For which meeting, by whom, about which units (empty: all that the asker sees), at which instant."""

    meeting: Meeting
    actor: Actor
    units: frozenset[UUID]
    now: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """What is collected: ``collect`` gives (unit, row) pairs of kind ``kind``, the most pressing first."""

    code: str
    label: Label
    kind: str
    collect: Callable[[Asked], Iterable[Row]]


_sources: dict[str, Source] = {}


def offer(source: Source) -> None:
    """Register a source; rooms above register theirs in their ``effects.py``."""
    _sources[source.code] = source


def sources() -> dict[str, Source]:
    """Every source by its code."""
    return dict(_sources)


def collect(asked: Asked) -> list[AgendaItem]:
    """The items for a meeting by its kind, unsaved and without places: sources in the kind's order, units by how much
    they owe, equal ones in official order."""
    found = []
    units: dict[UUID | None, Unit] = {unit.pk: unit for unit in Unit.objects.all()}
    for source in (_sources[code] for code in kind_of(asked.meeting.kind).agenda if code in _sources):
        owed: dict[UUID | None, list[UUID]] = {}
        for unit_id, row in source.collect(asked):
            if not asked.units or unit_id is None or unit_id in asked.units:
                owed.setdefault(unit_id, []).append(row)
        for unit_id, ids in sorted(owed.items(), key=lambda pair: _place(units.get(pair[0]), pair[1]))[:MOST]:
            kept = [str(pk) for pk in ids[:KEPT]]
            found.append(AgendaItem(meeting=asked.meeting, source=source.code, unit=units.get(unit_id), count=len(ids),
                                    rows=kept))  # fmt: skip
    return found


def _place(unit: Unit | None, ids: list[UUID]) -> tuple[int, int, str]:
    return (-len(ids), unit.official_order if unit else 0, unit.code if unit else "")


def unanswered(meeting: Meeting) -> Q:
    """Earlier decisions of the same kind and convener whose task is still owed."""
    earlier = Q(meeting__kind=meeting.kind, meeting__unit=meeting.unit_id, meeting__starts_at__lt=meeting.starts_at)
    return earlier & Q(task__state__in=(*OWED, "in_review")) & ~Q(meeting=meeting.pk)


def _decisions(asked: Asked) -> Iterable[Row]:
    rows = Decision.objects.filter(unanswered(asked.meeting)).order_by("due_on", "pk")
    return [(lead, task) for lead, task in rows.values_list("lead_id", "task_id") if task is not None]


def _tasks(asked: Asked) -> Iterable[Row]:
    today = asked.now.astimezone(CITY_ZONE).date()
    rows = tasks.visible_to(asked.actor).filter(tasks.overdue(today)).order_by("due_on", "pk")
    return rows.values_list("lead_id", "pk")


def _instructions(asked: Asked) -> Iterable[Row]:
    rows = instructions.replies_to(asked.actor).filter(instructions.overdue(asked.now)).order_by("due_at", "pk")
    return rows.values_list("unit_id", "instruction_id")


def _cases(which: Callable[[datetime], Q], unit: str = "holder_id") -> Callable[[Asked], Iterable[Row]]:
    def collect(asked: Asked) -> Iterable[Row]:
        rows = cases.visible_cases(asked.actor).filter(which(asked.now))
        return rows.order_by("due_at", "pk").values_list(unit, "pk")

    return collect


def _flagged(_now: datetime) -> Q:
    return Q(flagged_at__isnull=False, state__in=CASE.open_states())


offer(Source("decisions", Label("上次议定、尚未办结", "Decided before, not done yet"), "task", _decisions))
offer(Source("tasks", Label("超期任务", "Overdue tasks"), "task", _tasks))
offer(Source("instructions", Label("批示超期未回复", "Instructions not answered"), "instruction", _instructions))
offer(Source("flagged", Label("督办中的案件", "Cases flagged for supervision"), "case", _cases(_flagged)))
offer(Source("overdue", Label("超期案件", "Overdue cases"), "case",
             _cases(lambda now: cases.with_status("overdue", now))))  # fmt: skip
offer(Source("arbitrating", Label("待仲裁的案件", "Cases to arbitrate"), "case",
             _cases(lambda _now: Q(state="arbitrating"), "arbiter_id")))  # fmt: skip
