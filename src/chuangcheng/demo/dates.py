"""When the demo's history ends. Known before any home is opened, because the home's clock may depend on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE

MORNING = 8.5  # the demo ends at 08:30 of its last day: the clerk sits down


def ending(as_of: date) -> datetime:
    """The instant at which the demo's history ends."""
    midnight = datetime(as_of.year, as_of.month, as_of.day, tzinfo=CITY_ZONE)
    return midnight + timedelta(hours=MORNING)


def default_as_of() -> date:
    """Today, or yesterday before half past eight: no row may lie in the future."""
    now = clock.now().astimezone(CITY_ZONE)
    return now.date() if now >= ending(now.date()) else now.date() - timedelta(days=1)
