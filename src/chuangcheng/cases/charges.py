"""Whose time it was: the running time of a case, charged to the unit that held it, step by step from its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, cast
from uuid import UUID

from chuangcheng.cases.deadlines import rule_of
from chuangcheng.cases.models import Case
from chuangcheng.cases.status import RUNNING
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.calendar import CALENDAR, TimeUnit

Work = Literal["dispatch", "handle", "verify"]


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end`` somebody owed a step: ``unit`` None for the office that dispatches and verifies."""

    work: Work
    unit: UUID | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """What a unit used of the clock, in the unit of time of the case's limit."""

    work: Work
    unit: UUID | None
    amount: Decimal


def charges(case: Case, now: datetime, events: Iterable[Event] | None = None) -> list[Charge]:
    """The time used by each unit, in the order in which they first held the case; suspensions are nobody's time.
    ``events`` is the case's history where the caller has read it."""
    unit = cast(TimeUnit, rule_of(case).unit)
    used: dict[tuple[Work, UUID | None], Decimal] = {}
    for span in spans(events_of("case", case.pk) if events is None else events, now):
        key = (span.work, span.unit)
        used[key] = used.get(key, Decimal(0)) + CALENDAR.elapsed(span.start, span.end, unit)
    return [Charge(work, holder, amount) for (work, holder), amount in used.items()]


def spans(events: Iterable[Event], now: datetime) -> Iterator[Span]:
    """The steps of a chain, first to last, the one that runs until ``now`` included. They neither overlap nor leave a
    gap other than suspensions and the time after the end."""
    state, holder, since = "", None, now
    for event in events:
        changed = event.after
        if "state" not in changed and "holder_id" not in changed:
            continue
        yield from _span(state, holder, since, event.happened_at)
        state = changed.get("state", state)
        if "holder_id" in changed:
            holder = UUID(changed["holder_id"]) if changed["holder_id"] else None
        since = event.happened_at
    yield from _span(state, holder, since, now)


def _span(state: str, holder: UUID | None, start: datetime, end: datetime) -> Iterator[Span]:
    if end <= start:
        return
    if state in RUNNING:
        yield Span("handle" if holder else "dispatch", holder, start, end)
    elif state in ("handled", "verified"):
        yield Span("verify", None, start, end)
