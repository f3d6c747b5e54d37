"""A changed set of time limits, tried on past cases: which would have been due earlier or later, and whether the work
that was done would have been on time. Nothing is written.

A case is reckoned anew only where the set gives it another limit than the version that made its deadline. Extensions
are worth the new limit again; a case that was reopened counts from then, and pauses stop the clock as they did.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast
from uuid import UUID

import numpy as np
from django.db.models import Count, F, Q, QuerySet

from chuangcheng.cases.dry_run.period import Period
from chuangcheng.cases.models import Case
from chuangcheng.cases.status import RUNNING
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.time_rules import DEFAULT, Limit
from chuangcheng.history.models import Event
from chuangcheng.kernel.calendar import CALENDAR, Pause, TimeUnit
from chuangcheng.kernel.calendar_many import Micros, ends, micros, moment
from chuangcheng.people.models import Unit

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Clock = tuple[Decimal, str]
Kind = tuple[str, str, str]  # category code, filing condition, the rule that made the deadline


@dataclass(slots=True)
class Tally:
    """Counts of cases before and after. On time and late are of those whose fate is known by now."""

    cases: int = 0
    earlier: int = 0
    later: int = 0
    on_time_before: int = 0
    late_before: int = 0
    on_time_after: int = 0
    late_after: int = 0

    def add(self, other: Tally) -> None:
        """Take another tally in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def share_before(self) -> Fraction | None:
        """On time of what was known, as it was."""
        return _share(self.on_time_before, self.late_before)

    @property
    def share_after(self) -> Fraction | None:
        """On time of what would be known, under the set."""
        return _share(self.on_time_after, self.late_after)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, shares as floats."""
        counts = {name: getattr(self, name) for name in self.__slots__}
        shares = {"on_time_share_before": self.share_before, "on_time_share_after": self.share_after}
        return counts | {name: None if share is None else float(share) for name, share in shares.items()}


def _share(good: int, bad: int) -> Fraction | None:
    return Fraction(good, good + bad) if good + bad else None


@dataclass(frozen=True, slots=True)
class Fate:
    """A case that would have ended otherwise: late instead of on time, or the other way round."""

    case_id: UUID
    number: str
    category: str
    unit_id: UUID | None
    due_before: datetime
    due_after: datetime
    handled_at: datetime | None
    late_after: bool


@dataclass(slots=True)
class Trial:
    """What came out, in all, by category code and by unit (None: nobody's), and the cases whose fate changes."""

    period: Period
    whole: Tally = field(default_factory=Tally)
    by_category: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_unit: dict[UUID | None, Tally] = field(default_factory=lambda: defaultdict(Tally))
    fates: list[Fate] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, category: str, unit: UUID | None, tally: Tally) -> None:
        """Add a tally wherever it belongs."""
        for each in (self.whole, self.by_category[category], self.by_unit[unit]):
            each.add(tally)

    def as_json(self, fates: int = 100) -> dict[str, Any]:
        """Plain JSON with the first ``fates`` cases."""
        names = dict(Unit.objects.values_list("pk", "code"))
        return {
            **self.period.as_json(),
            **self.whole.as_json(),
            "changed_fate": len(self.fates),
            "by_category": {code: tally.as_json() for code, tally in sorted(self.by_category.items())},
            "by_unit": {names.get(unit, "") if unit else "": tally.as_json() for unit, tally in self.by_unit.items()},
            "changed": [
                {"number": fate.number, "due_before": fate.due_before.isoformat(),
                 "due_after": fate.due_after.isoformat(), "late_after": fate.late_after}
                for fate in self.fates[:fates]
            ],
            "seconds": round(self.seconds, 2),
        }  # fmt: skip


def try_limits(rows: QuerySet[Case], limits: Iterable[Limit], period: Period, now: datetime) -> Trial:
    """Try ``limits`` on the cases of ``rows`` (a selector's queryset) that were filed in the period."""
    began = time.monotonic()
    table = {limit.key: limit for limit in limits}
    trial, anew = Trial(period), dict[Kind, Clock]()
    cases = period.cases(rows).filter(due_at__isnull=False).order_by()
    for group in _groups(cases, now):
        kind = _kind(group)
        clock = _clock(table, *kind[:2])
        if clock is None or clock == _made_by(*kind):
            good, bad = group["good"], group["bad"]
            trial.count(kind[0], _holder(group), Tally(group["n"], 0, 0, good, bad, good, bad))
        else:
            anew[kind] = clock
    if anew:
        _reckon(trial, cases.filter(due_rule__in={rule for _, _, rule in anew}), anew, now)
    trial.fates.sort(key=lambda fate: fate.number)
    trial.seconds = time.monotonic() - began
    return trial


_KIND = ("category__code", "condition", "due_rule")
_WHOSE = ("handled_unit_id", "holder_id", "responsible_id")


def _groups(cases: QuerySet[Case], now: datetime) -> list[dict[str, Any]]:
    """Counted by the database, so that only cases with another limit are looked at one by one."""
    on_time = Q(handled_at__lte=F("due_at"))
    late = Q(handled_at__gt=F("due_at")) | Q(handled_at=None, state__in=RUNNING, due_at__lt=now)
    counted = {"n": Count("pk"), "good": Count("pk", filter=on_time), "bad": Count("pk", filter=late)}
    return list(cases.values(*_KIND, *_WHOSE).annotate(**counted))


def _kind(row: dict[str, Any]) -> Kind:
    return row["category__code"] or "", row["condition"], row["due_rule"]


def _clock(table: dict[tuple[str, str], Limit], category: str, condition: str) -> Clock | None:
    """The limit by the same rule as :func:`framework.selectors.time_rule`; None where the set has none."""
    for name in (condition, DEFAULT):
        for length in range(len(category), -1, -1):
            limit = table.get((category[:length], name))
            if limit is not None:
                return limit.amount, limit.unit
    return None


def _made_by(category: str, condition: str, rule: str) -> Clock:
    made = framework.time_rule_version(rule) or framework.time_rule(category, condition)
    return made.amount, made.unit


def _holder(case: dict[str, Any]) -> UUID | None:
    found = case["handled_unit_id"] or case["holder_id"] or case["responsible_id"]
    return cast(UUID | None, found)


_VALUES = ("pk", "number", "filed_at", "due_at", "handled_at", "state", "extension_count", *_WHOSE, *_KIND)
_EXTENDED = _VALUES.index("extension_count")
_FIRST_OF_WHOSE = _VALUES.index(_WHOSE[0])


def _reckon(trial: Trial, cases: QuerySet[Case], anew: dict[Kind, Clock], now: datetime) -> None:
    """Reckon the cases of these kinds anew, all of one limit at once."""
    found = defaultdict[Clock, list[Any]](list)
    for row in cases.values_list(*_VALUES).iterator(chunk_size=5000):
        clock = anew.get((row[-3] or "", row[-2], row[-1]))
        if clock is not None:
            found[clock].append(row)
    stories = _stories(trial.period)
    for (amount, unit), rows in found.items():
        filed = [row[2] for row in rows]
        after = ends(micros(filed), amount, cast(TimeUnit, unit))
        for index, row in enumerate(rows):
            if row[_EXTENDED] or row[0] in stories:
                start, pauses = stories.get(row[0], (None, []))
                whole = amount * (1 + row[_EXTENDED])
                after[index] = _at(CALENDAR.add(start or row[2], whole, cast(TimeUnit, unit), pauses).at)
        _judge(trial, rows, after, now)


def _at(moment: datetime) -> int:
    return int(micros([moment])[0])


def _judge(trial: Trial, rows: Sequence[Any], after: Micros, now: datetime) -> None:
    before = micros([row[3] for row in rows])
    at_now = _at(now)
    ended = micros([row[4] or _NEVER for row in rows])
    handled = np.array([row[4] is not None for row in rows])
    running = np.array([row[5] in RUNNING for row in rows])
    # What is not handled yet is known only once its limit has passed.
    until = np.where(handled, ended, np.where(running, at_now, 0))
    late_before, late_after = until > before, until > after
    facts = [
        np.ones(len(rows), bool), after < before, after > before,
        handled & ~late_before, late_before, handled & ~late_after, late_after,
    ]  # fmt: skip
    keys, groups = _grouped([(row[-3] or "", _first(row)) for row in rows])
    counts = [np.bincount(groups, fact, len(keys)).astype(int).tolist() for fact in facts]
    for (category, unit), *tally in zip(keys, *counts, strict=True):
        trial.count(category, unit, Tally(*tally))
    for index in np.flatnonzero(late_before != late_after).tolist():
        row, (category, unit) = rows[index], keys[groups[index]]
        late = bool(late_after[index])
        trial.fates.append(Fate(row[0], row[1], category, unit, row[3], moment(after[index]), row[4], late))


def _first(row: Sequence[Any]) -> UUID | None:
    """Whose the case is: who handled it, else who holds it, else who answers for it."""
    place = _FIRST_OF_WHOSE
    return cast(UUID | None, row[place] or row[place + 1] or row[place + 2])


def _grouped(keys: Sequence[tuple[str, UUID | None]]) -> tuple[list[tuple[str, UUID | None]], list[int]]:
    """The different keys, and for each row which one is its."""
    known: dict[tuple[str, UUID | None], int] = {}
    found = [known.setdefault(key, len(known)) for key in keys]
    return list(known), found


def _stories(period: Period) -> dict[UUID, tuple[datetime | None, list[Pause]]]:
    """Of the cases that were reopened or suspended: when they began anew (None: never) and their pauses."""
    known: dict[UUID, tuple[datetime | None, list[Pause]]] = {}
    paused: dict[UUID, datetime] = {}
    moves = ("case.reopened", "case.suspended", "case.resumed")
    events = Event.objects.filter(action__in=moves, happened_at__gte=period.since, subject_kind="case")
    for subject, action, at in events.order_by("id").values_list("subject_id", "action", "happened_at"):
        start, pauses = known.get(subject, (None, []))
        if action == "case.reopened":
            start, pauses = at, []
        elif action == "case.suspended":
            paused[subject] = at
        elif subject in paused:
            pauses = [*pauses, Pause(paused.pop(subject), at)]
        known[subject] = (start, pauses)
    return known
