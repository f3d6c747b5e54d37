"""Watch rules: when a figure of a subject raises an entry, keeps it, relieves it, or brings it back. Pure reckoning.

An entry is raised once for a rule, a subject and a window; while one stands, nothing more is raised. A figure recovers
below (or above) ``clear``, which may lie apart from the threshold so that nothing flutters around it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

Standing = Literal["live", "relieved"]
_EPOCH = date(2024, 1, 1)  # a Monday


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a subject, over so many rows (``base``)."""

    value: Fraction
    base: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rule's reckoning: fires at ``threshold`` or beyond (``at_least``: upwards) over ``base`` rows at least, within
    windows of so many days."""

    threshold: Fraction
    clear: Fraction
    at_least: bool = True
    base: int = 0
    days: int = 7

    def fires(self, figure: Figure | None) -> bool:
        """Whether that figure raises something; too few rows never do."""
        if figure is None or figure.base < self.base:
            return False
        return figure.value >= self.threshold if self.at_least else figure.value <= self.threshold

    def recovers(self, figure: Figure | None) -> bool:
        """Whether that figure is well again. No figure at all is nothing bad where much is bad, and unknown where
        little is."""
        if figure is None:
            return self.at_least
        return figure.value < self.clear if self.at_least else figure.value > self.clear

    def window(self, day: date) -> date:
        """The first day of the window that the day lies in."""
        return day - timedelta(days=(day - _EPOCH).days % self.days)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look at all subjects comes to, each sorted."""

    raised: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    relieved: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def evaluate(
    bounds: Bounds, figures: Mapping[str, Figure], standing: Mapping[str, Standing], ended: Collection[str] = ()
) -> Outcome:
    """Look at every subject once. ``standing`` are the entries not closed yet, ``ended`` the subjects whose entry of
    this very window somebody closed: they are left alone until the next."""
    raised, kept, relieved, back = [], [], [], []
    for key in sorted({*figures, *standing}):
        figure, state = figures.get(key), standing.get(key)
        if state is None:
            if bounds.fires(figure) and key not in ended:
                raised.append(key)
        elif state == "relieved":
            if bounds.fires(figure):
                back.append(key)
        elif bounds.recovers(figure):
            relieved.append(key)
        else:
            kept.append(key)
    return Outcome(tuple(raised), tuple(kept), tuple(relieved), tuple(back))


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a dry run."""

    day: date
    outcome: Outcome


def replay(bounds: Bounds, series: Iterable[tuple[date, Mapping[str, Figure]]]) -> list[Look]:
    """What the rule would have done at each of these days, in order, had it been in force and nobody closed any."""
    standing: dict[str, Standing] = {}
    looks = []
    for day, figures in series:
        outcome = evaluate(bounds, figures, standing)
        standing |= dict.fromkeys((*outcome.raised, *outcome.back), "live")
        standing |= dict.fromkeys(outcome.relieved, "relieved")
        looks.append(Look(day, outcome))
    return looks
