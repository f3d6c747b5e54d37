"""What a line of the national negative list leads to for a city of a status. The effects are data of the edition; here
they are read: ``{"all"|"title_holder"|"nominee"|"applicant": words, "window_months": n}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from chuangcheng.kernel.cycles import months_on
from chuangcheng.kernel.label import Label

#: The gravest first.
KINDS: dict[str, Label] = {
    "veto": Label("一票否决", "Disqualified"),
    "revoke": Label("停止或撤销称号", "Title suspended or revoked"),
    "deduct": Label("扣分", "Points deducted"),
    "other": Label("其他后果", "Another consequence"),
}
_WHO = {"applicant": "applicant", "nominee": "nominee", "holder": "title_holder"}
_POINTS = re.compile(r"deduct (\d+(?:\.\d+)?) points?|扣\s*(\d+(?:\.\d+)?)\s*分")


@dataclass(frozen=True, slots=True)
class Effect:
    """``points`` of 100 are known only where the words say so."""

    kind: str
    points: Fraction = Fraction(0)


def effect_of(effect: Mapping[str, Any], status: str) -> Effect:
    """The effect on a city of that status; ``other`` where the words say nothing that is known here."""
    words = str(effect.get(_WHO.get(status, ""), effect.get("all", "")))
    points = _POINTS.search(words)
    if points:
        return Effect("deduct", Fraction(points[1] or points[2]))
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
    return sum((each.points for each in given), Fraction(0)), gravest
