"""Reading meetings: each starts from what the actor may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from chuangcheng.cases import instructions
from chuangcheng.cases import selectors as cases
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.meetings.agenda import sources, unanswered
from chuangcheng.meetings.kinds import Kind, current
from chuangcheng.meetings.models import AgendaItem, Decision, Meeting
from chuangcheng.meetings.policies import meeting_rows, runs
from chuangcheng.meetings.states import MEETING
from chuangcheng.tasks import selectors as tasks

#: Meetings that took place.
HELD = ("held", "minuted", "issued")
FATES: dict[str, Label] = {
    "done": Label("已办结", "Done"),
    "running": Label("在办", "Running"),
    "late": Label("超期", "Late"),
    "void": Label("已作废", "Void"),
    "noted": Label("未立任务", "No task yet"),
}


def visible_to(actor: Actor) -> QuerySet[Meeting]:
    """The meetings that the actor sees: convened by its unit, or called with a unit or person of its reach."""
    return Meeting.objects.filter(meeting_rows(actor))


def get_meeting_for(actor: Actor, meeting_id: UUID) -> Meeting:
    """One meeting with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related("unit__division", "chair", "previous")
    meeting = rows.filter(pk=meeting_id).first()
    if meeting is None:
        raise Refused("common.not_found")
    return meeting


def moves_for(actor: Actor, meeting: Meeting) -> list[Move]:
    """The buttons of a meeting's page; it cannot be held before its time."""
    if not runs(actor, meeting.unit):
        return []
    early = meeting.starts_at > clock.now()
    return [move for move in MEETING.moves_from(meeting.state) if not (early and move.name == "hold")]


def reads_minutes(actor: Actor, meeting: Meeting) -> bool:
    """Minutes and decisions are for everybody who sees the meeting once they are issued, before for who runs it."""
    return meeting.state == "issued" or runs(actor, meeting.unit)


def decisions_of(meeting: Meeting) -> list[Decision]:
    """What was decided, with what became of it."""
    return list(meeting.decisions.select_related("lead", "task").prefetch_related("supports"))


def asked_again(meeting: Meeting) -> list[Decision]:
    """For which decisions this meeting asks: all of the one before, and what is owed of those before that."""
    wanted = unanswered(meeting)
    if meeting.previous_id is not None:
        wanted |= Q(meeting=meeting.previous_id)
    rows = Decision.objects.filter(wanted, task__isnull=False).select_related("lead", "task", "meeting")
    return list(rows.order_by("meeting__starts_at", "place"))


@dataclass(frozen=True, slots=True)
class Behind:
    """A row behind an item as it stands now; ``kind`` is task, case or instruction."""

    kind: str
    id: UUID
    number: str
    state: str


def rows_behind(actor: Actor, items: Iterable[AgendaItem]) -> dict[UUID, list[Behind]]:
    """The rows of each item that the actor sees; one query a kind of row, however many items."""
    listed = [item for item in items if item.source in sources()]
    wanted: dict[str, set[str]] = defaultdict(set)
    for item in listed:
        wanted[sources()[item.source].kind].update(item.rows)
    seen: dict[str, QuerySet[Any]] = {
        "task": tasks.visible_to(actor), "case": cases.visible_cases(actor),
        "instruction": instructions.visible_to(actor),
    }  # fmt: skip
    found = {
        str(row.pk): Behind(kind, row.pk, row.number, row.get_state_display())
        for kind, ids in wanted.items()
        if kind in seen
        for row in seen[kind].filter(pk__in=ids).only("number", "state")
    }
    return {item.pk: [found[pk] for pk in item.rows if pk in found] for item in listed}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sessions of a kind took place, of how many planned for the year; decisions made there, and done."""

    kind: Kind
    held: int
    decisions: int
    done: int


def tallies(rows: QuerySet[Meeting], year: int) -> list[Tally]:
    """Sessions of a year by kind, in the kinds' order; two queries."""
    held = rows.filter(state__in=HELD, starts_at__year=year)
    counts = Counter(dict(held.order_by().values_list("kind").annotate(n=Count("pk"))))
    done = Count("pk", filter=Q(task__state__in=("struck_off", "upheld")))
    made = Decision.objects.filter(meeting__in=held.order_by().values("pk")).order_by().values("meeting__kind")
    decided = {row["meeting__kind"]: row for row in made.annotate(n=Count("pk"), done=done)}
    nothing = {"n": 0, "done": 0}
    return [
        Tally(kind, counts[code], (found := decided.get(code, nothing))["n"], found["done"])
        for code, kind in current().items()
    ]


def by_month(rows: QuerySet[Meeting], year: int) -> dict[str, list[int]]:
    """Sessions held in each month of a year, by kind."""
    held = rows.filter(state__in=HELD, starts_at__year=year).order_by()
    counts = held.annotate(month=TruncMonth("starts_at", tzinfo=CITY_ZONE)).values_list("kind", "month")
    found: dict[str, list[int]] = {}
    for kind, month, number in counts.annotate(n=Count("pk")):
        found.setdefault(kind, [0] * 12)[month.month - 1] = number
    return found


def between(rows: QuerySet[Meeting], first: datetime, end: datetime) -> list[Meeting]:
    """The meetings from ``first`` (included) to ``end`` (excluded), in time."""
    return list(rows.filter(starts_at__gte=first, starts_at__lt=end).order_by("starts_at", "pk"))


def fates(decisions: Sequence[Decision], today: date) -> Counter[str]:
    """How many of these decisions came to what."""
    return Counter(decision.fate(today) for decision in decisions)
