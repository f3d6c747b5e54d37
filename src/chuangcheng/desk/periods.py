"""Filters by the city's days, with which the figures of reports lead to their rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.web.tables import Filter
from chuangcheng.web.tables.columns import Word


def midnight(day: str) -> datetime:
    """The instant at which the city's day ``YYYY-MM-DD`` begins; ValueError if it is no day, or one so far off that it
    has no neighbour in UTC (as the API's filters)."""
    found = date.fromisoformat(day)
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"{day} is no day of the city's")
    return datetime.combine(found, time(), CITY_ZONE)


def days_of(name: str, field: str, since: Word, until: Word) -> tuple[Filter, Filter]:
    """The filters ``name_from`` and ``name_to`` over the model's ``field``, both days included. They stand in the bar
    only while one is in use. What is no day finds nothing, rather than everything."""

    def starting(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        try:
            return rows.filter(**{f"{field}__gte": midnight(value)})
        except ValueError:
            return rows.none()

    def ending(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        try:
            return rows.filter(**{f"{field}__lt": midnight(value) + timedelta(days=1)})
        except ValueError:
            return rows.none()

    return (
        Filter(f"{name}_from", since, starting, kind="date", quiet=True),
        Filter(f"{name}_to", until, ending, kind="date", quiet=True),
    )
