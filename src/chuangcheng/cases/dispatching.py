"""Limits around dispatch: first dispatch, giving back, arbitration. Data, with a version."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, cast, get_args

from django.conf import settings

from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.own_file import OwnFile
from chuangcheng.kernel.problems import Refused

BUILT_IN = Path(__file__).with_name("dispatching.toml")
OWNER: Final = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))["owner"]


@dataclass(frozen=True, slots=True)
class Within:
    """So much working time."""

    amount: Decimal
    unit: TimeUnit

    def after(self, start: datetime) -> datetime:
        """When it has run since ``start`` (aware)."""
        return CALENDAR.add(start, self.amount, self.unit).at


@dataclass(frozen=True, slots=True)
class Dispatching:
    """The limits; the ``arbitrated``-th return of a case goes to an arbiter."""

    version: int
    dispatch: Within
    returns: Within
    arbitration: Within
    owner: Within
    owner_answer: Within
    arbitrated: int


def parse(document: Mapping[str, Any]) -> Dispatching:
    """The limits of a document; raises ``case.bad_dispatching`` with what is wrong."""
    owner = document.get("owner", OWNER)  # a city that wrote its file before there was such a section
    try:
        found = Dispatching(
            version=int(document["version"]),
            arbitrated=int(document["returns"]["arbitrated"]),
            owner=_within(owner),
            owner_answer=_within(owner["answer"]),
            **{name: _within(document[name]) for name in ("dispatch", "returns", "arbitration")},
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Refused("case.bad_dispatching", what=f"{type(error).__name__} {error}") from error
    if found.arbitrated < 1:
        raise Refused("case.bad_dispatching", what="arbitrated counts from 1")
    return found


def _within(row: Mapping[str, Any]) -> Within:
    amount, unit = Decimal(row["amount"]), str(row["unit"])
    if unit not in get_args(TimeUnit):
        raise ValueError(f"unit is one of {', '.join(get_args(TimeUnit))}")
    if not 0 < amount <= 1000:
        raise ValueError("amount lies between 0 and 1000")
    return Within(amount, cast(TimeUnit, unit))


_FILE = OwnFile(BUILT_IN, parse)


def current() -> Dispatching:
    """The city's own limits (``dispatching.toml`` in its home), else the built-in ones."""
    return _FILE.current(settings.CITY.home)
