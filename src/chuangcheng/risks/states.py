"""Three lives kept apart: an entry of a risk ledger, a list of laggards, one of the national negative list."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

EDIT, DECIDE = "risks.edit", "risks.decide"
DRAFT, APPROVE, OBJECT = "laggards.draft", "laggards.approve", "laggards.object"
RECORD, CONFIRM = "sanctions.record", "sanctions.confirm"
#: States in which an entry asks for something.
LIVE = ("open", "handling")

RISK = StateTable(
    "risk",
    states=(
        State("open", Label("待处置", "Open")),
        State("handling", Label("处置中", "Being handled")),
        State("relieved", Label("已缓解", "Relieved")),
        State("accepted", Label("已接受", "Accepted")),
        State("closed", Label("已关闭", "Closed"), final=True),
    ),
    moves=(
        Move("handle", ("open",), "handling", EDIT, Label("制定措施", "Take measures"), ("measures", "due_on")),
        Move("assess", ("open", "handling", "accepted"), None, EDIT, Label("重新研判", "Assess again"), ("words",)),
        Move("review", ("open", "handling", "accepted"), None, EDIT, Label("复查", "Review"), ("words",)),
        Move("link", ("open", "handling"), None, EDIT, Label("关联任务案件", "Link to work"), ("number",)),
        Move("relieve", LIVE, "relieved", EDIT, Label("缓解", "Relieved"), ("words",)),
        Move("relapse", ("relieved",), "handling", EDIT, Label("再次出现", "Came back"), ("words",)),
        Move("accept", LIVE, "accepted", DECIDE, Label("接受风险", "Accept"), ("words", "review_on")),
        Move("reopen", ("accepted",), "open", DECIDE, Label("重新处置", "Open again"), ("words",)),
        Move("close", ("handling", "relieved", "accepted"), "closed", DECIDE, Label("关闭", "Close"), ("words",)),
    ),
)
LIST = StateTable(
    "laggardlist",
    states=(
        State("draft", Label("草拟", "Draft")),
        State("objecting", Label("征求异议", "Open to objections")),
        State("approving", Label("待审批", "Awaiting approval")),
        State("issued", Label("已印发", "Issued"), final=True),
        State("dropped", Label("已放弃", "Dropped"), final=True),
    ),
    moves=(
        Move("announce", ("draft",), "objecting", DRAFT, Label("征求异议", "Ask for objections"), ("until",)),
        Move("submit", ("objecting",), "approving", DRAFT, Label("送审", "Submit")),
        Move("send_back", ("approving",), "draft", APPROVE, Label("退回", "Send back"), ("words",)),
        Move("issue", ("approving",), "issued", APPROVE, Label("批准印发", "Approve and issue")),
        Move("drop", ("draft", "objecting", "approving"), "dropped", DRAFT, Label("放弃", "Drop")),
    ),
)
OBJECTION = StateTable(
    "laggard",
    states=(
        State("listed", Label("列入", "Listed")),
        State("objected", Label("有异议", "Objected")),
        State("rejected", Label("异议不成立", "Objection rejected")),
        State("taken_out", Label("异议成立，不列入", "Taken out"), final=True),
    ),
    moves=(
        Move("object", ("listed", "rejected"), "objected", OBJECT, Label("提出异议", "Object"), ("words",)),
        Move("uphold", ("objected",), "taken_out", DRAFT, Label("异议成立", "Uphold"), ("words",)),
        Move("reject", ("objected",), "rejected", DRAFT, Label("异议不成立", "Reject"), ("words",)),
    ),
)
SANCTION = StateTable(
    "sanction",
    states=(
        State("recorded", Label("待认定", "Recorded")),
        State("confirmed", Label("已认定", "Confirmed")),
        State("rejected", Label("不予认定", "Rejected"), final=True),
        State("withdrawn", Label("已撤销", "Withdrawn"), final=True),
    ),
    moves=(
        Move("confirm", ("recorded",), "confirmed", CONFIRM, Label("认定", "Confirm"), ("words",)),
        Move("reject", ("recorded",), "rejected", CONFIRM, Label("不予认定", "Reject"), ("words",)),
        Move("withdraw", ("confirmed",), "withdrawn", CONFIRM, Label("撤销认定", "Withdraw"), ("words",)),
    ),
)
