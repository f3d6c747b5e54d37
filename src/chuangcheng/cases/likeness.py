"""Which open cases a report may be about: near by, of the same kind or with like words. A hint for who triages."""

from __future__ import annotations

from dataclasses import dataclass

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.geometry import around, metres
from chuangcheng.kernel.text import bigrams

#: A phone in a street canyon is off by tens of metres; two heaps of rubbish are hardly nearer than that.
RADIUS = 100.0  # metres
MOST = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same: how far away (metres), and how alike in words (0 to 1)."""

    case: Case
    metres: float
    words: float


def alike(actor: Actor, report: Report) -> list[Alike]:
    """The visible open cases within :data:`RADIUS` of the report, the likeliest first; none without a place."""
    if report.lat is None or report.lon is None:
        return []
    lons, lats = around(report.lon, report.lat, RADIUS)
    box = visible_cases(actor).filter(state__in=CASE.open_states(), lat__range=lats, lon__range=lons)
    found = [_compare(report, report.lon, report.lat, case) for case in box.select_related("category", "holder")[:200]]
    near = [one for one in found if one.metres <= RADIUS]
    return sorted(near, key=lambda one: (one.case.category_id != report.category_id, -one.words, one.metres))[:MOST]


def _compare(report: Report, lon: float, lat: float, case: Case) -> Alike:
    away = metres(lon, lat, case.lon or 0.0, case.lat or 0.0)
    return Alike(case, away, _overlap(report.text, case.text))


def _overlap(one: str, other: str) -> float:
    """Share of the shorter text's character pairs that the longer one has too."""
    pairs, others = set(bigrams(one)), set(bigrams(other))
    return len(pairs & others) / min(len(pairs), len(others)) if pairs and others else 0.0
