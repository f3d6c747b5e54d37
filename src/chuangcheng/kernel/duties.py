"""A matrix of duties as plain values: standard × unit → lead, support, territory or nothing, and what would change it.

Every change is a list of :class:`Step`, made here and carried out elsewhere, so that it can be looked at before and
taken back after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chuangcheng.kernel.coverage import LEAD, SUPPORT, TERRITORY

NONE = ""
#: The stronger duty of a unit hides the weaker one.
RANK = {NONE: 0, TERRITORY: 1, SUPPORT: 2, LEAD: 3}
#: What the next press of a key makes of a cell.
CYCLE = {NONE: LEAD, LEAD: SUPPORT, SUPPORT: TERRITORY, TERRITORY: NONE}
Cells = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One cell's change: ``before`` is what whoever made the step saw there."""

    standard: str
    unit: str
    before: str
    after: str

    @property
    def undone(self) -> Step:
        """The step back."""
        return Step(self.standard, self.unit, self.after, self.before)


def strongest(kinds: Iterable[str]) -> str:
    """The kind that a cell shows when a unit has several duties for one standard."""
    return max(kinds, key=RANK.__getitem__, default=NONE)


def give(cells: Cells, standards: Sequence[str], units: Sequence[str], kind: str) -> list[Step]:
    """Every standard × unit gets ``kind`` (or nothing), whatever stood there; cells that have it are left out."""
    return [
        Step(standard, unit, cells.get((standard, unit), NONE), kind)
        for standard in standards
        for unit in units
        if cells.get((standard, unit), NONE) != kind
    ]


def fill(cells: Cells, standards: Sequence[str], units: Sequence[str], kind: str) -> list[Step]:
    """The same, but a stronger duty stays: a template takes nothing away."""
    return [step for step in give(cells, standards, units, kind) if RANK[step.before] < RANK[kind]]


def copy(cells: Cells, source: str, target: str) -> list[Step]:
    """The duties of ``source`` for ``target`` too. A lead is copied as support, because a standard has one lead; what
    ``target`` has that is as strong stays."""
    steps = []
    for (standard, unit), kind in cells.items():
        wanted = SUPPORT if kind == LEAD else kind
        stands = cells.get((standard, target), NONE)
        if unit == source != target and RANK[wanted] > RANK[stands]:
            steps.append(Step(standard, target, stands, wanted))
    return steps


def move(cells: Cells, source: str, target: str) -> list[Step]:
    """All duties of ``source`` go to ``target``; where it has one as strong, that stays. ``source`` keeps none."""
    steps = []
    for (standard, unit), kind in cells.items():
        if unit != source or source == target or not kind:
            continue
        steps.append(Step(standard, source, kind, NONE))
        stands = cells.get((standard, target), NONE)
        if RANK[kind] > RANK[stands]:
            steps.append(Step(standard, target, stands, kind))
    return steps


def differences(cells: Cells, wanted: Cells) -> list[Step]:
    """What makes ``wanted`` of the cells that it names; others stay."""
    return [
        Step(standard, unit, cells.get((standard, unit), NONE), kind)
        for (standard, unit), kind in wanted.items()
        if cells.get((standard, unit), NONE) != kind
    ]


def applied(cells: Cells, steps: Iterable[Step]) -> dict[tuple[str, str], str]:
    """The cells after the steps. ValueError where a step saw another state than there is."""
    found = {place: kind for place, kind in cells.items() if kind}
    for step in steps:
        place = (step.standard, step.unit)
        if found.get(place, NONE) != step.before:
            raise ValueError(place)
        found[place] = step.after
        if not step.after:
            del found[place]
    return found


def back(steps: Sequence[Step]) -> list[Step]:
    """The steps that take these back, the last one first."""
    return [step.undone for step in reversed(steps)]
