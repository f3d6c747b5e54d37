"""The life of an edition, and of a change of many duties."""

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

DUTY_BATCH = StateTable(
    "duty_batch",
    states=(
        State("planned", Label("待确认", "To be confirmed")),
        State("applied", Label("已执行", "Carried out")),
        State("undone", Label("已撤销", "Undone"), final=True),
        State("dropped", Label("已放弃", "Dropped"), final=True),
    ),
    moves=(
        Move("apply", ("planned",), "applied", "framework.edit", Label("执行", "Carry out")),
        Move("drop", ("planned",), "dropped", "framework.edit", Label("放弃", "Drop")),
        Move("undo", ("applied",), "undone", "framework.edit", Label("撤销", "Undo")),
    ),
)
