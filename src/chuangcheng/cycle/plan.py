"""The plan of a cycle: which phases each year has and what they demand. Data, with a built-in one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from chuangcheng.kernel.cycles import PHASES
from chuangcheng.kernel.problems import Refused

BUILT_IN = Path(__file__).with_name("plan.toml")


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a checklist."""

    text: str
    figure: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A phase: months of the year, both included, and a goal a year."""

    kind: str
    from_month: int
    to_month: int
    goals: tuple[str, ...]
    demands: tuple[Asked, ...]

    def goal(self, year: int) -> str:
        """The goal of that year; of a longer cycle the last one said."""
        return self.goals[min(year, len(self.goals)) - 1] if self.goals else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All phases, and the upkeep after the title."""

    phases: tuple[Planned, ...]
    upkeep: Planned


def parse(document: Mapping[str, Any]) -> Plan:
    """A plan from its document; raises ``cycle.bad_plan`` with what is wrong."""
    try:
        phases = tuple(_phase(row) for row in document["phases"])
        upkeep = document["upkeep"]
        last = Planned("upkeep", 1, 12, (str(upkeep["goal"]),), _demands(upkeep))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("cycle.bad_plan", what=f"{type(error).__name__} {error}") from error
    if len({phase.kind for phase in phases}) != len(phases):
        raise Refused("cycle.bad_plan", what="one phase stands twice")
    return Plan(phases, last)


def _phase(row: Mapping[str, Any]) -> Planned:
    found = Planned(str(row["kind"]), int(row["from"]), int(row["to"]), tuple(map(str, row["goals"])), _demands(row))
    if found.kind not in PHASES or not 1 <= found.from_month <= found.to_month <= 12:
        raise ValueError(f"{found.kind}: months run from 1 to 12, kinds are {', '.join(PHASES)}")
    return found


def _demands(row: Mapping[str, Any]) -> tuple[Asked, ...]:
    return tuple(Asked(str(one["text"]), one.get("figure", ""), one.get("role", "")) for one in row.get("demands", ()))


def current() -> Plan:
    """The city's own plan (``cycle.toml`` in its home), else the built-in one. It is read when a cycle begins, so a
    mistake in it is told to whoever begins one."""
    own: Path = settings.CITY.home / "cycle.toml"
    if not own.exists():
        return _built_in()
    try:
        return parse(tomllib.loads(own.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("cycle.bad_plan", what=str(error)) from error


@cache
def _built_in() -> Plan:
    return parse(tomllib.loads(BUILT_IN.read_text(encoding="utf-8")))
