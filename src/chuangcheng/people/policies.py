"""Rights of the room people, and those that open the doors."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("desk.enter", Label("进入工作台", "Enter the desk")),
    Permission("field.enter", Label("进入移动端", "Enter the field pages")),
    Permission("people.view", Label("查看单位人员", "See units and people")),
    Permission("people.edit", Label("维护单位人员", "Edit units and people")),
    # places and history lie below this room and know no rights.
    Permission("places.view", Label("查看区划网格", "See divisions and grids")),
    Permission("places.edit", Label("维护区划网格", "Edit divisions and grids")),
    Permission("history.view", Label("查看历史记录", "See the history")),
    Permission("imports.run", Label("导入数据", "Run imports")),
    Permission("exports.run", Label("导出数据", "Run exports")),
)
