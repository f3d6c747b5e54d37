"""Rights of the room indicators."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("indicators.view", Label("查看指标", "See indicators")),
    Permission("indicators.edit", Label("填报指标", "Enter readings")),
    Permission("indicators.judge", Label("核定存疑读数", "Confirm doubtful readings")),
)
