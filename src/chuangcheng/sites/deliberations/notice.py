"""How long a notice must be up. Days are counted as the Civil Code counts them: the day it is put up does not count
(article 201), and a period that would end on a day off ends on the next working day (article 203)."""

from __future__ import annotations

from datetime import date, timedelta

from chuangcheng.kernel.calendar import CALENDAR, WorkCalendar


def last_day(put_up: date, days: int, calendar: WorkCalendar = CALENDAR) -> date:
    """The last day of a notice of ``days`` days that is put up on ``put_up``."""
    if days < 1:
        raise ValueError("a notice is up for a day at least")
    last = put_up + timedelta(days=days)
    while not calendar.is_workday(last):
        last += timedelta(days=1)
    return last


def is_over(last: date | None, today: date) -> bool:
    """Whether the whole of the last day has passed."""
    return last is not None and today > last
