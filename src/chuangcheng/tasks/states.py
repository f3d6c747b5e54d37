"""The life of a task 任务 from its entry in the ledger to striking it off, and the rule of tasks that come back."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

OWED = ("not_started", "under_way", "relapsed")
#: States in which a unit has something to do by ``due_on``: for an upheld task that is its next check.
RUNNING = (*OWED, "upheld")

TASK = StateTable(
    name="task",
    states=(
        State("not_started", Label("未启动", "Not started")),
        State("under_way", Label("推进中", "Under way")),
        State("in_review", Label("待审核", "In review")),
        State("struck_off", Label("已销号", "Struck off"), final=True),
        State("upheld", Label("长期坚持", "Upheld")),
        State("relapsed", Label("反弹", "Relapsed")),
        State("void", Label("作废", "Void"), final=True),
    ),
    moves=(
        Move("progress", OWED, "under_way", "tasks.report", Label("填报进展", "Report progress"), ("words",)),
        Move("submit", ("under_way",), "in_review", "tasks.report", Label("申请销号", "Ask to strike off"), ("proof",)),
        Move("withdraw", ("in_review",), "under_way", "tasks.report", Label("撤回申请", "Take back")),
        Move("pass", ("in_review",), None, "tasks.review", Label("审核通过", "Pass on")),
        Move("strike_off", ("in_review",), "struck_off", "tasks.decide", Label("销号", "Strike off")),
        Move("send_back", ("in_review",), "under_way", "tasks.review", Label("退回", "Send back"), ("words",)),
        Move("uphold", ("under_way", "in_review"), "upheld", "tasks.decide", Label("转长期坚持", "Uphold"), ("days",)),
        Move("check", ("upheld",), None, "tasks.report", Label("巩固检查", "Upkeep check"), ("words",)),
        Move("relapse", ("struck_off", "upheld"), "relapsed", "tasks.review", Label("认定反弹", "Relapsed"),
             ("words", "due_on")),
        Move("amend", RUNNING, None, "tasks.edit", Label("修改", "Change")),
        Move("arrange", RUNNING, None, "tasks.report", Label("安排落实", "Arrange")),
        Move("postpone", OWED, None, "tasks.decide", Label("延期", "Extend"), ("due_on", "words")),
        Move("petition", OWED, None, "tasks.report", Label("申请延期", "Ask for more time"), ("due_on", "words")),
        Move("void", ("not_started", "under_way", "in_review", "relapsed", "upheld"), "void", "tasks.decide",
             Label("作废", "Void"), ("words",)),
    ),
)  # fmt: skip

#: Move → (verb of the history row ``task.<verb>``, topic of the outbox or "").
VERBS: dict[str, tuple[str, str]] = {
    "progress": ("progressed", "task.progressed"),
    "submit": ("submitted", "task.submitted"),
    "withdraw": ("withdrawn", ""),
    "pass": ("passed", "task.passed"),
    "strike_off": ("struck_off", "task.struck_off"),
    "send_back": ("sent_back", "task.sent_back"),
    "uphold": ("upheld", "task.upheld"),
    "check": ("checked", ""),
    "relapse": ("relapsed", "task.relapsed"),
    "amend": ("amended", "task.amended"),
    "arrange": ("arranged", ""),
    "postpone": ("extended", "task.extended"),
    "petition": ("petitioned", "task.petitioned"),
    "void": ("voided", "task.voided"),
}
#: Who looks at a request to strike off, in order.
STAGES: dict[str, Label] = {
    "subcommand": Label("分指挥部审核", "Sub-command"),
    "office": Label("创城办审核", "Campaign office"),
}
#: A petition for a later date 延期申请: one at a time for each task. It goes the way of a request to strike off.
PETITION = StateTable(
    name="petition",
    states=(
        State("waiting", Label("待审批", "Waiting")),
        State("granted", Label("已批准", "Granted"), final=True),
        State("declined", Label("未批准", "Declined"), final=True),
        State("withdrawn", Label("已撤回", "Taken back"), final=True),
        State("lapsed", Label("已失效", "Lapsed"), final=True),
    ),
    moves=(
        Move("endorse", ("waiting",), None, "tasks.review", Label("同意延期并转报", "Endorse the petition")),
        Move("grant", ("waiting",), "granted", "tasks.decide", Label("批准延期", "Grant more time"), ("due_on",)),
        Move("decline", ("waiting",), "declined", "tasks.review", Label("不批准延期", "Decline the petition"),
             ("words",)),
        Move("retract", ("waiting",), "withdrawn", "tasks.report", Label("撤回延期申请", "Take the petition back")),
        Move("lapse", ("waiting",), "lapsed", "tasks.report", Label("延期申请失效", "The petition lapses")),
    ),
)  # fmt: skip
#: Moves of a petition that persons take, with the verb of the row ``task.<verb>`` in its task's history.
PETITION_VERBS = {"endorse": "endorsed", "grant": "extended", "decline": "declined", "retract": "retracted"}
#: Moves of a task after which it needs no more time: what waits lapses.
LAPSING = ("submit", "uphold", "void")
ROUTINE = StateTable(
    name="routine",
    states=(
        State("active", Label("执行中", "Running")),
        State("ended", Label("已停止", "Ended"), final=True),
    ),
    moves=(Move("end", ("active",), "ended", "tasks.edit", Label("停止", "End")),),
)
