"""The ladder of reminders 催办: when a case that is not handled makes itself heard, and to whom. Data, with a version.

Plain reckoning: rungs come from ``ladder.toml``, moments from the working calendar. What is done at a rung stands in
:mod:`.ladder_effects`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

from django.conf import settings

from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.own_file import OwnFile
from chuangcheng.kernel.problems import Refused

BUILT_IN = Path(__file__).with_name("ladder.toml")
RECIPIENTS = ("holder", "head", "above", "subcommand", "office")
UNITS = get_args(TimeUnit)
MOST_TIMES = 100
LONGEST_NAME = 12
#: How many days a unit of time lasts at the very most, long holidays included.
_DAYS = {"urgent_hours": Decimal(1) / 24, "work_hours": Decimal(1) / 2, "work_days": Decimal(4)}
_HOLIDAY = 14


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung. Of ``used``, ``before`` and ``after`` exactly one is given."""

    name: str
    label: Label
    to: tuple[str, ...]
    used: Decimal | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    unit: TimeUnit = "work_hours"
    every: Decimal | None = None
    times: int = 1
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs, and which titles make a head of a unit."""

    version: int
    heads: tuple[str, ...]
    rungs: tuple[Rung, ...]

    @property
    def reach(self) -> timedelta:
        """After a deadline has passed by so much, certainly no rung is left."""
        days = [_DAYS[rung.unit] * ((rung.after or 0) + (rung.every or 0) * rung.times) for rung in self.rungs]
        return timedelta(days=float(max(days, default=Decimal(0))) + _HOLIDAY)


@dataclass(frozen=True, slots=True)
class Ring:
    """A rung at its moment; ``name`` tells repetitions apart."""

    name: str
    at: datetime
    rung: Rung


def rings(ladder: Ladder, start: datetime, due: datetime, unit: TimeUnit) -> list[Ring]:
    """Every ring of a limit that runs from ``start`` to ``due`` (aware) in ``unit``, in order of time.

    A reminder that would come before the start is none, and neither is one by share where no limit was left.
    """
    found: list[Ring] = []
    for rung in ladder.rungs:
        at = _moment(rung, start, due, unit)
        if at is None or (rung.after is None and not start < at < due):
            continue
        found.append(Ring(rung.name, at, rung))
        for number in range(2, rung.times + 1 if rung.every else 2):
            at = CALENDAR.add(at, rung.every or Decimal(0), rung.unit).at
            found.append(Ring(f"{rung.name}.{number}", at, rung))
    return sorted(found, key=lambda ring: ring.at)


def _moment(rung: Rung, start: datetime, due: datetime, unit: TimeUnit) -> datetime | None:
    if rung.used is not None:
        limit = CALENDAR.elapsed(start, due, unit)
        return CALENDAR.add(start, limit * rung.used, unit).at if limit > 0 else None
    if rung.before is not None:
        left = CALENDAR.elapsed(start, due, rung.unit) - rung.before
        return CALENDAR.add(start, left, rung.unit).at if left > 0 else None
    # The deadline itself rings when it has passed, whether offices are open then or not.
    return due if not rung.after else CALENDAR.add(due, rung.after, rung.unit).at


def parse(document: Mapping[str, Any]) -> Ladder:
    """A ladder from its document; raises ``notices.bad_ladder`` with what is wrong."""
    try:
        rungs = tuple(_rung(row) for row in document["rungs"])
        ladder = Ladder(int(document["version"]), tuple(map(str, document.get("heads", ()))), rungs)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Refused("notices.bad_ladder", what=f"{type(error).__name__} {error}") from error
    names = [rung.name for rung in ladder.rungs]
    if len(set(names)) != len(names):
        raise Refused("notices.bad_ladder", what="two rungs of one name")
    return ladder


def _rung(row: Mapping[str, Any]) -> Rung:
    given = {name: Decimal(row[name]) for name in ("used", "before", "after", "every") if name in row}
    rung = Rung(
        name=str(row["name"]), label=Label(row["zh"], row["en"]), to=tuple(row["to"]), used=given.get("used"),
        before=given.get("before"), after=given.get("after"), unit=row.get("unit", "work_hours"),
        every=given.get("every"), times=int(row.get("times", 1)), urgent=bool(row.get("urgent", False)),
    )  # fmt: skip
    problem = _problem(rung)
    if problem:
        raise ValueError(f"{rung.name}: {problem}")
    return rung


def _problem(rung: Rung) -> str:
    if not 0 < len(rung.name) <= LONGEST_NAME or "." in rung.name:
        return "a name has 1 to 12 characters and no dot"
    if sum(moment is not None for moment in (rung.used, rung.before, rung.after)) != 1:
        return "exactly one of used, before, after"
    if rung.used is not None and not 0 < rung.used < 1:
        return "used lies between 0 and 1"
    if rung.unit not in UNITS:
        return f"unit is one of {', '.join(UNITS)}"
    if (rung.before is not None and rung.before <= 0) or (rung.after is not None and rung.after < 0):
        return "before and after count forward"
    if not rung.to or not set(rung.to) <= set(RECIPIENTS):
        return f"to is any of {', '.join(RECIPIENTS)}"
    if not 1 <= rung.times <= MOST_TIMES or (rung.every is not None and (rung.every <= 0 or rung.after is None)):
        return "every is positive and follows after, times is 1 to 100"
    return ""


_FILES: dict[str, OwnFile[Ladder]] = {}


def current(name: str = BUILT_IN.name) -> Ladder:
    """The city's own ladder of that file name, else the built-in one."""
    if name not in _FILES:
        _FILES[name] = OwnFile(BUILT_IN.with_name(name), parse)
    return _FILES[name].current(settings.CITY.home)
