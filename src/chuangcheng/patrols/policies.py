"""Rights of the room patrols."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("visits.view", Label("查看督查记录", "See visits")),
    Permission("visits.create", Label("开展督查", "Make visits")),
)
