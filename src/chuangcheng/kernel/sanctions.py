"""What a line of the national negative list leads to for a city of a status. The effects are data of the edition; here
they are read: ``{"all"|"title_holder"|"nominee"|"applicant": words, "window_months": n}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Generic, TypeVar

from chuangcheng.kernel.cycles import months_on
from chuangcheng.kernel.label import Label

Key = TypeVar("Key")
#: The gravest first.
KINDS: dict[str, Label] = {
    "veto": Label("一票否决", "Disqualified"),
    "revoke": Label("停止或撤销称号", "Title suspended or revoked"),
    "cap": Label("得分封顶", "Score capped"),
    "deduct": Label("扣分", "Points deducted"),
    "other": Label("其他后果", "Another consequence"),
}
_WHO = {"applicant": "applicant", "nominee": "nominee", "holder": "title_holder"}
_CAP = re.compile(r"at most (\d+(?:\.\d+)?) points?|(?:不超过|不高于|封顶)\s*(\d+(?:\.\d+)?)\s*分")
_POINTS = re.compile(r"deduct (\d+(?:\.\d+)?) points?|扣\s*(\d+(?:\.\d+)?)\s*分")


@dataclass(frozen=True, slots=True)
class Effect:
    """``points`` of 100 that are deducted, or that are left at most (``cap``): known only where the words say so."""

    kind: str
    points: Fraction = Fraction(0)


def effect_of(effect: Mapping[str, Any], status: str) -> Effect:
    """The effect on a city of that status; ``other`` where the words say nothing that is known here."""
    words = str(effect.get(_WHO.get(status, ""), effect.get("all", "")))
    points = _POINTS.search(words)
    if points:
        return Effect("deduct", Fraction(points[1] or points[2]))
    cap = _CAP.search(words)
    if cap:
        return Effect("cap", Fraction(cap[1] or cap[2]))
    if words == "ineligible" or "取消" in words or "否决" in words:
        return Effect("veto")
    if "revoked" in words or words.startswith("suspend") or "停止" in words or "撤销" in words:
        return Effect("revoke")
    return Effect("deduct" if "deduct" in words or "扣分" in words else "other")


def counts(effect: Mapping[str, Any], happened_on: date, day: date) -> bool:
    """Whether an occurrence still counts: within the window of months, where the line has one."""
    months = effect.get("window_months")
    return happened_on <= day and (months is None or day < months_on(happened_on, int(months)))


def sum_of(effects: Iterable[Effect]) -> tuple[Fraction, str]:
    """The points deducted together, and the gravest kind ("" for nothing at all)."""
    given = list(effects)
    gravest = min((each.kind for each in given), key=list(KINDS).index, default="")
    return sum((each.points for each in given if each.kind == "deduct"), Fraction(0)), gravest


@dataclass(frozen=True, slots=True)
class Line(Generic[Key]):
    """What one occurrence does to the score: ``after`` is what is left then."""

    key: Key
    effect: Effect
    after: Fraction


@dataclass(frozen=True, slots=True)
class Settled(Generic[Key]):
    """A score under the negative list, with a line for each occurrence."""

    before: Fraction
    lines: tuple[Line[Key], ...]

    @property
    def after(self) -> Fraction:
        """What is left of the score."""
        return self.lines[-1].after if self.lines else self.before

    @property
    def barred(self) -> bool:
        """Whether some occurrence disqualifies, whatever the score."""
        return any(line.effect.kind == "veto" for line in self.lines)


def settle(points: Fraction, effects: Iterable[tuple[Key, Effect]]) -> Settled[Key]:
    """Points of 100 after all effects: deductions first, each down to nought at the least, then caps; what neither
    deducts nor caps leaves the figure and stands last. Within each the order given stays."""
    rank = {"deduct": 0, "cap": 1}
    lines: list[Line[Key]] = []
    left = points
    for key, effect in sorted(effects, key=lambda row: rank.get(row[1].kind, 2)):
        if effect.kind == "deduct":
            left = max(left - effect.points, min(left, Fraction(0)))
        elif effect.kind == "cap":
            left = min(left, effect.points)
        lines.append(Line(key, effect, left))
    return Settled(points, tuple(lines))
