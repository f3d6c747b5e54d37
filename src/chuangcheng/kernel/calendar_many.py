"""The working calendar for very many limits at once: the same answers as :meth:`WorkCalendar.add`, without pauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.calendar import CALENDAR, TimeUnit, WorkCalendar

_SECOND = 1_000_000
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_HALF = 4 * _HOUR
_WORK_DAY = 2 * _HALF
_MORNING, _AFTERNOON = 8 * _HOUR, 14 * _HOUR
_OFFSET = 8 * _HOUR  # Asia/Shanghai
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_SPARE = timedelta(days=400)  # beyond the last working day that a limit needs, holidays and all

Micros = NDArray[np.int64]


def micros(moments: Sequence[datetime]) -> Micros:
    """Aware times as microseconds since 1970."""
    one = timedelta(microseconds=1)
    return np.fromiter(((moment - _EPOCH) // one for moment in moments), np.int64, len(moments))


def moment(at: int) -> datetime:
    """The inverse of :func:`micros`, for one."""
    return _EPOCH + timedelta(microseconds=int(at))


def ends(starts: Micros, amount: Decimal, unit: TimeUnit, calendar: WorkCalendar = CALENDAR) -> Micros:
    """When ``amount`` of ``unit`` has run since each start, in microseconds.

    Each is exactly what ``calendar.add`` says; only a limit of nothing (``amount`` 0) is not answered: ValueError.
    """
    if amount <= 0:
        raise ValueError("a limit lasts longer than nothing")
    left = int(amount * (_WORK_DAY if unit == "work_days" else _HOUR))
    if unit == "urgent_hours" or not len(starts):
        return starts + left
    days = _working_days(starts, left, calendar)
    local = starts + _OFFSET
    ordinal, within = local // _DAY, local % _DAY
    place = np.searchsorted(days, ordinal)
    is_working = days[np.minimum(place, len(days) - 1)] == ordinal
    ran = np.clip(within - _MORNING, 0, _HALF) + np.clip(within - _AFTERNOON, 0, _HALF)
    worked = place * _WORK_DAY + np.where(is_working, ran, 0) + left
    index, rest = (worked - 1) // _WORK_DAY, (worked - 1) % _WORK_DAY + 1
    inside = np.where(rest <= _HALF, _MORNING + rest, _AFTERNOON + rest - _HALF)
    return np.asarray(days[index] * _DAY + inside - _OFFSET, np.int64)


def _working_days(starts: Micros, left: int, calendar: WorkCalendar) -> Micros:
    """Days since 1970 on which offices work, from the first start to beyond the last end."""
    first = _EPOCH_DAY + timedelta(days=int((starts.min() + _OFFSET) // _DAY))
    last = _EPOCH_DAY + timedelta(days=int((starts.max() + _OFFSET) // _DAY)) + _SPARE
    last += timedelta(days=2 * (left // _WORK_DAY))
    span = range((first - _EPOCH_DAY).days, (last - _EPOCH_DAY).days)
    return np.array([day for day in span if calendar.is_workday(_EPOCH_DAY + timedelta(days=day))], np.int64)
