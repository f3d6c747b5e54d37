"""Readings that are owed: which periods have ended without one, by when it was due, and how late it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.indicators.periods import before, due_on, ended, start_of
from chuangcheng.places import selectors as places
from chuangcheng.places.models import Division

#: Periods looked back: what was missing longer is no longer asked for every day.
BACK = {"month": 12, "quarter": 6, "year": 3}


@dataclass(frozen=True, slots=True)
class Owed:
    """A reading that is not there: of the whole city, or of a ``division`` where the definition asks for each district.
    ``late`` are the days since the due day (0 or less: not yet);
    ``in_doubt``: one was handed in and waits for confirmation."""

    indicator: Indicator
    period_start: date
    due_on: date
    late: int
    in_doubt: bool
    division: Division | None = None

    @property
    def is_late(self) -> bool:
        """Past its day, and nothing was handed in at all."""
        return self.late > 0 and not self.in_doubt


def owed(indicators: Iterable[Indicator], today: date) -> list[Owed]:
    """What is owed of these, the longest due first; four queries' worth at most."""
    rows = [row for row in indicators if row.source_unit_id is not None]
    districts = list(places.at_level("district")) if any(row.by_district for row in rows) else []
    there = _periods(Reading.objects.filter(indicator__in=rows))
    doubted = _periods(Doubt.objects.filter(state="waiting", indicator__in=rows))
    found = [
        Owed(row, start, due, (today - due).days, (start, of) in doubted[row.pk], division)
        for row in rows
        for start in asked(row, today)
        for division in (None, *(districts if row.by_district else ()))
        for of in (division.pk if division else None,)
        if (start, of) not in there[row.pk]
        for due in (due_on(row.frequency, start, row.due_days),)
    ]
    return sorted(found, key=lambda one: (one.due_on, one.indicator.code, one.division.code if one.division else ""))


def asked(indicator: Indicator, today: date) -> list[date]:
    """The ended periods whose reading is asked for, the oldest first; without a first period only the last one."""
    latest = before(indicator.frequency, start_of(indicator.frequency, today))
    first = indicator.asked_from or latest
    floor = latest
    for _ in range(BACK[indicator.frequency] - 1):
        floor = before(indicator.frequency, floor)
    last = indicator.valid_to
    periods = ended(indicator.frequency, max(first, floor), today)
    return [start for start in periods if last is None or start <= last]


def _periods(rows: QuerySet[Reading] | QuerySet[Doubt]) -> dict[UUID, set[tuple[date, UUID | None]]]:
    """The periods, and the division or None for the city, of each indicator of which there is one."""
    found: dict[UUID, set[tuple[date, UUID | None]]] = defaultdict(set)
    for indicator_id, start, division_id in rows.values_list("indicator_id", "period_start", "division_id").distinct():
        found[indicator_id].add((start, division_id))
    return found
