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

DRIVE = StateTable(
    name="drive",
    states=(
        State("drafted", Label("准备中", "Being prepared")),
        State("open", Label("创建中", "Running")),
        State("closed", Label("已结束", "Closed"), final=True),
    ),
    moves=(
        Move("amend", ("drafted",), None, "drives.edit", Label("修改", "Change")),
        Move("open", ("drafted",), "open", "drives.edit", Label("启动", "Start")),
        Move("close", ("open",), "closed", "drives.edit", Label("结束", "Close")),
    ),
)
DRIVE_PLACE = StateTable(
    name="drive_place",
    states=(
        State("todo", Label("待自评", "To be assessed")),
        State("claimed", Label("待复核", "To be re-checked")),
        State("graded", Label("已评定", "Graded")),
    ),
    moves=(
        Move("fill", ("todo", "graded"), "graded", "drives.fill", Label("自评", "Assess")),
        Move("claim", ("todo", "graded"), "claimed", "drives.fill", Label("自评达标", "Claim to be met")),
        Move("withdraw", ("claimed",), "todo", "drives.fill", Label("撤回自评", "Take back")),
        Move("confirm", ("claimed",), "graded", "drives.recheck", Label("复核通过", "Confirm")),
        Move("overturn", ("claimed",), "graded", "drives.recheck", Label("复核不通过", "Overturn"), ("words",)),
    ),
)
PLACE_VERBS = {"fill": "assessed", "claim": "claimed", "withdraw": "withdrawn", "confirm": "confirmed",
               "overturn": "overturned"}  # fmt: skip
DRIVE_GAP = StateTable(
    name="drive_gap",
    states=(
        State("open", Label("待整改", "To be mended")),
        State("done", Label("已整改", "Mended")),
        State("passed", Label("已销号", "Struck off"), final=True),
    ),
    moves=(
        Move("assign", ("open",), None, "drives.fill", Label("明确责任和时限", "Set owner and date"), ("due_on",)),
        Move("finish", ("open",), "done", "drives.fill", Label("整改完成", "Mended"), ("words", "proof")),
        Move("task", ("open",), None, "tasks.edit", Label("转为任务", "Make it a task")),
        Move("fail", ("open", "done"), "open", "drives.fill", Label("复评仍不合格", "Fails again")),
        Move("strike", ("open", "done"), "passed", "drives.fill", Label("复评合格", "Passes now")),
    ),
)
GAP_VERBS = {"assign": "assigned", "finish": "mended", "task": "made_task", "fail": "failed", "strike": "passed"}
