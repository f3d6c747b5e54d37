"""抽查复核: which closures are drawn. Pure: the same closures and lots always draw the same.

Each closure has a lot of its own from the home's key, so nobody can foresee or choose. Those whose lot falls below the
share are drawn as soon as they are closed. When a week is over, each unit's closures of that week are filled up in the
order of their lots to the share rounded up, so that no unit with closures goes unseen. What is drawn of a unit's
week is therefore always the front of one shuffled line: within the unit every closure had the same chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chuangcheng.cases.sampling import WHOLE, lot


@dataclass(frozen=True, slots=True)
class Closure:
    """A case that was closed as fixed, by the unit that fixed it. A case closed anew is another closure."""

    case_id: UUID
    unit_id: UUID
    closed_at: datetime

    @property
    def lot(self) -> int:
        """Evenly spread over 32 bits."""
        return lot("recheck", f"{self.case_id} {self.closed_at.timestamp():.6f}")


def pick(closures: Iterable[Closure], percent: int, week: datetime) -> dict[Closure, str]:
    """What is drawn and why: ``share`` by its own lot, ``floor`` to fill up a unit's week that is over, which is every
    closure before ``week``, the start of the present one. Nothing for a share of 0."""
    weeks: dict[tuple[UUID, int], list[tuple[int, Closure]]] = defaultdict(list)
    for each in closures:
        weeks[each.unit_id, (each.closed_at - week).days // 7].append((each.lot, each))
    drawn: dict[Closure, str] = {}
    for (_unit, number), line in weeks.items():
        line.sort(key=lambda one: (one[0], str(one[1].case_id)))
        own = sum(number_drawn * 100 < percent * WHOLE for number_drawn, _closure in line)
        least = -(-len(line) * percent // 100) if number < 0 else 0
        for place, (_lot, closure) in enumerate(line[: max(own, least)]):
            drawn[closure] = "share" if place < own else "floor"
    return drawn
