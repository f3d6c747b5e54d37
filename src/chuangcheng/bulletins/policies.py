"""Rights of the room bulletins."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("bulletins.view", Label("查看通报", "See bulletins")),
    Permission("bulletins.issue", Label("编发通报", "Issue bulletins")),
)
