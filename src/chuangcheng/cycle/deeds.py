"""What history's codes of this room are called."""

from __future__ import annotations

from chuangcheng.cycle.states import CYCLE, FREEZE
from chuangcheng.kernel.label import Label

SUBJECTS: dict[str, Label] = {
    "cycle": Label("创建周期", "Cycle"),
    "phase": Label("阶段", "Phase"),
    "demand": Label("阶段要求", "Demand of a phase"),
    "freeze": Label("冻结", "Freeze"),
}
DEEDS: dict[str, Label] = {
    "cycle.created": Label("开始周期", "Cycle begun"),
    **{f"cycle.{move.name}": move.label for move in CYCLE.moves},
    "phase.created": Label("排定阶段", "Phase set"),
    "phase.planned": Label("调整阶段", "Phase planned anew"),
    "demand.created": Label("提出要求", "Demand set"),
    "demand.ticked": Label("勾选完成", "Ticked"),
    "demand.unticked": Label("取消勾选", "Unticked"),
    "freeze.created": Label("设定冻结", "Freeze set"),
    "freeze.lifted": FREEZE.move("lift").label,
}
