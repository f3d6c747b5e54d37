"""Plans laid on the calendar: which weeks a task spans and how far it is, and which days a month's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def monday(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def weeks(first: date, count: int) -> list[date]:
    """So many Mondays from the week of ``first`` on."""
    begin = monday(first)
    return [begin + number * WEEK for number in range(count)]


@dataclass(frozen=True, slots=True)
class Plan:
    """From when to when something is planned (``first_due`` as promised at first, ``wanted`` as asked for now), and how
    many per cent are done."""

    start: date
    first_due: date
    due: date
    share: int = 0
    ended: date | None = None
    wanted: date | None = None

    @property
    def last(self) -> date:
        """The last day that it takes: the later of its dates, or the day on which it ended."""
        return max(self.first_due, self.due, self.ended or self.due)


def cells(plan: Plan, first: date, count: int) -> list[str]:
    """For each of ``count`` weeks from that of ``first`` on what the plan is in it: ``""`` nothing, ``done``, ``plan``
    (up to the first date), ``slip`` (beyond it) or ``wanted`` (beyond that: asked for and not granted yet). The share
    is laid along the way to the first date; what ended is done up to its last day, a slip still being seen as one."""
    begin, promised, last = monday(plan.start), monday(max(plan.first_due, plan.start)), monday(plan.last)
    planned = (promised - begin).days // 7 + 1
    done = planned if plan.ended else planned * plan.share // 100
    found = []
    for week in weeks(first, count):
        if begin < week and last < week <= monday(plan.wanted or plan.last):
            found.append("wanted")
        elif not begin <= week <= last:
            found.append("")
        elif week > promised:
            found.append("slip")
        else:
            found.append("done" if (week - begin).days // 7 < done else "plan")
    return found


def month_days(month: date) -> list[list[date]]:
    """The weeks of a month's page, Monday to Sunday, with the days of its neighbours that fill them."""
    first = month.replace(day=1)
    last = (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    begin = monday(first)
    count = ((monday(last) - begin).days // 7) + 1
    return [[begin + timedelta(days=7 * week + day) for day in range(7)] for week in range(count)]


def month_beside(month: date, step: int) -> date:
    """The first day of the month before (-1) or after (1)."""
    first = month.replace(day=1)
    return (first - DAY).replace(day=1) if step < 0 else (first.replace(day=28) + 4 * DAY).replace(day=1)
