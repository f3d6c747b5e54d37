"""The life of a weekly report."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

WEEKLY = StateTable(
    "weekly",
    states=(
        State("draft", Label("草稿", "Draft")),
        State("issued", Label("已印发", "Issued"), final=True),
    ),
    moves=(
        Move("assemble", ("draft",), None, "bulletins.issue", Label("重新汇总", "Assemble again")),
        Move("note", ("draft",), None, "bulletins.issue", Label("填写说明", "Add a note")),
        Move("issue", ("draft",), "issued", "bulletins.issue", Label("印发", "Issue")),
    ),
)
