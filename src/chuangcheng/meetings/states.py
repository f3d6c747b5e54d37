"""The lives of a meeting 会议, from its plan to the issued minutes, and of a quiz on its notice."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

AHEAD = ("planned", "called", "postponed")
RUN = "meetings.run"

MEETING = StateTable(
    "meeting",
    states=(
        State("planned", Label("拟召开", "Planned")),
        State("called", Label("已通知", "Called")),
        State("postponed", Label("延期", "Postponed")),
        State("held", Label("已召开", "Held")),
        State("minuted", Label("已起草纪要", "Minuted")),
        State("issued", Label("已印发纪要", "Minutes issued"), final=True),
        State("cancelled", Label("已取消", "Cancelled"), final=True),
    ),
    moves=(
        Move("call", ("planned", "postponed"), "called", RUN, Label("发会议通知", "Call")),
        Move("hold", ("planned", "called"), "held", RUN, Label("登记召开", "Held")),
        Move("minute", ("held", "minuted"), "minuted", RUN, Label("起草纪要", "Write minutes"), ("minutes",)),
        Move("issue", ("minuted",), "issued", RUN, Label("印发纪要", "Issue minutes")),
        Move("decide", ("held", "minuted"), None, RUN, Label("记录议定事项", "Record a decision")),
        Move("build", (*AHEAD, "held"), None, RUN, Label("重新生成议题", "Build the agenda anew")),
        Move("amend", AHEAD, None, RUN, Label("修改", "Change")),
        Move("postpone", ("planned", "called"), "postponed", RUN, Label("延期", "Postpone"), ("note",)),
        Move("cancel", AHEAD, "cancelled", RUN, Label("取消", "Cancel"), ("note",)),
    ),
)

#: Move → (verb of the history row ``meeting.<verb>``, topic of the outbox or "").
VERBS: dict[str, tuple[str, str]] = {
    "call": ("called", "meeting.called"),
    "hold": ("held", ""),
    "minute": ("minuted", ""),
    "issue": ("issued", "meeting.issued"),
    "decide": ("decided", ""),
    "build": ("agenda_built", ""),
    "amend": ("amended", ""),
    "postpone": ("postponed", "meeting.postponed"),
    "cancel": ("cancelled", "meeting.cancelled"),
}

#: A quiz on a meeting's notice, where the city has switched quizzes on.
QUIZ = StateTable(
    name="quiz",
    states=(
        State("draft", Label("未开放", "Not open")),
        State("open", Label("已开放", "Opened")),
        State("withdrawn", Label("已撤回", "Taken back"), final=True),
    ),
    moves=(
        Move("set", ("draft",), None, RUN, Label("导入题目", "Take questions in")),
        Move("open", ("draft",), "open", RUN, Label("开放答题", "Open the quiz"), ("from_on", "until_on")),
        Move("withdraw", ("draft", "open"), "withdrawn", RUN, Label("撤回问答", "Take the quiz back")),
    ),
)
