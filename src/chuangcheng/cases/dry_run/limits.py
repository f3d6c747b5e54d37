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
from django.db.models import CharField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from chuangcheng.cases.dry_run.period import Period
from chuangcheng.cases.models import Case
from chuangcheng.cases.status import RUNNING
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.time_rules import DEFAULT, Limit
from chuangcheng.history.models import Event
from chuangcheng.kernel.calendar import CALENDAR, Pause, TimeUnit
from chuangcheng.kernel.calendar_many import Micros, ends, micros, moment
from chuangcheng.people.models import Unit

_NEVER = -1
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


def _as_stored(name: str) -> ExpressionWrapper[Any]:
    """A column as the driver gives it: Django's own conversion of a hundred thousand rows takes longer than all the
    rest."""
    return ExpressionWrapper(F(name), output_field=CharField())


_WHO = Coalesce(*_WHOSE, output_field=CharField())
_STORED = {f"stored_{name}": _as_stored(name) for name in ("filed_at", "due_at", "handled_at")} | {"who": _WHO}
_VALUES = ("number", *_STORED, "state", "extension_count", *_KIND)


@dataclass(slots=True)
class _Rows:
    """Columns of cases that get one limit."""

    numbers: list[str]
    filed: Micros
    due: Micros
    handled: Micros
    who: list[Any]
    running: NDArray[np.bool_]
    extensions: list[int]
    categories: list[str]

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]]) -> _Rows:
        """Columns of rows of :data:`_VALUES`."""
        number, filed, due, handled, who, state, extensions, category, _, _ = zip(*rows, strict=True)
        return cls(
            list(number), _times(filed), _times(due), _times(handled), list(who),
            np.array([each in RUNNING for each in state]), list(extensions), [each or "" for each in category],
        )  # fmt: skip


def _times(stored: Sequence[datetime | None]) -> Micros:
    """Microseconds; :data:`_NEVER` for none. SQLite's times come without a zone and mean UTC."""
    plain = [each.astimezone(UTC).replace(tzinfo=None) if each and each.tzinfo else each for each in stored]
    found = np.array(plain, "datetime64[us]")
    return np.where(np.isnat(found), _NEVER, found.astype(np.int64))


def _reckon(trial: Trial, cases: QuerySet[Case], anew: dict[Kind, Clock], now: datetime) -> None:
    """Reckon the cases of these kinds anew, all of one limit at once."""
    found = defaultdict[Clock, list[tuple[Any, ...]]](list)
    for row in cases.annotate(**_STORED).values_list(*_VALUES).iterator(chunk_size=5000):
        clock = anew.get((row[-3] or "", row[-2], row[-1]))
        if clock is not None:
            found[clock].append(row)
    stories = _stories(trial.period)
    for (amount, name), listed in found.items():
        rows, unit = _Rows.of(listed), cast(TimeUnit, name)
        after = ends(rows.filed, amount, unit)
        for index, (number, extensions) in enumerate(zip(rows.numbers, rows.extensions, strict=True)):
            if extensions or number in stories:
                start, pauses = stories.get(number, (None, []))
                begun = start or moment(rows.filed[index])
                after[index] = _at(CALENDAR.add(begun, amount * (1 + extensions), unit, pauses).at)
        _judge(trial, rows, after, now)


def _at(moment: datetime) -> int:
    return int(micros([moment])[0])


def _judge(trial: Trial, rows: _Rows, after: Micros, now: datetime) -> None:
    before, handled = rows.due, rows.handled != _NEVER
    # What is not handled yet is known only once its limit has passed.
    until = np.where(handled, rows.handled, np.where(rows.running, _at(now), _NEVER))
    late_before, late_after = until > before, until > after
    facts = [
        np.ones(len(before), bool), after < before, after > before,
        handled & ~late_before, late_before, handled & ~late_after, late_after,
    ]  # fmt: skip
    keys, groups = _grouped(list(zip(rows.categories, rows.who, strict=True)))
    counts = [np.bincount(groups, fact, len(keys)).astype(int).tolist() for fact in facts]
    for (category, unit), *tally in zip(keys, *counts, strict=True):
        trial.count(category, unit, Tally(*tally))
    for index in np.flatnonzero(late_before != late_after).tolist():
        category, unit = keys[groups[index]]
        times = (moment(before[index]), moment(after[index]), moment(rows.handled[index]) if handled[index] else None)
        trial.fates.append(Fate(rows.numbers[index], category, unit, *times, bool(late_after[index])))


def _grouped(rows: Sequence[tuple[str, Any]]) -> tuple[list[tuple[str, UUID | None]], list[int]]:
    """The different keys, and for each row which one is its."""
    known: dict[tuple[str, Any], int] = {}
    found = [known.setdefault(row, len(known)) for row in rows]
    return [(category, UUID(str(who)) if who else None) for category, who in known], found


def _stories(period: Period) -> dict[str, tuple[datetime | None, list[Pause]]]:
    """Of the cases that were reopened or suspended, by number: when they began anew (None: never) and their pauses."""
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
    numbers = Case.objects.in_bulk(list(known))
    return {numbers[subject].number: story for subject, story in known.items() if subject in numbers}
