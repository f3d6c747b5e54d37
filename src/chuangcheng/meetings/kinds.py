"""Kinds of meetings: data, which a city may replace by a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.own_file import OwnFile
from chuangcheng.kernel.problems import Refused

BUILT_IN = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: ``agenda`` names the sources of :mod:`~chuangcheng.meetings.agenda` in order, ``year`` how many are
    planned a year (0: no plan)."""

    code: str
    label: Label
    agenda: tuple[str, ...]
    on_site: bool = False
    year: int = 0


def parse(document: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds of a document in its order; raises ``meeting.bad_kinds`` with what is wrong."""
    try:
        found = {code: _kind(code, row) for code, row in document["kinds"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("meeting.bad_kinds", what=f"{type(error).__name__} {error}") from error
    if not found:
        raise Refused("meeting.bad_kinds", what="there is none")
    return found


def _kind(code: str, row: Mapping[str, Any]) -> Kind:
    year = int(row.get("year", 0))
    if len(code) > 16 or year < 0:
        raise ValueError(code)
    on_site = bool(row.get("on_site", False))
    return Kind(code, Label(row["zh"], row["en"]), tuple(map(str, row["agenda"])), on_site, year)


_FILE = OwnFile(BUILT_IN, parse, name="meetings.toml")


def current() -> dict[str, Kind]:
    """The city's own kinds (``meetings.toml`` in its home), else the built-in ones."""
    return _FILE.current(settings.CITY.home)


def kind_of(code: str) -> Kind:
    """The kind of that code; one that the city has struck out since is called by its code."""
    return current().get(code) or Kind(code, Label(code, code), ())
