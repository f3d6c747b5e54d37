"""When something that comes back is due next."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

MONTHS = {"monthly": 1, "quarterly": 3}
RULES = ("weekly", *MONTHS)


def due_from(anchor: date, every: str, day: date) -> date:
    """The first due day not before ``day`` of what was first due on ``anchor``, weekly, monthly or quarterly.

    A day that a month lacks falls on its last one, and later months are not drawn forward by it. ValueError for
    another rule.
    """
    if every not in RULES:
        raise ValueError(f"no rule {every}")
    if day <= anchor:
        return anchor
    if every == "weekly":
        return anchor + timedelta(days=-(-(day - anchor).days // 7) * 7)
    step = MONTHS[every]
    number = ((day.year - anchor.year) * 12 + day.month - anchor.month) // step
    found = _months_later(anchor, number * step)
    return found if found >= day else _months_later(anchor, (number + 1) * step)


def due_before(anchor: date, every: str, due: date) -> date:
    """The due day before ``due``, or the anchor itself."""
    found, following = anchor, due_from(anchor, every, anchor + timedelta(days=1))
    while following < due:
        found, following = following, due_from(anchor, every, following + timedelta(days=1))
    return found


def _months_later(anchor: date, months: int) -> date:
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))
