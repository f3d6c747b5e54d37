"""Which columns follow from history."""

from __future__ import annotations

from chuangcheng.cycle.models import Cycle, Demand, Freeze, Phase
from chuangcheng.history.folding import Folded

CYCLES = Folded(Cycle, ("edition_id", "starts_on", "years", "state", "since_on"))
PHASES = Folded(Phase, ("cycle_id", "year", "kind", "from_on", "to_on"))
DEMANDS = Folded(Demand, ("phase_id", "place", "figure", "owner_id", "done_on", "done_by_id"))
FREEZES = Folded(Freeze, ("cycle_id", "from_on", "to_on", "covers", "state", "lifted_on", "lifted_by_id"))
ALL = (CYCLES, PHASES, DEMANDS, FREEZES)
