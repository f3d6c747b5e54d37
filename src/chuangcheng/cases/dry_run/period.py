"""The cases that rules are tried on: the last whole quarter, or the ninety days up to now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE

DAYS = 90
PERIODS = ("quarter", "days")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` up to, not including, ``until``."""

    name: str
    since: datetime
    until: datetime

    def cases(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        """Those filed within it that count at all."""
        return rows.filter(filed_at__gte=self.since, filed_at__lt=self.until).exclude(state__in=UNCOUNTED)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"period": self.name, "since": self.since.isoformat(), "until": self.until.isoformat()}


def period_of(name: str, now: datetime | None = None) -> Period:
    """``quarter``: the last whole calendar quarter in the city's zone; anything else: the last :data:`DAYS` days."""
    now = now or clock.now()
    if name != "quarter":
        return Period("days", now - timedelta(days=DAYS), now)
    local = now.astimezone(CITY_ZONE)
    start = local.replace(month=local.month - (local.month - 1) % 3, day=1, hour=0, minute=0, second=0, microsecond=0)
    before = start - timedelta(days=1)
    since = start.replace(year=before.year, month=before.month - (before.month - 1) % 3)
    return Period("quarter", since, start)
