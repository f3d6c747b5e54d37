"""What history's codes of this room are called."""

from __future__ import annotations

from chuangcheng.kernel.label import Label

SUBJECTS: dict[str, Label] = {
    "document": Label("文件", "Document"),
    "training": Label("培训", "Training"),
}
DEEDS: dict[str, Label] = {
    "document.created": Label("登记文件", "Document entered"),
    "document.version_added": Label("上传版本", "Version added"),
    "document.amended": Label("修改文件信息", "Document changed"),
    "document.issued": Label("发布文件", "Document issued"),
    "document.superseded": Label("被新文件替代", "Superseded by a newer one"),
    "document.withdrawn": Label("撤回文件", "Document withdrawn"),
    "document.revived": Label("恢复有效", "Put back in force"),
    "training.created": Label("安排培训", "Training planned"),
    "training.amended": Label("修改培训安排", "Training changed"),
    "training.equipped": Label("选择培训资料", "Materials chosen"),
    "training.marked": Label("登记到场", "Attendance entered"),
    "training.guests_listed": Label("登记无账号人员", "Guests entered"),
    "training.held": Label("登记举办", "Training held"),
    "training.closed": Label("培训归档", "Training closed"),
    "training.cancelled": Label("取消培训", "Training cancelled"),
}
