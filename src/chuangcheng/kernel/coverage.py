"""Is every standard somebody's? What an edition's decomposition lacks, computed from plain values.

**Load.** Each standard's points (of the edition's 100) are shared out among its duties: a lead duty takes four parts,
a supporting one two, a territorial one one. A unit's load is the sum of its shares, so that the loads of all units and
the points of all standards that have a duty are the same sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median

LEAD, SUPPORT, TERRITORY = "lead", "support", "territory"
KINDS = (LEAD, SUPPORT, TERRITORY)
#: Parts of a standard's points that one duty takes.
PARTS = {LEAD: 4, SUPPORT: 2, TERRITORY: 1}
#: A unit with more than so many times the median load is heavy.
HEAVY = 2
#: Methods by which a standard is looked for on the ground, so that each district answers for its own.
ON_THE_GROUND = frozenset({"onsite", "observation"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A standard: its points of the edition's 100, how it is assessed, and what is planned for it."""

    code: str
    points: Fraction
    methods: Sequence[str] = ()
    evidence: Sequence[str] = ()
    has_date: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A unit. ``is_expected``: the framework is broken down to units of its kind, so that one without a duty is idle
    and its load counts towards the median."""

    code: str
    is_retired: bool = False
    is_district: bool = False
    is_expected: bool = True


@dataclass(frozen=True, slots=True)
class Bond:
    """A duty: who has which part of which standard, by codes."""

    standard: str
    unit: str
    kind: str


@dataclass(frozen=True, slots=True)
class Load:
    """What one unit carries: its share of points, and how many duties of each kind."""

    unit: str
    points: Fraction
    counts: dict[str, int]


@dataclass(slots=True)
class Coverage:
    """What was found; codes in the order of the standards and units given."""

    standards: int
    duties: int
    orphans: list[str] = field(default_factory=list)
    double_leads: list[tuple[str, list[str]]] = field(default_factory=list)  # standard, its leads
    without_evidence: list[str] = field(default_factory=list)
    without_date: list[str] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)  # of units with a duty, the heaviest first
    expected: frozenset[str] = frozenset()  # units whose load counts towards the median
    median: Fraction = Fraction()
    idle: list[str] = field(default_factory=list)  # units in office without any duty
    retired: list[tuple[str, int]] = field(default_factory=list)  # unit, how many duties it still has
    bare: list[tuple[str, str]] = field(default_factory=list)  # standard, district that does not answer for it

    @property
    def over_median(self) -> list[Load]:
        """The expected units that carry more than the median of them."""
        return [load for load in self.loads if load.unit in self.expected and load.points > self.median]

    @property
    def heavy(self) -> list[Load]:
        """The units that carry more than :data:`HEAVY` times the median."""
        return [load for load in self.over_median if load.points > HEAVY * self.median]


def measure(asked: Sequence[Asked], members: Sequence[Member], bonds: Iterable[Bond]) -> Coverage:
    """Hold the duties against the standards and units. Duties of unknown standards or units are not counted."""
    standards, units = {one.code: one for one in asked}, {one.code: one for one in members}
    known = [bond for bond in bonds if bond.standard in standards and bond.unit in units]
    of_standard: dict[str, list[Bond]] = {}
    of_unit: dict[str, list[Bond]] = {}
    for bond in known:
        of_standard.setdefault(bond.standard, []).append(bond)
        of_unit.setdefault(bond.unit, []).append(bond)
    found = Coverage(len(asked), len(known))
    for one in asked:
        leads = [bond.unit for bond in of_standard.get(one.code, []) if bond.kind == LEAD]
        if not leads:
            found.orphans.append(one.code)
        if len(leads) > 1:
            found.double_leads.append((one.code, leads))
        if not one.evidence:
            found.without_evidence.append(one.code)
        if not one.has_date:
            found.without_date.append(one.code)
    found.loads = _loads(standards, members, of_standard, of_unit)
    found.expected = frozenset(one.code for one in members if one.is_expected)
    counted = [load.points for load in found.loads if load.unit in found.expected]
    found.median = median(counted) if counted else Fraction()
    found.idle = [
        one.code for one in members if one.is_expected and not one.is_retired and one.code not in of_unit
    ]  # fmt: skip
    found.retired = [(one.code, len(of_unit[one.code])) for one in members if one.is_retired and one.code in of_unit]
    found.bare = _bare(asked, members, of_standard)
    return found


def shares(bonds: Sequence[Bond], points: Fraction) -> list[Fraction]:
    """How the points of one standard are shared out among its duties, in their order."""
    parts = sum(PARTS[bond.kind] for bond in bonds)
    return [points * PARTS[bond.kind] / parts for bond in bonds]


def _loads(
    standards: dict[str, Asked], members: Sequence[Member],
    of_standard: dict[str, list[Bond]], of_unit: dict[str, list[Bond]],
) -> list[Load]:  # fmt: skip
    carried: dict[str, Fraction] = {}
    for code, bonds in of_standard.items():
        for bond, share in zip(bonds, shares(bonds, standards[code].points), strict=True):
            carried[bond.unit] = carried.get(bond.unit, Fraction()) + share
    loads = [
        Load(one.code, carried[one.code], {kind: sum(b.kind == kind for b in of_unit[one.code]) for kind in KINDS})
        for one in members
        if one.code in of_unit
    ]
    return sorted(loads, key=lambda load: -load.points)


def _bare(
    asked: Sequence[Asked], members: Sequence[Member], of_standard: dict[str, list[Bond]]
) -> list[tuple[str, str]]:
    """Standards seen on the ground × districts that have no duty of any kind for them."""
    districts = [one for one in members if one.is_district and not one.is_retired]
    missing = []
    for one in asked:
        if ON_THE_GROUND & set(one.methods):
            held = {bond.unit for bond in of_standard.get(one.code, [])}
            missing += [(one.code, district.code) for district in districts if district.code not in held]
    return missing
