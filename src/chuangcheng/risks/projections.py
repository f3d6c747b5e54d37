"""What stands in the rows follows from their chains."""

from __future__ import annotations

from chuangcheng.risks.facts import ALL

for _each in ALL:
    _each.register("risks")
