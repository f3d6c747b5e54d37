"""The workbook of units and posts: its columns, and an empty one to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from chuangcheng.people import rights
from chuangcheng.people.models import UnitGroup, UnitKind

UNITS = "单位"
POSTS = "岗位"
KINDS = {label: value for value, label in UnitKind.choices}
GROUPS = {label: value for value, label in UnitGroup.choices}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our field, the headers it may go by (the first stands in the template), a hint, its choices."""

    field: str
    names: tuple[str, ...]
    hint: str
    needed: bool = False
    choices: tuple[str, ...] = ()


UNIT_COLUMNS = (
    Column("code", ("单位编码", "编码", "unit code"), "唯一；再次导入按编码更新", needed=True),
    Column("name", ("单位名称", "名称", "unit name"), "全称", needed=True),
    Column("short_name", ("简称", "单位简称"), "不填时同全称"),
    Column("kind", ("单位类型", "类型"), "从下拉列表选择", needed=True, choices=tuple(KINDS)),
    Column("group", ("排名分组", "分组"), "不填为不参与排名", choices=tuple(GROUPS)),
    Column("role_code", ("体系角色", "角色编码"), "测评体系中的责任单位代码，如 urban_management"),
    Column("parent", ("上级单位编码", "上级编码"), "块块：属地上级"),
    Column("line_parent", ("条线上级编码", "归口单位编码"), "条条：归口上级"),
    Column("division", ("区划代码", "行政区划代码"), "单位管辖的区划"),
    Column("official_order", ("排序", "规范排序"), "按规范顺序的整数"),
)
POST_COLUMNS = (
    Column("username", ("用户名", "登录名", "账号"), "唯一；再次导入按用户名更新", needed=True),
    Column("name", ("姓名",), "", needed=True),
    Column("phone", ("手机", "联系电话", "电话"), "加密保存"),
    Column("email", ("邮箱", "电子邮箱"), ""),
    Column("role", ("角色", "岗位角色"), "从下拉列表选择", needed=True,
           choices=tuple(role.label.zh for role in rights.roles().values())),
    Column("unit", ("单位编码", "所在单位编码"), "", needed=True),
    Column("division", ("管辖区划代码", "区划代码"), "岗位管辖的区划；不填为单位的区划"),
    Column("title", ("职务", "岗位名称"), ""),
)  # fmt: skip
SHEETS = {UNITS: UNIT_COLUMNS, POSTS: POST_COLUMNS}


def wanted(sheet: str) -> dict[str, tuple[str, ...]]:
    """The fields of a sheet with the headers each may go by."""
    return {column.field: column.names for column in SHEETS[sheet]}


def optional(sheet: str) -> set[str]:
    """The fields that a sheet may lack."""
    return {column.field for column in SHEETS[sheet] if not column.needed}


def header(sheet: str, field: str) -> str:
    """What the template calls a field."""
    return next((column.names[0] for column in SHEETS[sheet] if column.field == field), field)


def write_template(path: Path) -> None:
    """An empty workbook with both sheets, comments on the headers and drop-downs where there is a choice."""
    with xlsxwriter.Workbook(path) as workbook:
        needed = workbook.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1})
        free = workbook.add_format({"bg_color": "#F2F2F2", "border": 1})
        text = workbook.add_format({"num_format": "@"})  # codes are text: leading zeros and 15 digits survive
        for sheet, columns in SHEETS.items():
            page = workbook.add_worksheet(sheet)
            page.freeze_panes(1, 0)
            for index, column in enumerate(columns):
                page.set_column(index, index, 18, text)
                page.write_string(
                    0, index, column.names[0] + ("*" if column.needed else ""), needed if column.needed else free
                )
                if column.hint:
                    page.write_comment(0, index, column.hint)
                if column.choices:
                    page.data_validation(1, index, 5000, index, {"validate": "list", "source": list(column.choices)})
