"""Addresses of the rows behind a figure: a report that is read years later still leads to them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(page: str, **query: object) -> str:
    """The address of a named page with its filters; empty where this house has no such page."""
    try:
        path = reverse(page)
    except NoReverseMatch:
        return ""
    given = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{path}?{urlencode(given)}" if given else path


def days(name: str, first: date, end: date) -> dict[str, str]:
    """The filters ``name_from`` and ``name_to``, both days included."""
    return {f"{name}_from": first.isoformat(), f"{name}_to": (end - timedelta(days=1)).isoformat()}
