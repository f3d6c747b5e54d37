"""The lives of a document 文件 and of a training session 培训."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move, State, StateTable

VIEW, EDIT, RUN = "library.view", "library.edit", "library.train"

DOCUMENT = StateTable(
    "document",
    states=(
        State("draft", Label("草稿", "Draft")),
        State("in_force", Label("现行有效", "In force")),
        State("superseded", Label("已被替代", "Superseded"), final=True),
        State("withdrawn", Label("已撤回", "Withdrawn"), final=True),
    ),
    moves=(
        Move("issue", ("draft",), "in_force", EDIT, Label("发布", "Issue")),
        Move("version", ("draft", "in_force"), None, EDIT, Label("上传新版本", "Add a version")),
        Move("amend", ("draft", "in_force"), None, EDIT, Label("修改信息", "Change")),
        Move("supersede", ("in_force",), "superseded", EDIT, Label("由新文件替代", "Supersede"), ("successor",)),
        Move("withdraw", ("draft", "in_force"), "withdrawn", EDIT, Label("撤回", "Withdraw"), ("note",)),
        Move(
            "revive", ("superseded", "withdrawn"), "in_force", EDIT, Label("恢复有效", "Put back in force"), ("note",)
        ),
    ),
)

TRAINING = StateTable(
    "training",
    states=(
        State("planned", Label("待举办", "Planned")),
        State("held", Label("已举办", "Held")),
        State("closed", Label("已归档", "Closed"), final=True),
        State("cancelled", Label("已取消", "Cancelled"), final=True),
    ),
    moves=(
        Move("hold", ("planned",), "held", RUN, Label("登记举办", "Held")),
        Move("mark", ("planned", "held"), None, RUN, Label("登记到场", "Record who came")),
        Move("guests", ("planned", "held"), None, RUN, Label("登记无账号人员", "Record guests")),
        Move("amend", ("planned",), None, RUN, Label("修改安排", "Change")),
        Move("equip", ("planned", "held"), None, RUN, Label("选择资料", "Choose materials")),
        Move("close", ("held",), "closed", RUN, Label("归档", "Close")),
        Move("cancel", ("planned",), "cancelled", RUN, Label("取消", "Cancel"), ("note",)),
    ),
)

#: Documents that their readers see; drafts and what was withdrawn is for who handles them.
READ = ("in_force", "superseded")
#: Sessions at which somebody may still sign in.
OPEN = ("planned", "held")
