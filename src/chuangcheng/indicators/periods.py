"""Periods of readings: months, quarters, years; their names, and when a reading of one is owed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta

#: Days after the end of a period in which its reading is handed in, where the indicator names none.
DUE_DAYS = {"month": 10, "quarter": 15, "year": 31}
_QUARTERS = "一二三四"
_YEAR = r"(?:(?P<y>(?:19|20)\d\d)\s*[年./-]?)?\s*"
_FORMS = {
    "quarter": re.compile(_YEAR + r"(?:第?(?P<q>[1-4一二三四])\s*季度?|[Qq](?P<Q>[1-4]))"),
    "month": re.compile(_YEAR + r"(?P<m>1[0-2]|0?[1-9])(?:月份?|(?<=\d{6})|(?<=[./-]\d)|(?<=[./-]\d\d))"),
    "year": re.compile(r"(?P<y>(?:19|20)\d\d)\s*年?度?"),
}
_DAY = re.compile(r"(?P<y>(?:19|20)\d\d)[年./-](?P<m>1[0-2]|0?[1-9])[月./-](?P<d>[0-3]?\d)日?")


def start_of(frequency: str, day: date) -> date:
    """The first day of the period that ``day`` lies in; ValueError for an unknown frequency."""
    if frequency == "month":
        return day.replace(day=1)
    if frequency == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if frequency == "year":
        return date(day.year, 1, 1)
    raise ValueError(f"unknown frequency: {frequency}")


def name_of(frequency: str, start: date) -> str:
    """How offices write the period: 2026年9月, 2026年第3季度, 2026年."""
    if frequency == "month":
        return f"{start.year}年{start.month}月"
    if frequency == "quarter":
        return f"{start.year}年第{(start.month + 2) // 3}季度"
    return f"{start.year}年"


def following(frequency: str, start: date) -> date:
    """The first day of the period after the one that begins on ``start``."""
    return start_of(frequency, start + timedelta(days={"month": 32, "quarter": 95, "year": 367}[frequency]))


def before(frequency: str, start: date) -> date:
    """The first day of the period before."""
    return start_of(frequency, start - timedelta(days=1))


def due_on(frequency: str, start: date, days: int | None) -> date:
    """The last day on which the period's reading is handed in: so many days after the period's last day."""
    return following(frequency, start) + timedelta(days=(DUE_DAYS[frequency] if days is None else days) - 1)


def ended(frequency: str, first: date, today: date) -> Iterator[date]:
    """The periods from the one in which ``first`` lies that have ended by ``today``, the oldest first."""
    start = start_of(frequency, first)
    while (upcoming := following(frequency, start)) <= today:
        yield start
        start = upcoming


def read_period(given: object, year: int | None = None) -> tuple[str, date] | None:
    """What a cell or a header names: the frequency and the first day; None for anything else.

    Understood: a date (its month), ``2026年8月``, ``2026-08``, ``202608``, ``2026年第3季度``, ``2026Q3``, ``三季度``,
    ``8月`` (these two within ``year``), ``2026年``, ``2026-08-15`` (its month). A name without a year is nothing where
    ``year`` is not told.
    """
    if isinstance(given, datetime | date):
        return "month", date(given.year, given.month, 1)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    text = unicodedata.normalize("NFKC", str(given or "")).replace(" ", "")
    if match := _DAY.fullmatch(text):
        return "month", date(int(match["y"]), int(match["m"]), 1)
    for frequency, form in _FORMS.items():
        match = form.fullmatch(text)
        if match is None or not (match["y"] or year):
            continue
        named = int(match["y"] or year or 0)
        if frequency == "year":
            return frequency, date(named, 1, 1)
        parts = match.groupdict()
        if frequency == "month":
            return frequency, date(named, int(parts["m"] or 1), 1)
        word = parts["q"] or parts["Q"] or "1"
        quarter = _QUARTERS.index(word) + 1 if word in _QUARTERS else int(word)
        return frequency, date(named, 3 * quarter - 2, 1)
    return None
