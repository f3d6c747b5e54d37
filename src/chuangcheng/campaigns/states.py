"""Life cycles of the room: a campaign, its sub-actions, a place's assessment in a drive, what it must mend."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

CAMPAIGN = StateTable(
    name="campaign",
    states=(
        State("planned", Label("筹备", "Planned")),
        State("running", Label("推进中", "Running")),
        State("reviewing", Label("验收中", "Reviewing")),
        State("finished", Label("已完成", "Finished"), final=True),
        State("cancelled", Label("已取消", "Cancelled"), final=True),
    ),
    moves=(
        Move("start", ("planned",), "running", "campaigns.edit", Label("启动", "Start")),
        Move("review", ("running",), "reviewing", "campaigns.report", Label("提请验收", "Ask for review"), ("words",)),
        Move("send_back", ("reviewing",), "running", "campaigns.decide", Label("退回", "Send back"), ("words",)),
        Move("finish", ("reviewing",), "finished", "campaigns.decide", Label("验收通过", "Accept"), ("words",)),
        Move("cancel", ("planned", "running", "reviewing"), "cancelled", "campaigns.decide", Label("取消", "Cancel"),
             ("words",)),
        Move("amend", ("planned", "running"), None, "campaigns.edit", Label("修改", "Change")),
    ),
)  # fmt: skip
#: Move → verb of the history row ``campaign.<verb>`` and of the topic.
CAMPAIGN_VERBS = {
    "start": "started", "review": "review_asked", "send_back": "sent_back", "finish": "finished",
    "cancel": "cancelled", "amend": "changed",
}  # fmt: skip
#: States in which readings and money come in.
LIVE = ("running", "reviewing")

SUB_ACTION = StateTable(
    name="sub_action",
    states=(
        State("planned", Label("未开始", "Planned")),
        State("running", Label("进行中", "Under way")),
        State("done", Label("已完成", "Done"), final=True),
        State("cancelled", Label("已取消", "Cancelled"), final=True),
    ),
    moves=(
        Move("begin", ("planned",), "running", "campaigns.report", Label("开始", "Begin")),
        Move("finish", ("planned", "running"), "done", "campaigns.report", Label("完成", "Finish"), ("result",)),
        Move("cancel", ("planned", "running"), "cancelled", "campaigns.report", Label("取消", "Cancel"), ("result",)),
        Move("reopen", ("done", "cancelled"), "running", "campaigns.edit", Label("重新开展", "Take up again")),
    ),
)  # fmt: skip
SUB_ACTION_VERBS = {"begin": "begun", "finish": "finished", "cancel": "cancelled", "reopen": "reopened"}
