"""The life cycle of a site."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

SITE = StateTable(
    "site",
    states=(
        State("active", Label("在用", "Active")),
        State("paused", Label("暂停", "Paused")),
        State("closed", Label("撤销", "Closed"), final=True),
    ),
    moves=(
        Move("pause", ("active",), "paused", "sites.edit", Label("暂停考察", "Pause"), needs=("reason_code",)),
        Move("resume", ("paused",), "active", "sites.edit", Label("恢复考察", "Resume")),
        Move("close", ("active", "paused"), "closed", "sites.edit", Label("撤销点位", "Close"), needs=("reason_code",)),
        Move("reopen", ("closed",), "active", "sites.edit", Label("重新启用", "Reopen")),
    ),
)

#: Why a site is not looked at for a while, or never again.
REASONS = {
    "rebuilding": Label("施工改造", "Being rebuilt"),
    "out_of_business": Label("停业", "Out of business"),
    "merged": Label("与其他点位合并", "Merged with another site"),
    "not_in_scope": Label("不再列入考察范围", "No longer in scope"),
    "mistake": Label("登记有误", "Registered by mistake"),
}

_EDIT = "compounds.edit"
#: A compound on the register.
COMPOUND = StateTable(
    "compound",
    states=(
        State("active", Label("在册", "On the register")),
        State("closed", Label("已撤销", "Taken off"), final=True),
    ),
    moves=(
        Move("take_off", ("active",), "closed", _EDIT, Label("撤销小区", "Take off"), needs=("reason_code",)),
        Move("put_back", ("closed",), "active", _EDIT, Label("重新列入", "Put back")),
    ),
)
#: Why a compound leaves the register.
COMPOUND_REASONS = {
    "demolished": Label("已拆除", "Pulled down"),
    "merged": Label("与其他小区合并", "Merged with another compound"),
    "mistake": Label("登记有误", "Registered by mistake"),
}

_RUN = "deliberations.run"
#: Five parties deliberate 五方议事. It does not replace the owners' statutory votes (Civil Code, article 278).
DELIBERATION = StateTable(
    "deliberation",
    states=(
        State("convened", Label("已召集", "Convened")),
        State("discussed", Label("已议事", "Discussed")),
        State("notice", Label("公示中", "Public notice")),
        State("decided", Label("已决议", "Decided")),
        State("working", Label("实施中", "Being carried out")),
        State("done", Label("已办结", "Carried out"), final=True),
        State("shelved", Label("已搁置", "Shelved"), final=True),
    ),
    moves=(
        Move("discuss", ("convened",), "discussed", _RUN, Label("记录议事", "Record the meeting"), needs=("held_on",)),
        Move("sign", ("convened", "discussed"), None, _RUN, Label("录入签字", "Enter a signature"),
             needs=("party",)),
        Move("vote", ("discussed",), None, _RUN, Label("录入表决", "Enter the vote"), needs=("item",)),
        Move("publish", ("discussed",), "notice", _RUN, Label("开始公示", "Put up the notice")),
        Move("object", ("notice",), None, _RUN, Label("记录异议", "Record an objection"), needs=("text",)),
        Move("answer", ("notice",), None, _RUN, Label("答复异议", "Answer an objection"), needs=("text",)),
        Move("retract", ("notice",), "discussed", _RUN, Label("撤回重议", "Take back and discuss again"),
             needs=("reason_code",)),
        Move("decide", ("notice",), "decided", _RUN, Label("形成决议", "Decide")),
        Move("begin", ("decided",), "working", _RUN, Label("转入实施", "Begin the work")),
        Move("finish", ("decided", "working"), "done", _RUN, Label("办结", "Finish")),
        Move("shelve", ("convened", "discussed", "notice", "decided"), "shelved", _RUN, Label("搁置", "Shelve"),
             needs=("reason_code",)),
    ),
)  # fmt: skip
#: Why a matter goes back to the table.
RETRACTIONS = {
    "objections": Label("公示期有合理异议", "Well-founded objections"),
    "mistake": Label("公示内容有误", "The notice was wrong"),
}
#: Why a matter is left alone.
SHELVINGS = {
    "no_consent": Label("未达成一致", "No agreement"),
    "no_money": Label("资金未落实", "No money for it"),
    "owners_vote": Label("依法应由业主共同决定", "The law leaves it to the owners' vote"),
    "other_way": Label("已由其他途径解决", "Solved in another way"),
}

#: A shop under front-door responsibility 门前三包.
SHOP = StateTable(
    "shop",
    states=(
        State("open", Label("营业", "Open")),
        State("closed", Label("停业", "Closed"), final=True),
        State("moved", Label("迁出", "Moved away"), final=True),
    ),
    moves=(
        Move("shut", ("open",), "closed", "shops.edit", Label("登记停业", "Note it closed")),
        Move("move_out", ("open",), "moved", "shops.edit", Label("登记迁出", "Note it moved away")),
        Move("reopen", ("closed", "moved"), "open", "shops.edit", Label("恢复营业", "Open again")),
    ),
)

#: From the reminder to the rectification notice 整改通知书, and no further: a penalty is the enforcement body's own,
#: known here by the number and date of its document alone.
RECTIFICATION = StateTable(
    "rectification",
    states=(
        State("reminded", Label("已提醒", "Reminded")),
        State("noticed", Label("已发整改通知", "Notice served")),
        State("handed_over", Label("已移交执法", "With the enforcement body")),
        State("done", Label("已整改", "Put right"), final=True),
        State("concluded", Label("执法已反馈", "Enforcement has answered"), final=True),
        State("withdrawn", Label("已撤销", "Withdrawn"), final=True),
    ),
    moves=(
        Move("serve", ("reminded",), "noticed", "shops.rectify", Label("发整改通知书", "Serve a notice"),
             needs=("demand", "due_on")),
        Move("settle", ("reminded", "noticed"), "done", "shops.check", Label("已整改", "Put right")),
        Move("hand_over", ("noticed",), "handed_over", "shops.rectify", Label("移交执法", "Hand over"),
             needs=("unit",)),
        Move("note_penalty", ("handed_over",), "concluded", "shops.rectify",
             Label("登记处罚文书", "Note the penalty document"), needs=("document_number", "document_on")),
        Move("note_none", ("handed_over",), "concluded", "shops.rectify", Label("未予处罚", "No penalty")),
        Move("withdraw", ("reminded", "noticed"), "withdrawn", "shops.rectify", Label("撤销", "Withdraw"),
             needs=("reason_code",)),
    ),
)  # fmt: skip
#: Why a reminder or notice is taken back.
WITHDRAWALS = {
    "mistake": Label("认定有误", "Found wrongly"),
    "not_theirs": Label("不属该门店责任范围", "Not this shop's front"),
    "gone": Label("门店已停业或迁出", "The shop has closed or moved"),
}

#: A special team 专班 for a hard spot.
TEAM = StateTable(
    "team",
    states=(
        State("active", Label("攻坚中", "At work")),
        State("ended", Label("已结束", "Ended"), final=True),
    ),
    moves=(
        Move("prolong", ("active",), None, "teams.edit", Label("延长期限", "Prolong"), needs=("until",)),
        Move("end", ("active",), "ended", "teams.edit", Label("结束专班", "End"), needs=("result",)),
    ),
)
#: How a team's work ended.
TEAM_RESULTS = {
    "reached": Label("达到目标", "Goal reached"),
    "partly": Label("部分达到", "Partly reached"),
    "not_reached": Label("未达到", "Not reached"),
}
