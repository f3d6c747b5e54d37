"""Values as the standard writes them: W3C times with a zone, decimal degrees, lists parted by commas.

A parameter that is empty counts as one that was not sent. Readers note what is wrong in ``faults`` and go on, so that
a client learns everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused

#: Times before and after this are slips, and arithmetic with them could overflow.
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOST_VALUES = 200
# A plus sign that was not escaped in an address arrives as a blank.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+\- ]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{0,17})?", re.ASCII)


class Values:
    """The parameters of one request, and what is wrong with them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.faults: list[Refused] = []

    def text(self, name: str, most: int | None = None) -> str:
        """The value, trimmed; noted when longer than ``most`` or not sent as UTF-8."""
        value = self._given.get(name, "").strip()
        if "\ufffd" in value or "\0" in value:
            self.note("open311.not_utf8", name=name)
            return ""
        if most is not None and len(value) > most:
            self.note("open311.too_long", name=name, most=most)
        return value

    def several(self, name: str) -> list[str]:
        """The values between the commas, each once."""
        found = list(dict.fromkeys(part.strip() for part in self.text(name).split(",") if part.strip()))
        if len(found) > MOST_VALUES:
            self.note("open311.too_many_values", name=name, most=MOST_VALUES)
        return found[:MOST_VALUES]

    def number(self, name: str, least: float, most: float) -> float | None:
        """A decimal number within the bounds, or None."""
        value = self.text(name)
        if not value:
            return None
        if not _NUMBER.fullmatch(value) or not least <= float(value) <= most:
            self.note("open311.bad_number", name=name, least=f"{least:g}", most=f"{most:g}")
            return None
        return float(value)

    def moment(self, name: str) -> datetime | None:
        """A W3C time with its zone, in UTC, or None."""
        value = self.text(name)
        if not value:
            return None
        found = read_time(value)
        if found is None:
            self.note("open311.bad_time", name=name)
        return found

    def note(self, code: str, **params: Any) -> None:
        """Something is wrong."""
        self.faults.append(Refused(code, **params))


def read_time(value: str) -> datetime | None:
    """``2026-11-22T08:30:00+08:00`` or ``…Z`` in UTC; None for anything else, above all for a time without a zone."""
    match = _TIME.fullmatch(value)
    if match is None:
        return None
    zone = match[2].replace(" ", "+").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(match[1] + zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment <= LATEST else None


def write_time(moment: datetime | None) -> str | None:
    """The city's time with its zone, to the second."""
    return moment.astimezone(CITY_ZONE).isoformat(timespec="seconds") if moment else None


def second_after(moment: datetime) -> datetime:
    """The end of the second: answers name whole seconds, so asking up to a time we named must find it."""
    return moment.replace(microsecond=0) + timedelta(seconds=1)
