"""Rights of the room sites."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("sites.view", Label("查看点位", "See sites")),
    Permission("sites.edit", Label("维护点位", "Edit sites")),
)
