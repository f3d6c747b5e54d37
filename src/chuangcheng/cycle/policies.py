"""Rights of the room cycle."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("cycle.view", Label("查看创建周期", "See the cycle")),
    Permission("cycle.edit", Label("维护创建周期和冻结", "Edit the cycle and freezes")),
    Permission("cycle.tick", Label("勾选阶段要求", "Tick what a phase demands")),
)
