"""The life cycle of a site."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

SITE = StateTable(
    "site",
    states=(
        State("active", Label("在用", "Active")),
        State("paused", Label("暂停", "Paused")),
        State("closed", Label("撤销", "Closed"), final=True),
    ),
    moves=(
        Move("pause", ("active",), "paused", "sites.edit", Label("暂停考察", "Pause"), needs=("reason_code",)),
        Move("resume", ("paused",), "active", "sites.edit", Label("恢复考察", "Resume")),
        Move("close", ("active", "paused"), "closed", "sites.edit", Label("撤销点位", "Close"), needs=("reason_code",)),
        Move("reopen", ("closed",), "active", "sites.edit", Label("重新启用", "Reopen")),
    ),
)

#: Why a site is not looked at for a while, or never again.
REASONS = {
    "rebuilding": Label("施工改造", "Being rebuilt"),
    "out_of_business": Label("停业", "Out of business"),
    "merged": Label("与其他点位合并", "Merged with another site"),
    "not_in_scope": Label("不再列入考察范围", "No longer in scope"),
    "mistake": Label("登记有误", "Registered by mistake"),
}
