"""Attainment drives 达标创建: a checklist as data, the grade that its answers give, and the cheapest way up.

Grades: ``met`` 达标, ``improve`` 需提升, ``weak`` 薄弱. A *must* that fails keeps a place from being met; points decide
the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from chuangcheng.kernel.label import Label

GRADES: dict[str, Label] = {
    "met": Label("达标", "Met"),
    "improve": Label("需提升", "To improve"),
    "weak": Label("薄弱", "Weak"),
}
ORDER = ("weak", "improve", "met")
ANSWERS: dict[str, Label] = {"yes": Label("是否", "Yes or no"), "number": Label("数值", "Number")}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a checklist. ``yes``: passes when answered yes. ``number``: passes from ``at_least`` on, and up to
    ``at_most``. ``weight`` in whole points; ``effort`` what it takes to mend (1 is little)."""

    code: str
    text: str
    answer: str = "yes"
    weight: int = 1
    must: bool = False
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    effort: int = 1

    def passes(self, answer: Any) -> bool:
        """Whether an answer (a bool or a number) is good enough."""
        if self.answer == "yes":
            return answer is True
        value = Fraction(str(answer))
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)

    def accepts(self, answer: Any) -> bool:
        """Whether an answer is one to this question at all."""
        if self.answer == "yes":
            return isinstance(answer, bool)
        try:
            number = Decimal(str(answer))
        except InvalidOperation:
            return False
        return not isinstance(answer, bool) and number.is_finite() and abs(number) < 10**9

    def as_json(self) -> dict[str, Any]:
        """As a drive stores it."""
        found: dict[str, Any] = {"code": self.code, "text": self.text, "answer": self.answer, "weight": self.weight,
                                 "must": self.must, "effort": self.effort}  # fmt: skip
        bounds = {"at_least": self.at_least, "at_most": self.at_most}
        return found | {name: str(value) for name, value in bounds.items() if value is not None}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Item:
        """What :meth:`as_json` wrote."""
        bounds = {name: Fraction(stored[name]) for name in ("at_least", "at_most") if name in stored}
        return cls(**{**stored, **bounds})


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many of 100 points on a place is met, and from how many on it is at least to improve."""

    met_from: int = 90
    improve_from: int = 60

    def is_sound(self) -> bool:
        """Whether the bounds can be told apart."""
        return 0 < self.improve_from < self.met_from <= 100

    def grade(self, share: Fraction, musts_pass: bool) -> str:
        """The grade of a share of the points."""
        if share * 100 >= self.met_from and musts_pass:
            return "met"
        return "improve" if share * 100 >= self.improve_from else "weak"


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade, the share of the points, and the items that fail."""

    grade: str
    share: Fraction
    failed: tuple[str, ...]


def missing(items: Sequence[Item], answers: Mapping[str, Any]) -> list[str]:
    """Codes of items without an answer that is one, and of answers to no item."""
    wrong = [item.code for item in items if item.code not in answers or not item.accepts(answers[item.code])]
    return wrong + sorted(set(answers) - {item.code for item in items})


def grade(items: Sequence[Item], answers: Mapping[str, Any], rule: Rule, but: Iterable[str] = ()) -> Graded:
    """The grade of complete answers; items in ``but`` were found failing whatever was answered. ValueError where
    answers are missing."""
    if missing(items, answers) or not items:
        raise ValueError("answers are missing")
    found_bad = set(but)
    failed = [item for item in items if item.code in found_bad or not item.passes(answers[item.code])]
    return of_failed(items, {item.code for item in failed}, rule)


def of_failed(items: Sequence[Item], failed: set[str], rule: Rule) -> Graded:
    """The grade while just these items fail."""
    whole = sum(item.weight for item in items)
    passed = sum(item.weight for item in items if item.code not in failed)
    musts = not any(item.must and item.code in failed for item in items)
    share = Fraction(passed, whole)
    return Graded(rule.grade(share, musts), share, tuple(item.code for item in items if item.code in failed))


@dataclass(frozen=True, slots=True)
class Path:
    """The next grade, and the items to mend for it, cheapest first; empty at the top."""

    target: str
    steps: tuple[Item, ...]
    effort: int = 0


def upgrade(items: Sequence[Item], failed: Iterable[str], rule: Rule) -> Path:
    """The least effort that leads to the next grade. Musts are needed for ``met`` only. Of equal efforts the one with
    fewer items, then the one first in the list."""
    bad = set(failed)
    now = of_failed(items, bad, rule).grade
    if now == "met":
        return Path("met", ())
    target = ORDER[ORDER.index(now) + 1]
    broken = [item for item in items if item.code in bad]
    forced = [item for item in broken if item.must] if target == "met" else []
    chosen = forced + _cheapest(
        [item for item in broken if item not in forced], _lacking(items, bad, forced, rule, target)
    )
    steps = sorted(chosen, key=lambda item: (item.effort, -item.weight, item.code))
    return Path(target, tuple(steps), sum(item.effort for item in steps))


def _lacking(items: Sequence[Item], bad: set[str], forced: Sequence[Item], rule: Rule, target: str) -> int:
    """The points still missing once what must be mended is."""
    whole = sum(item.weight for item in items)
    passed = sum(item.weight for item in items if item.code not in bad) + sum(item.weight for item in forced)
    bound = rule.met_from if target == "met" else rule.improve_from
    return max(-(-whole * bound // 100) - passed, 0)


def _cheapest(offered: Sequence[Item], points: int) -> list[Item]:
    """The items of least effort that are worth ``points`` together: the knapsack, covering. Reached points are capped,
    so the table never has more rows than points are missing."""
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for place, item in enumerate(offered):
        for reached, (effort, count, chosen) in list(best.items()):
            to = min(reached + item.weight, points)
            found = (effort + item.effort, count + 1, (*chosen, place))
            if to > reached and (to not in best or found < best[to]):
                best[to] = found
    return [offered[place] for place in best[points][2]]
