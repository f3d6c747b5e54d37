"""The campaign's calendar: years of a cycle, phases, what runs and how long it is until the next. Days of the city."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chuangcheng.kernel.label import Label

#: Phases in the order of a year; upkeep follows the title.
PHASES: dict[str, Label] = {
    "decompose": Label("任务分解", "Break down"),
    "self_check": Label("自查", "Self-check"),
    "rehearse": Label("模拟测评", "Rehearsal"),
    "provincial": Label("省级测评", "Provincial assessment"),
    "national": Label("国家测评", "National assessment"),
    "look_back": Label("回头看", "Look back"),
    "upkeep": Label("常态化", "Upkeep"),
}
When = Literal["ahead", "now", "past"]


@dataclass(frozen=True, slots=True)
class Span:
    """One phase: both days are included."""

    key: str
    year: int
    kind: str
    from_on: date
    to_on: date

    def when(self, day: date) -> When:
        """How it stands on that day."""
        if day < self.from_on:
            return "ahead"
        return "now" if day <= self.to_on else "past"


def months_on(start: date, months: int) -> date:
    """The same day so many months on (or back), at most the last of the month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def year_of(starts_on: date, years: int, day: date) -> int | None:
    """Which year of the cycle the day lies in, from 1; None before and after it."""
    if day < starts_on:
        return None
    for year in range(1, years + 1):
        if day < months_on(starts_on, 12 * year):
            return year
    return None


def running(spans: Iterable[Span], day: date) -> Span | None:
    """The phase of that day; where several run, the one begun last (of those the one that ends first)."""
    now = [span for span in spans if span.when(day) == "now"]
    return min(now, key=lambda span: (-span.from_on.toordinal(), span.to_on, span.key), default=None)


def coming(spans: Iterable[Span], day: date, kind: str = "") -> Span | None:
    """The next phase to begin after that day, of a kind or of any."""
    ahead = [span for span in spans if span.when(day) == "ahead" and kind in ("", span.kind)]
    return min(ahead, key=lambda span: (span.from_on, span.to_on, span.key), default=None)


def days_left(day: date, until: date) -> int:
    """Days from that day until a date; 0 once it has come."""
    return max((until - day).days, 0)
