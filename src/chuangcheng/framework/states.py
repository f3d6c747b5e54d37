"""The life of an edition."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

EDITION = StateTable(
    "edition",
    states=(
        State("draft", Label("草稿", "Draft")),
        State("published", Label("已发布", "Published")),
        State("frozen", Label("已冻结", "Frozen"), final=True),
        State("dropped", Label("已放弃", "Dropped")),
    ),
    moves=(
        Move("load", ("draft", "dropped"), "draft", "framework.edit", Label("载入", "Load")),
        Move("publish", ("draft",), "published", "framework.publish", Label("发布", "Publish")),
        Move("freeze", ("published",), "frozen", "framework.publish", Label("冻结", "Freeze")),
        Move("drop", ("draft",), "dropped", "framework.edit", Label("放弃", "Drop")),
    ),
)
