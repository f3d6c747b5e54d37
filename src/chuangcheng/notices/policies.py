"""Rights of the room notices."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("notices.failed", Label("查看发送失败的通知", "See failed notices")),
)
