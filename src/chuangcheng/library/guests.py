"""A list of people without an account, as it is typed or pasted out of a sheet: a line each, the unit and the name in
either order. Numbers that stand in it (a phone, a serial number) are not kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise, tidy

MOST = 500
LONGEST_NAME = 40
_CELLS = re.compile(r"[\t,，;；|]+")
_NUMBER = re.compile(r"[\d\s.+()（）-]+")
_SIGNS = re.compile(r"[\s、]+")
Found = TypeVar("Found")


def key_of(text: str) -> str:
    """By what a unit is known: its name, short name or code, however it was written."""
    return normalise(tidy(text)).replace(" ", "").casefold()


def read(text: str, known: Mapping[str, Found]) -> list[tuple[Found, str]]:
    """Units with names, each once, in order; ``known`` has the units by :func:`key_of`. Several names may stand in a
    line. Refused, naming the line: ``training.guest_unit``, ``training.guest_name``; ``training.guests_many``."""
    rows: dict[tuple[int, str], tuple[Found, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = _cells(line)
        if not cells:
            continue
        at = next((place for place, cell in enumerate(cells) if key_of(cell) in known), None)
        if at is None:
            raise Refused("training.guest_unit", line=number, given=tidy(line)[:30])
        unit, names = known[key_of(cells[at])], [cell for place, cell in enumerate(cells) if place != at]
        if not names or any(len(name) > LONGEST_NAME for name in names):
            raise Refused("training.guest_name", line=number, limit=LONGEST_NAME)
        rows |= {(id(unit), name): (unit, name) for name in names}
    if len(rows) > MOST:
        raise Refused("training.guests_many", limit=MOST)
    return list(rows.values())


def _cells(line: str) -> list[str]:
    """The words of a line: by cells where a sheet left any, else by blanks."""
    plain = line.replace("\0", "")
    parts = _CELLS.split(plain)
    parts = [name for part in parts for name in part.split("、")] if len(parts) > 1 else _SIGNS.split(plain)
    return [said for part in parts if (said := tidy(part)) and not _NUMBER.fullmatch(said)]
