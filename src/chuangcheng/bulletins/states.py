"""The lives of a weekly report and of a unit's summary."""

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

SUMMARY = StateTable(
    "summary",
    states=(
        State("open", Label("可补充", "Open")),
        State("handed_in", Label("已交", "Handed in"), final=True),
    ),
    moves=(
        Move("assemble", ("open",), None, "bulletins.issue", Label("重新汇总", "Assemble again")),
        Move("edit", ("open",), None, "summaries.edit", Label("补充说明", "Add words")),
        Move("hand_in", ("open",), "handed_in", "summaries.edit", Label("交小结", "Hand in")),
    ),
)
