"""The clock of the field: 工作时, 工作日 and 紧急工作时.

工作时 runs 08–12 and 14–18 on working days, 1 工作日 = 8 工作时, 紧急工作时 runs round the clock (the usual rules of
digital city management). Legal holidays and make-up working days come from ``chinese_calendar``. A year whose notice
is not known yet is answered with weekends and fixed holidays, and every deadline that touches it is provisional.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal

import chinese_calendar

TimeUnit = Literal["urgent_hours", "work_hours", "work_days"]

# Microseconds: whole numbers keep adding and measuring exact inverses of each other.
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_HALF = 4 * _HOUR
_WORK_DAY = 2 * _HALF
_MORNING, _AFTERNOON = 8 * _HOUR, 14 * _HOUR  # openings, local time of day
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_OFFSET = 8 * _HOUR  # Asia/Shanghai has known no other offset since 1991
_FIXED_HOLIDAYS = frozenset([(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))])


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant (UTC); ``provisional`` when the way to it touches a year whose holidays are not known yet."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """A time from ``start`` until ``end`` (aware) in which the clock stands still."""

    start: datetime
    end: datetime


class WorkCalendar:
    """Legal holidays, plus a city's own days off and days of work; these win over the law's, work over off."""

    def __init__(self, extra_off: frozenset[date] = frozenset(), extra_work: frozenset[date] = frozenset()) -> None:
        self._off, self._work = extra_off, extra_work
        self._years: dict[int, list[int]] = {}

    def is_known(self, year: int) -> bool:
        """Whether the official notice of that year's holidays is loaded."""
        return year in _known_years()

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``. Never raises; for unknown years see above."""
        days, place = self._place(day.toordinal())
        return place < len(days) and days[place] == day.toordinal()

    def add(self, start: datetime, amount: Decimal, unit: TimeUnit, pauses: Sequence[Pause] = ()) -> Deadline:
        """When ``amount`` of ``unit`` has run since ``start`` (aware), pauses not counted.

        工作时 and 工作日 that start outside working time begin at the next opening and end within it, 12:00 and 18:00
        included. Raises ValueError for a naive time, a negative amount or an end beyond the year 9999.
        """
        if amount < 0:
            raise ValueError("a time limit cannot be negative")
        begin, left = _micros(start), int(amount * (_WORK_DAY if unit == "work_days" else _HOUR))
        at, since = self._run(begin, left, unit), begin
        for stop, resume in _merged(pauses):
            if resume <= since:
                continue
            if at <= stop:
                break
            left -= self._ran(since, max(stop, since), unit)
            since = resume
            at = self._run(since, left, unit)
        end = _moment(at)
        years = range(_year_of(begin), _year_of(at) + 1) if unit != "urgent_hours" else ()
        return Deadline(end, not all(map(self.is_known, years)))

    def elapsed(self, start: datetime, end: datetime, unit: TimeUnit, pauses: Sequence[Pause] = ()) -> Decimal:
        """How much of ``unit``'s clock ran from ``start`` to ``end``: hours, or days of 8 hours for ``work_days``.

        0 when ``end`` is not after ``start``. Raises ValueError for a naive time.
        """
        ran = sum(self._ran(a, b, unit) for a, b in _without(_micros(start), _micros(end), _merged(pauses)))
        return Decimal(ran) / (_WORK_DAY if unit == "work_days" else _HOUR)

    def _run(self, since: int, left: int, unit: TimeUnit) -> int:
        """The earliest instant at which the unit's clock has run ``left`` since ``since``."""
        if unit == "urgent_hours":
            return since + left
        year = _year_of(since)
        if left == 0 and self._is_open(since):
            return since
        # One more microsecond and back: with nothing left to run this finds the opening, not the last closing.
        probe = max(left, 1)
        return self._instant(year, self._worked(year, since) + probe) - (probe - left)

    def _ran(self, start: int, end: int, unit: TimeUnit) -> int:
        if unit == "urgent_hours":
            return end - start
        year = _year_of(start)
        return self._worked(year, end) - self._worked(year, start)

    def _worked(self, base: int, at: int) -> int:
        """Working time between the beginning of the year ``base`` and ``at``."""
        ordinal, within = _local(at)
        days, place = self._place(ordinal)
        full = sum(len(self._days(year)) for year in range(base, date.fromordinal(ordinal).year)) + place
        is_working = place < len(days) and days[place] == ordinal
        return full * _WORK_DAY + (_worked_within(within) if is_working else 0)

    def _instant(self, year: int, worked: int) -> int:
        """The inverse of :meth:`_worked`: the earliest instant by which ``worked`` (> 0) has run."""
        index, rest = divmod(worked - 1, _WORK_DAY)
        while index >= len(days := self._days(year)):
            index -= len(days)
            year += 1
        rest += 1
        within = _MORNING + rest if rest <= _HALF else _AFTERNOON + rest - _HALF
        return (days[index] - _EPOCH_ORDINAL) * _DAY + within - _OFFSET

    def _is_open(self, at: int) -> bool:
        ordinal, within = _local(at)
        days, place = self._place(ordinal)
        in_hours = _MORNING <= within <= _MORNING + _HALF or _AFTERNOON <= within <= _AFTERNOON + _HALF
        return in_hours and place < len(days) and days[place] == ordinal

    def _place(self, ordinal: int) -> tuple[list[int], int]:
        days = self._days(date.fromordinal(ordinal).year)
        return days, bisect_left(days, ordinal)

    def _days(self, year: int) -> list[int]:
        """The ordinals of the year's working days, in order."""
        days = self._years.get(year)
        if days is None:
            if year > date.max.year:
                raise ValueError("the time limit ends beyond the calendar")
            days = self._years[year] = [day.toordinal() for day in _all_days(year) if self._works(day)]
        return days

    def _works(self, day: date) -> bool:
        return day in self._work or (day not in self._off and _by_law(day))


@cache
def _known_years() -> frozenset[int]:
    # A year counts as known when its autumn is: the notice of one year may already name days of the next January.
    return frozenset(day.year for day in chinese_calendar.constants.holidays if day.month == 10)


def _by_law(day: date) -> bool:
    if day.year in _known_years():
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS


def _all_days(year: int) -> Iterator[date]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return map(date.fromordinal, range(first, last + 1))


def _worked_within(within: int) -> int:
    """Working time of a working day that is over at the local time of day ``within``."""
    return min(max(within - _MORNING, 0), _HALF) + min(max(within - _AFTERNOON, 0), _HALF)


def _micros(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("the calendar takes aware times")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError as error:
        raise ValueError("the time limit ends beyond the calendar") from error


def _local(micros: int) -> tuple[int, int]:
    """The city's day as an ordinal, and the microseconds of that day."""
    days, within = divmod(micros + _OFFSET, _DAY)
    return days + _EPOCH_ORDINAL, within


def _year_of(micros: int) -> int:
    return date.fromordinal(_local(micros)[0]).year


def _merged(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    """The pauses as microseconds, in order, without overlaps; one that ends before it starts is none."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((_micros(pause.start), _micros(pause.end)) for pause in pauses):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _without(start: int, end: int, stops: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of ``start``–``end`` outside of the stops."""
    for stop, resume in stops:
        if resume > start and stop < end:
            if stop > start:
                yield start, stop
            start = resume
    if start < end:
        yield start, end


CALENDAR = WorkCalendar()
"""The law's calendar, without a city's own days."""
