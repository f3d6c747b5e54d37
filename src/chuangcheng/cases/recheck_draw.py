"""抽查复核: which closures are drawn. Pure: the same closures and lots always draw the same.

Each closure has a lot of its own from the home's key, so nobody can foresee or choose. Those whose lot falls below the
share are drawn as soon as they are closed: every closure of every unit has the same chance. A unit of which that drew
none in four weeks is looked at all the same: of its closures in the week that is over the one with the lowest lot is
drawn. So no unit goes unseen, what is looked at is fresh, and a small unit is not looked at every week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chuangcheng.cases.sampling import WHOLE, lot


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """A case that was closed as fixed, by the unit that fixed it. A case closed anew is another closure."""

    case_id: UUID
    unit_id: UUID
    closed_at: datetime

    @property
    def lot(self) -> int:
        """Evenly spread over 32 bits."""
        return lot("recheck", f"{self.case_id} {self.closed_at.timestamp():.6f}")


def pick(closures: Iterable[Closure], percent: int, week: datetime, seen: Collection[UUID] = ()) -> dict[Closure, str]:
    """What is drawn and why: ``share`` by its own lot; ``floor`` of a unit that is not among those ``seen`` lately,
    from its closures before ``week``, the start of the present one."""
    drawn: dict[Closure, str] = {}
    over: dict[UUID, list[tuple[int, str, Closure]]] = defaultdict(list)
    for each in closures:
        number = each.lot
        if number * 100 < percent * WHOLE:
            drawn[each] = "share"
        elif each.closed_at < week:
            over[each.unit_id].append((number, str(each.case_id), each))
    looked = {*seen, *(each.unit_id for each in drawn)}
    return drawn | {min(line)[2]: "floor" for unit, line in over.items() if unit not in looked}
