"""What stands in the rows follows from their chains."""

from __future__ import annotations

from chuangcheng.cycle.facts import ALL

for _each in ALL:
    _each.register("cycle")
