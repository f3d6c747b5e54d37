"""How facts become a share, in exact fractions and without database. See :data:`METHOD` for the words on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.scoring import weighted

#: A visit speaks for its site for one quarter; an older one is no fact about today.
WINDOW = timedelta(days=92)
#: Shares are exact up to here; beyond, the nearest fraction with such a denominator is kept (error below 10⁻⁹).
LARGEST_DENOMINATOR = 10**9

METHOD = Label(
    "实地得分＝各点位最近一次（92 天内）到访中，对应考察项得分的平均；不符合项的案件已整改结案的按满分计（恢复），"
    "原始得分另列。"
    "有指标的标准同时按最新读数评定，两者按测评方法的分值占比加权。再减去超期未办案件的扣分（有上限）。"
    "没有任何事实的标准不计分，列为“未覆盖”；总分只对已覆盖的分值计算，并同时给出覆盖率。",
    "Onsite: the mean over sites of the linked items at the latest visit within 92 days; a failed item whose case was "
    "closed as fixed counts in full (recovered), the share as found is kept beside it. Standards with indicators are "
    "judged by the latest reading too, both weighted by their methods' points. Overdue open cases are deducted, up to "
    "a cap. A standard without any fact is not scored but “not covered”; a total speaks for the covered points only "
    "and always says the coverage.",
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What of an edition's rules the method needs, as fractions of 1."""

    onsite: Fraction
    readings: Fraction
    per_overdue: Fraction
    cap: Fraction


@dataclass(frozen=True, slots=True)
class Finding:
    """One check as far as it matters: its share as found, and whether it failed and has been put right since."""

    share: Fraction
    failed: bool = False
    recovered: bool = False

    @property
    def now(self) -> Fraction:
        """The share now: what was put right counts in full."""
        return Fraction(1) if self.recovered else self.share


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What the latest visit to one site says about one standard."""

    found: Fraction
    now: Fraction
    checks: int
    failed: int
    recovered: int

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> SiteResult:
        """The mean of the site's findings; there is at least one."""
        rows = list(findings)
        return cls(
            found=sum((row.share for row in rows), Fraction(0)) / len(rows),
            now=sum((row.now for row in rows), Fraction(0)) / len(rows),
            checks=len(rows),
            failed=sum(row.failed for row in rows),
            recovered=sum(row.recovered for row in rows),
        )


@dataclass(slots=True)
class Cell:
    """Everything known about one standard in one scope."""

    sites: list[SiteResult] = field(default_factory=list)
    readings: list[Fraction] = field(default_factory=list)
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """A settled cell: the share after deduction and the counts and shares behind it."""

    share: Fraction
    basis: dict[str, Any]


def settle(cell: Cell, weights: Weights) -> Result | None:
    """The cell's share, or None when neither a visit nor a reading speaks for it: overdue cases alone cover nothing."""
    now = _base(cell, weights, [site.now for site in cell.sites])
    found = _base(cell, weights, [site.found for site in cell.sites])
    if now is None or found is None:
        return None
    deducted = min(weights.cap, weights.per_overdue * cell.overdue, now)
    return Result(
        kept(now - deducted),
        {
            "sites": len(cell.sites),
            "checks": sum(site.checks for site in cell.sites),
            "failed": sum(site.failed for site in cell.sites),
            "recovered": sum(site.recovered for site in cell.sites),
            "readings": len(cell.readings),
            "overdue": cell.overdue,
            "found": str(kept(found)),
            "now": str(kept(now)),
            "deducted": str(kept(deducted)),
        },
    )


def _base(cell: Cell, weights: Weights, sites: list[Fraction]) -> Fraction | None:
    parts = []
    if sites:
        parts.append((weights.onsite, sum(sites, Fraction(0)) / len(sites)))
    if cell.readings:
        parts.append((weights.readings, sum(cell.readings, Fraction(0)) / len(cell.readings)))
    return weighted(parts)


def kept(share: Fraction) -> Fraction:
    """The fraction as it is stored."""
    return share.limit_denominator(LARGEST_DENOMINATOR)
