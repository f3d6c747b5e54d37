"""What becomes of a doubtful reading 存疑读数: it stands apart until somebody has looked at it."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

DOUBT = StateTable(
    name="doubt",
    states=(
        State("waiting", Label("待核", "To be checked")),
        State("confirmed", Label("已确认", "Confirmed"), final=True),
        State("corrected", Label("已更正", "Corrected"), final=True),
        State("withdrawn", Label("已撤回", "Withdrawn"), final=True),
    ),
    moves=(
        Move("confirm", ("waiting",), "confirmed", "indicators.judge", Label("确认无误", "Confirm"), ("words",)),
        Move("correct", ("waiting",), "corrected", "indicators.edit", Label("更正", "Correct")),
        Move("withdraw", ("waiting",), "withdrawn", "indicators.edit", Label("撤回", "Withdraw"), ("words",)),
    ),
)
