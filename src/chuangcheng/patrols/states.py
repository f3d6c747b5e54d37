"""The life cycle of a visit, why one more than the budget is made, and why one is given up."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

VISIT = StateTable(
    "visit",
    states=(
        State("open", Label("进行中", "Under way")),
        State("finished", Label("已完成", "Finished"), final=True),
        State("abandoned", Label("已放弃", "Given up"), final=True),
    ),
    moves=(
        Move("check", ("open",), None, "visits.create", Label("记录检查结果", "Record checks"), needs=("results",)),
        Move("finish", ("open",), "finished", "visits.create", Label("完成到访", "Finish"), needs=("checked",)),
        Move("abandon", ("open",), "abandoned", "visits.create", Label("放弃到访", "Give up"), needs=("reason_code",)),
    ),
)

#: Visits are a burden: beyond a site's budget one needs a reason (law 11).
EXTRA_REASONS = {
    "complaint": Label("群众反映", "Citizens complained"),
    "recheck": Label("整改复查", "Check of a rectification"),
    "danger": Label("存在安全隐患", "Danger to safety"),
    "order": Label("上级交办", "Ordered from above"),
    "asked_for": Label("责任单位邀请", "Asked for by the site's unit"),
}

#: Why a visit that had begun came to nothing.
ABANDON_REASONS = {
    "no_access": Label("点位未开放", "The site was closed"),
    "unsafe": Label("现场不安全", "It was not safe"),
    "called_away": Label("另有紧急任务", "Called away"),
    "mistake": Label("误操作", "Begun by mistake"),
}
