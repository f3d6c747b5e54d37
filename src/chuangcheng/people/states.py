"""The life of a job that somebody ordered."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

JOB = StateTable(
    "job",
    states=(
        State("waiting", Label("排队", "Waiting")),
        State("running", Label("进行中", "Running")),
        State("done", Label("完成", "Done"), final=True),
        State("failed", Label("失败", "Failed"), final=True),
        State("cancelled", Label("已取消", "Cancelled"), final=True),
        State("expired", Label("已过期", "Expired"), final=True),
    ),
    moves=(
        Move("start", ("waiting",), "running", "desk.enter", Label("开始", "Start")),
        Move("give_back", ("running",), "waiting", "desk.enter", Label("重新排队", "Give back")),
        Move("finish", ("running",), "done", "desk.enter", Label("完成", "Finish")),
        Move("fail", ("running",), "failed", "desk.enter", Label("失败", "Fail"), needs=("error",)),
        Move("retry", ("failed",), "waiting", "desk.enter", Label("重试", "Try again")),
        Move("cancel", ("waiting", "running"), "cancelled", "desk.enter", Label("取消", "Cancel")),
        Move("expire", ("done", "failed", "cancelled"), "expired", "desk.enter", Label("过期", "Expire")),
    ),
)

#: What history calls each move.
JOB_VERBS = {
    "start": "started", "give_back": "given_back", "finish": "finished", "fail": "failed", "retry": "retried",
    "cancel": "cancelled", "expire": "expired",
}  # fmt: skip
