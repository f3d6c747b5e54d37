"""Rights of the room scoring."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("scores.view", Label("查看评分", "See scores")),
)
