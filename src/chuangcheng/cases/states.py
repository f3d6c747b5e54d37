"""The two life cycles of the room: what somebody saw, and what must be fixed."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

REPORT = StateTable(
    "report",
    states=(
        State("received", Label("待受理", "Received")),
        State("pending_confirm", Label("待核实", "Awaiting confirmation")),
        State("filed", Label("已立案", "Filed"), final=True),
        State("linked", Label("已并案", "Linked to a case"), final=True),
        State("referred", Label("已转交", "Passed to another office"), final=True),
        State("withdrawn", Label("已撤回", "Withdrawn"), final=True),
        State("not_accepted", Label("不予受理", "Not accepted"), final=True),
    ),
    moves=(
        Move("ask_confirm", ("received",), "pending_confirm", "reports.triage", Label("请网格核实", "Ask to confirm")),
        Move("confirm", ("pending_confirm",), "received", "reports.confirm", Label("反馈核实结果", "Confirm"),
             needs=("found",)),
        Move("file", ("received", "pending_confirm"), "filed", "reports.triage", Label("立案", "File")),
        Move("link", ("received", "pending_confirm"), "linked", "reports.triage", Label("并案", "Link"),
             needs=("case",)),
        Move("refuse", ("received", "pending_confirm"), "not_accepted", "reports.triage",
             Label("不予受理", "Do not accept"), needs=("reason_code",)),
        Move("refer", ("received", "pending_confirm"), "referred", "reports.complaints",
             Label("转交投诉", "Pass a complaint on"), needs=("reason_code", "office")),
        Move("withdraw", ("received", "pending_confirm"), "withdrawn", "reports.withdraw", Label("撤回", "Withdraw")),
        Move("object", ("not_accepted",), "received", "reports.object", Label("提出异议", "Object")),
    ),
)  # fmt: skip

CASE = StateTable(
    "case",
    states=(
        State("filed", Label("待派遣", "Filed")),
        State("dispatched", Label("待接收", "Dispatched")),
        State("handling", Label("处置中", "Handling")),
        State("handled", Label("待核查", "Handled")),
        State("verified", Label("待结案", "Verified")),
        State("arbitrating", Label("待仲裁", "In arbitration")),
        State("suspended", Label("挂账", "Suspended")),
        State("closed", Label("已结案", "Closed"), final=True),
        State("void", Label("已作废", "Void"), final=True),
        State("merged", Label("已并入", "Merged"), final=True),
    ),
    moves=(
        Move("dispatch", ("filed",), "dispatched", "cases.dispatch", Label("派遣", "Dispatch"), needs=("unit",)),
        Move("claim", ("filed",), "handling", "cases.claim", Label("认领", "Claim")),
        Move("pass_on", ("dispatched", "handling"), "dispatched", "cases.pass_on", Label("转派", "Pass on"),
             needs=("unit",)),
        Move("accept", ("dispatched",), "handling", "cases.handle", Label("接收", "Accept")),
        Move("return_up", ("dispatched", "handling"), "dispatched", "cases.handle", Label("退回上级", "Return"),
             needs=("reason_code",)),
        Move("send_back", ("dispatched", "handling"), "filed", "cases.handle", Label("回退", "Send back"),
             needs=("reason_code",)),
        Move("escalate", ("dispatched", "handling"), "arbitrating", "cases.handle",
             Label("退回并提请仲裁", "Return to arbitration"), needs=("reason_code",)),
        Move("arbitrate", ("arbitrating",), "dispatched", "cases.arbitrate", Label("仲裁", "Arbitrate"),
             needs=("unit", "note")),
        Move("seek_owner", ("filed", "dispatched", "handling"), "handling", "owners.seek",
             Label("权属不明，找主人", "Find the owner")),
        Move("ask_owner", ("dispatched", "handling"), None, "owners.seek", Label("询问单位", "Ask units"),
             needs=("units",)),
        Move("answer_owner", ("dispatched", "handling"), None, "owners.answer",
             Label("答复权属询问", "Answer whose it is"), needs=("answer",)),
        Move("name_owner", ("dispatched", "handling"), "dispatched", "owners.seek",
             Label("交给认领权属的单位", "Give it to the owner"), needs=("unit",)),
        Move("rule_owner", ("dispatched", "handling"), "dispatched", "owners.decide",
             Label("裁定权属", "Rule whose it is"), needs=("unit", "note")),
        Move("no_owner", ("dispatched", "handling"), None, "owners.decide", Label("认定无主", "Rule it nobody's"),
             needs=("reason_code", "note")),
        Move("handle", ("handling",), "handled", "cases.handle", Label("处置完成", "Report as handled"),
             needs=("outcome",)),
        Move("add_co", ("dispatched", "handling", "suspended"), None, "cases.pass_on",
             Label("增加协办", "Add a supporting unit"), needs=("unit",)),
        Move("release_co", ("dispatched", "handling", "suspended"), None, "cases.pass_on",
             Label("解除协办", "Release a supporting unit"), needs=("unit", "note")),
        Move("finish_co", ("dispatched", "handling", "suspended"), None, "cases.handle",
             Label("协办完成", "Support done"), needs=("note",)),
        Move("plan", ("dispatched", "handling", "suspended"), None, "cases.handle",
             Label("分步办理", "Plan in steps"), needs=("steps",)),
        Move("finish_step", ("dispatched", "handling", "suspended"), None, "cases.handle",
             Label("完成一步", "Step done"), needs=("step",)),
        Move("rework", ("handled", "verified"), "handling", "cases.verify", Label("返工", "Send for rework"),
             needs=("note",)),
        Move("verify", ("handled",), "verified", "cases.verify", Label("核查通过", "Verify")),
        Move("close", ("verified",), "closed", "cases.close", Label("结案", "Close")),
        Move("ask_extension", ("dispatched", "handling"), None, "cases.handle", Label("申请延期", "Ask for extension"),
             needs=("reason",)),
        Move("ask_suspension", ("dispatched", "handling"), None, "cases.handle",
             Label("申请挂账", "Ask for suspension"), needs=("reason", "until")),
        Move("extend", ("dispatched", "handling"), None, "cases.approve", Label("批准延期", "Grant extension")),
        Move("suspend", ("dispatched", "handling"), "suspended", "cases.approve",
             Label("批准挂账", "Grant suspension")),
        Move("decline", ("dispatched", "handling"), None, "cases.approve", Label("不同意", "Refuse petition")),
        Move("resume", ("suspended",), "handling", "cases.approve", Label("恢复处置", "Resume")),
        Move("flag", ("filed", "dispatched", "handling", "handled", "verified", "suspended"), None, "cases.flag",
             Label("督办", "Flag for supervision"), needs=("note", "until")),
        Move("unflag", ("filed", "dispatched", "handling", "handled", "verified", "suspended"), None, "cases.flag",
             Label("撤销督办", "Take the flag off"), needs=("note",)),
        Move("reopen", ("closed",), "filed", "cases.dispatch", Label("重新立案", "Reopen"), needs=("reason_code",)),
        Move("void", ("filed", "dispatched"), "void", "cases.dispatch", Label("作废", "Void"),
             needs=("reason_code",)),
        Move("merge", ("filed", "dispatched", "handling", "handled", "verified"), "merged", "cases.dispatch",
             Label("并入他案", "Merge"), needs=("target",)),
        Move("unmerge", ("merged",), "filed", "cases.dispatch", Label("撤销并案", "Undo the merge")),
        Move("split", ("filed", "dispatched", "handling", "handled", "verified", "suspended"), None, "cases.dispatch",
             Label("拆分", "Split"), needs=("reports",)),
        Move("deny_relapse", ("filed", "dispatched", "handling", "handled", "verified", "suspended", "closed"), None,
             "cases.dispatch", Label("不是反弹", "Not a relapse"), needs=("reason_code",)),
    ),
)  # fmt: skip

#: A case in one of these counts in no rate and no score: it never was one, or another one stands for it.
UNCOUNTED = ("void", "merged")

#: What becomes of a reporter's plea to take a closed case up again: a life beside that of the report. Once the case
#: was reopened and closed anew, the reporter may plead anew; what was declined stays declined.
PLEA = StateTable(
    "plea",
    states=(
        State("none", Label("未提出", "None"), final=True),
        State("asked", Label("待研判", "Awaiting decision")),
        State("granted", Label("已重办", "Granted"), final=True),
        State("declined", Label("不予重办", "Declined"), final=True),
    ),
    moves=(
        Move("ask_reopen", ("none", "granted"), "asked", "reports.object", Label("要求重办", "Ask to reopen"),
             needs=("note",)),
        Move("grant_reopen", ("asked",), "granted", "cases.dispatch", Label("同意重办", "Reopen the case")),
        Move("decline_reopen", ("asked",), "declined", "cases.dispatch", Label("不予重办", "Do not reopen"),
             needs=("reason_code",)),
    ),
)  # fmt: skip

#: The search for the owner of what a case is about: it runs beside the case, which the street holds meanwhile.
OWNER_SEARCH = StateTable(
    "owner_search",
    states=(
        State("open", Label("寻找中", "Searching")),
        State("found", Label("单位承认", "A unit owned up"), final=True),
        State("ruled", Label("裁定", "Ruled"), final=True),
        State("nobodys", Label("认定无主", "Nobody's"), final=True),
        State("dropped", Label("案件先结束", "Ended with its case"), final=True),
    ),
    moves=(
        Move("name", ("open",), "found", "owners.seek", Label("交给认领权属的单位", "Give it to the owner"),
             needs=("unit",)),
        Move("rule", ("open",), "ruled", "owners.decide", Label("裁定权属", "Rule whose it is"),
             needs=("unit", "note")),
        Move("nobodys", ("open",), "nobodys", "owners.decide", Label("认定无主", "Rule it nobody's"),
             needs=("reason_code", "note")),
        Move("drop", ("open",), "dropped", "owners.drop", Label("随案件终止", "End with its case")),
    ),
)  # fmt: skip

#: What a unit answers that was asked whose it is.
OWNER_ANSWERS = {"yes": Label("是我单位的", "It is ours"), "no": Label("不是我单位的", "It is not ours")}
#: Why a search began, and why something is nobody's.
OWNER_WHYS = {
    "unknown": Label("权属不明", "Nobody knows whose it is"),
    "no_rule": Label("没有派遣规则对应", "No routing rule names a unit"),
}
NOBODYS = {
    "no_record": Label("查无权属登记", "No record of an owner"),
    "owner_gone": Label("权属单位已撤销或注销", "The owner no longer exists"),
    "inseparable": Label("多家共有，无法分清", "Shared by several, inseparable"),
}

#: What a person finds of two photos nearly the same.
ALARM = StateTable(
    "alarm",
    states=(
        State("open", Label("待研判", "To be judged")),
        State("fraud", Label("认定造假", "Judged a fraud"), final=True),
        State("harmless", Label("排除", "Judged harmless"), final=True),
    ),
    moves=(
        Move("fraud", ("open",), "fraud", "alarms.judge", Label("认定造假", "It is a fraud"), needs=("words",)),
        Move("harmless", ("open",), "harmless", "alarms.judge", Label("排除", "It is harmless"), needs=("words",)),
        Move("look_again", ("fraud", "harmless"), "open", "alarms.judge", Label("重新研判", "Look again"),
             needs=("words",)),
    ),
)  # fmt: skip

#: Whether an open report is a complaint about staff or a unit: beside its life. A complaint is seen by nobody but who
#: passes it on (``REPORT``'s move ``refer``).
COMPLAINT = StateTable(
    "complaint",
    states=(
        State("ordinary", Label("一般上报", "Ordinary"), final=True),
        State("complaint", Label("投诉", "Complaint")),
    ),
    moves=(
        Move("flag_complaint", ("ordinary",), "complaint", "reports.triage",
             Label("是投诉，交专人", "It is a complaint")),
        Move("clear_complaint", ("complaint",), "ordinary", "reports.complaints",
             Label("不是投诉，照常受理", "It is no complaint")),
    ),
)  # fmt: skip

#: Where a complaint about staff or a unit goes: it leaves this system (law 12). The sentence tells how to follow it.
COMPLAINT_OFFICES = {
    "hotline": Label("12345 热线", "12345 hotline"),
    "petition": Label("信访部门", "Petition office"),
    "discipline": Label("纪检监察机关", "Discipline inspection"),
}
REFERRALS = {
    "complaint_staff": Label("投诉工作人员", "Complaint about staff"),
    "complaint_unit": Label("投诉单位", "Complaint about a unit"),
}

#: An order 工单 that somebody outside gave with a report: it is answered on its own, whatever reports share its case.
ORDER = StateTable(
    "order",
    states=(
        State("open", Label("待回复", "To answer")),
        State("drafted", Label("已拟回复", "Reply drafted")),
        State("replied", Label("已回复", "Answered"), final=True),
    ),
    moves=(
        Move("draft", ("open", "drafted"), "drafted", "orders.draft", Label("拟回复", "Draft the reply"),
             needs=("text",)),
        Move("send", ("drafted",), "replied", "orders.send", Label("回复", "Send the reply")),
    ),
)  # fmt: skip

#: The plea 剔除 that an order be counted in no rate: a life beside that of the order, which stays visible either way.
REMOVAL = StateTable(
    "removal",
    states=(
        State("none", Label("未申请", "None"), final=True),
        State("asked", Label("待审核", "Awaiting decision")),
        State("granted", Label("已剔除", "Removed"), final=True),
        State("declined", Label("不予剔除", "Declined"), final=True),
    ),
    moves=(
        Move("ask_removal", ("none", "declined"), "asked", "orders.draft", Label("申请剔除", "Ask for removal"),
             needs=("reason_code", "evidence")),
        Move("grant_removal", ("asked",), "granted", "orders.decide", Label("同意剔除", "Grant removal")),
        Move("decline_removal", ("asked",), "declined", "orders.decide", Label("不予剔除", "Decline removal")),
    ),
)  # fmt: skip

#: Why an order shall be counted in no rate.
REMOVALS = {
    "other_area": Label("不属本市管辖", "Not this city's affair"),
    "repeated": Label("同一诉求重复来件", "The same request again"),
    "untrue": Label("经核实与事实不符", "Found untrue on the spot"),
    "no_basis": Label("诉求缺乏法律政策依据", "No basis in law or policy"),
    "in_litigation": Label("已进入诉讼、仲裁或复议程序", "In litigation or arbitration"),
    "unreachable": Label("诉求不清且无法联系诉求人", "Unclear, and the caller cannot be reached"),
    "cannot_now": Label("受政策或客观条件限制，已说明", "Not possible at present, explained"),
}

#: What was found and fixed on the spot 即知即改. It owes nothing unless it is drawn for a second look.
QUICKFIX = StateTable(
    "quickfix",
    states=(
        State("recorded", Label("已记录", "Recorded"), final=True),
        State("sampled", Label("待回看", "To be looked at again")),
        State("held", Label("回看完好", "Still fixed"), final=True),
        State("missed", Label("逾期未回看", "Not looked at in time"), final=True),
        State("relapsed", Label("反弹", "Relapsed"), final=True),
    ),
    moves=(
        Move("draw", ("recorded",), "sampled", "quickfixes.draw", Label("抽中回看", "Drawn for a second look")),
        Move("hold", ("sampled",), "held", "quickfixes.look", Label("仍然完好", "Still fixed")),
        Move("relapse", ("sampled",), "relapsed", "quickfixes.look", Label("又出现了", "Back again"),
             needs=("photo",)),
        Move("recur", ("recorded", "sampled", "held", "missed"), "relapsed", "quickfixes.draw",
             Label("七日内再次立案", "Filed again within 7 days"), needs=("case",)),
        Move("lapse", ("sampled",), "missed", "quickfixes.draw", Label("逾期未回看", "Not looked at in time")),
    ),
)  # fmt: skip

#: A closed case drawn for a look by a third party 抽查复核.
RECHECK = StateTable(
    "recheck",
    states=(
        State("waiting", Label("待复核", "To be re-checked")),
        State("fixed", Label("确已整改", "Really fixed"), final=True),
        State("not_fixed", Label("未整改到位", "Not fixed"), final=True),
        State("missed", Label("逾期未复核", "Not re-checked in time"), final=True),
        State("dropped", Label("不再复核", "No longer needed"), final=True),
    ),
    moves=(
        Move("confirm", ("waiting",), "fixed", "rechecks.answer", Label("确已整改", "Really fixed"),
             needs=("photo",)),
        Move("refute", ("waiting",), "not_fixed", "rechecks.answer", Label("未整改到位", "Not fixed"),
             needs=("photo", "note")),
        Move("lapse", ("waiting",), "missed", "rechecks.draw", Label("逾期未复核", "Not re-checked in time")),
        Move("drop", ("waiting",), "dropped", "rechecks.draw",
             Label("案件已先重新立案", "The case was reopened before")),
    ),
)  # fmt: skip

#: A leader's instruction 批示/交办, entered by a secretary in the leader's name. To what they did not say the leader
#: objects; it then counts no more.
INSTRUCTION = StateTable(
    "instruction",
    states=(
        State("open", Label("办理中", "Open")),
        State("done", Label("已办结", "Done"), final=True),
        State("withdrawn", Label("已撤回", "Withdrawn"), final=True),
        State("objected", Label("领导已否认", "Objected to by the leader"), final=True),
    ),
    moves=(
        Move("finish", ("open",), "done", "instructions.judge", Label("全部认可，办结", "All replies accepted")),
        Move("postpone", ("open",), "open", "instructions.judge", Label("改答复日期", "Move the reply day"),
             needs=("note",)),
        Move("withdraw", ("open",), "withdrawn", "instructions.enter", Label("撤回", "Withdraw"), needs=("note",)),
        Move("object", ("open", "done"), "objected", "instructions.object",
             Label("这不是我的批示", "This is not my instruction"), needs=("note",)),
    ),
)  # fmt: skip

#: What each addressed unit owes on an instruction.
INSTRUCTION_REPLY = StateTable(
    "instruction_reply",
    states=(
        State("waiting", Label("待回复", "To reply")),
        State("replied", Label("已回复，待认可", "Replied")),
        State("sent_back", Label("已退回重报", "Sent back")),
        State("accepted", Label("已认可", "Accepted"), final=True),
        State("released", Label("已解除", "Released"), final=True),
    ),
    moves=(
        Move("reply", ("waiting", "sent_back"), "replied", "instructions.reply", Label("回复", "Reply"),
             needs=("text",)),
        Move("accept", ("replied",), "accepted", "instructions.judge", Label("认可", "Accept the reply")),
        Move("send_back", ("replied",), "sent_back", "instructions.judge", Label("退回重报", "Send back"),
             needs=("note",)),
        Move("release", ("waiting", "replied", "sent_back"), "released", "instructions.enter",
             Label("解除", "Release")),
    ),
)  # fmt: skip

#: Why a report is not taken on (told to the citizen, who may object once).
REFUSALS = {
    "out_of_scope": Label("不属于创城受理范围", "Outside the campaign's scope"),
    "unclear": Label("位置或内容不清，无法核实", "Place or content unclear"),
    "already_filed": Label("同一问题已立案", "Already filed"),
    "untrue": Label("经核实现场无此问题", "Not found on the spot"),
    "in_litigation": Label("已进入诉讼、仲裁或复议程序", "In litigation or arbitration"),
    "not_public_land": Label("属于非公共区域", "Not public land"),
    "petition_or_discipline": Label("属信访或纪检监察事项，已告知渠道", "For the petition or discipline office"),
}

#: Why a holder gives a case back.
RETURNS = {
    "not_ours": Label("不属本单位职责", "Not our duty"),
    "wrong_area": Label("不在本辖区", "Not our area"),
    "wrong_category": Label("类别有误", "Wrong category"),
    "unclear": Label("信息不清", "Unclear"),
}

#: Why a closed case comes back, or an open one is void.
REOPENINGS = {
    "not_fixed": Label("问题未整改到位", "Not really fixed"),
    "relapse": Label("问题反弹", "Relapsed"),
    "citizen_unhappy": Label("群众不满意", "Reporter not satisfied"),
}
#: The reason that only a re-check gives.
CLOSED_NOT_FIXED = {"closed_not_fixed": Label("抽查复核发现未整改", "Closed but not fixed, as a re-check found")}
#: Why a reporter's plea to take a case up again is not granted; told to the reporter.
DECLINES = {
    "found_done": Label("经复查，问题已经解决", "Checked again: it is solved"),
    "other_matter": Label("属于另一个问题，请另行上报", "Another matter: please report it on its own"),
    "cannot_now": Label("目前不具备解决条件", "It cannot be solved at present"),
}
VOIDS = {
    "duplicate": Label("重复立案", "Filed twice"),
    "not_reproducible": Label("现场无此问题", "Not found on the spot"),
    "mistake": Label("误立案", "Filed by mistake"),
}
#: Why what the system took for a relapse is none.
DENIALS = {
    "other_trouble": Label("是另一个问题", "Another trouble"),
    "other_place": Label("不是同一位置", "Another place"),
    "new_cause": Label("原问题已解决，由新的原因造成", "The first was solved; this has a new cause"),
}


#: What history calls each move (``case.<verb>``) and on which topic the outbox speaks of it ("" = on none).
REPORT_VERBS = {
    "ask_confirm": ("confirm_asked", "report.confirm_asked"),
    "confirm": ("confirmed", "report.confirmed"),
    "file": ("filed", "report.filed"),
    "link": ("linked", "report.linked"),
    "refuse": ("refused", "report.refused"),
    "refer": ("referred", "report.referred"),
    "withdraw": ("withdrawn", "report.withdrawn"),
    "object": ("objected", "report.objected"),
}
PLEA_VERBS = {
    "ask_reopen": ("reopen_asked", "report.reopen_asked"),
    "grant_reopen": ("reopen_granted", "report.reopen_granted"),
    "decline_reopen": ("reopen_declined", "report.reopen_declined"),
}
COMPLAINT_VERBS = {
    "flag_complaint": ("complaint_flagged", "report.complaint_flagged"),
    "clear_complaint": ("complaint_cleared", "report.complaint_cleared"),
}
ORDER_VERBS = {
    "draft": ("drafted", "order.drafted"),
    "send": ("replied", "order.replied"),
}
REMOVAL_VERBS = {
    "ask_removal": ("removal_asked", "order.removal_asked"),
    "grant_removal": ("removal_granted", "order.removal_granted"),
    "decline_removal": ("removal_declined", "order.removal_declined"),
}
QUICKFIX_VERBS = {
    "draw": ("drawn", ""),
    "hold": ("held", "quickfix.held"),
    "relapse": ("relapsed", "quickfix.relapsed"),
    "recur": ("recurred", "quickfix.relapsed"),
    "lapse": ("lapsed", ""),
}
RECHECK_VERBS = {
    "confirm": ("confirmed", "recheck.answered"),
    "refute": ("refuted", "recheck.answered"),
    "lapse": ("lapsed", ""),
    "drop": ("dropped", ""),
}
INSTRUCTION_VERBS = {
    "finish": ("finished", "instruction.finished"),
    "postpone": ("postponed", "instruction.postponed"),
    "withdraw": ("withdrawn", "instruction.withdrawn"),
    "object": ("objected", "instruction.objected"),
}
#: Told on the chain of the instruction; ``release`` goes along with the move that ends it.
INSTRUCTION_REPLY_VERBS = {
    "reply": ("replied", "instruction.replied"),
    "accept": ("accepted", "instruction.accepted"),
    "send_back": ("sent_back", "instruction.sent_back"),
    "release": ("released", ""),
}
CASE_VERBS = {
    "dispatch": ("dispatched", "case.dispatched"),
    "claim": ("claimed", "case.claimed"),
    "pass_on": ("passed_on", "case.dispatched"),
    "accept": ("accepted", "case.accepted"),
    "return_up": ("returned", "case.returned"),
    "send_back": ("sent_back", "case.returned"),
    "escalate": ("escalated", "case.escalated"),
    "arbitrate": ("arbitrated", "case.arbitrated"),
    "seek_owner": ("owner_sought", "case.owner_sought"),
    "ask_owner": ("owner_asked", "case.owner_asked"),
    "answer_owner": ("owner_answered", "case.owner_answered"),
    "name_owner": ("owner_named", "case.owner_named"),
    "rule_owner": ("owner_ruled", "case.owner_ruled"),
    "no_owner": ("owner_denied", "case.owner_denied"),
    "handle": ("handled", "case.handled"),
    "add_co": ("co_added", "case.co_added"),
    "release_co": ("co_released", "case.co_released"),
    "finish_co": ("co_done", "case.co_done"),
    "plan": ("planned", "case.planned"),
    "finish_step": ("step_done", "case.step_done"),
    "flag": ("flagged", "case.flagged"),
    "unflag": ("unflagged", "case.unflagged"),
    "rework": ("reworked", "case.reworked"),
    "verify": ("verified", "case.verified"),
    "close": ("closed", "case.closed"),
    "ask_extension": ("extension_asked", "case.petitioned"),
    "ask_suspension": ("suspension_asked", "case.petitioned"),
    "extend": ("extended", "case.extended"),
    "suspend": ("suspended", "case.suspended"),
    "decline": ("petition_declined", "case.petition_declined"),
    "resume": ("resumed", "case.resumed"),
    "reopen": ("reopened", "case.reopened"),
    "void": ("voided", "case.voided"),
    "merge": ("merged", "case.merged"),
    "unmerge": ("unmerged", "case.unmerged"),
    "split": ("split", "case.split"),
    "deny_relapse": ("relapse_denied", "case.relapse_denied"),
}

#: Nothing was fixed, so there is nothing to photograph: these need a note instead of an "after" photo.
OUTCOMES_WITHOUT_PHOTO = frozenset({"not_reproducible", "duplicate", "refused", "cannot"})
