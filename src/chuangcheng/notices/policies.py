"""Rights of the room notices."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("notices.failed", Label("查看发送失败的通知", "See failed notices")),
    Permission("notices.retry", Label("重新发送失败的通知", "Send failed notices again")),
    Permission("notices.channels", Label("维护通知渠道", "Look after notice channels")),
    Permission("notices.webhooks", Label("维护事件推送", "Look after webhooks")),
)
