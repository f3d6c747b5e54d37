"""The title's status, and windows in which nothing may be changed."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

EDIT = "cycle.edit"
CYCLE = StateTable(
    "cycle",
    states=(
        State("applicant", Label("参评", "Applicant")),
        State("nominee", Label("提名", "Nominee")),
        State("holder", Label("保持", "Title holder")),
        State("ended", Label("已结束", "Ended"), final=True),
    ),
    moves=(
        Move("nominate", ("applicant",), "nominee", EDIT, Label("获得提名", "Nominated"), ("on",)),
        Move("award", ("nominee",), "holder", EDIT, Label("获得称号", "Title awarded"), ("on",)),
        Move("decline", ("nominee",), "applicant", EDIT, Label("取消提名", "Nomination lost"), ("on",)),
        Move("revoke", ("holder",), "nominee", EDIT, Label("停止称号", "Title suspended"), ("on",)),
        Move("end", ("applicant", "nominee", "holder"), "ended", EDIT, Label("结束周期", "End the cycle"), ("on",)),
    ),
)
FREEZE = StateTable(
    "freeze",
    states=(
        State("set", Label("已设定", "Set")),
        State("lifted", Label("已解冻", "Lifted"), final=True),
    ),
    moves=(Move("lift", ("set",), "lifted", EDIT, Label("解冻", "Lift"), ("reason",)),),
)
#: What a freeze can cover.
COVERS: dict[str, Label] = {
    "editions": Label("体系发布", "Editions"),
    "duties": Label("责任分工", "Duties"),
    "weights": Label("文本与权重", "Texts and weights"),
}
