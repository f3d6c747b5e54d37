"""The workbook of units, posts and cards: its columns, an empty one to fill in, and one filled with what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from chuangcheng.kernel import clock
from chuangcheng.people import rights
from chuangcheng.people.models import Charge, ChargeKind, Post, Unit, UnitGroup, UnitKind

UNITS = "单位"
POSTS = "岗位"
CARDS = "名片"
YES = "是"
NONE = "无"  # an empty cell means the default
CHARGES = {str(label): value for value, label in ChargeKind.choices}
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
    Column("section", ("责任科室", "科室"), "承办创城工作的内设机构"),
    Column("valid_from", ("设立日期", "启用日期"), "如 2026-01-01"),
    Column("valid_to", ("撤销日期", "停用日期"), "不早于设立日期"),
    Column("successor", ("承接单位编码", "承接单位"), "撤销后由哪个单位承接"),
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
    Column("also", ("兼任",), "同一人在第二个单位任职时填“是”", choices=(YES,)),
    Column("valid_from", ("任职日期", "开始日期"), "如 2026-01-01"),
    Column("valid_to", ("离任日期", "结束日期"), "不早于任职日期"),
)  # fmt: skip
CARD_COLUMNS = (
    Column("unit", ("单位编码", "所在单位编码"), "", needed=True),
    Column("kind", ("身份", "名片身份"), "从下拉列表选择", needed=True, choices=tuple(CHARGES)),
    Column("username", ("用户名", "登录名", "账号"), "已在“岗位”表中或系统中的用户名", needed=True),
    Column("title", ("职务", "岗位名称"), ""),
)
SHEETS = {UNITS: UNIT_COLUMNS, POSTS: POST_COLUMNS, CARDS: CARD_COLUMNS}


def wanted(sheet: str) -> dict[str, tuple[str, ...]]:
    """The fields of a sheet with the headers each may go by."""
    return {column.field: column.names for column in SHEETS[sheet]}


def optional(sheet: str) -> set[str]:
    """The fields that a sheet may lack."""
    return {column.field for column in SHEETS[sheet] if not column.needed}


def header(sheet: str, field: str) -> str:
    """What the template calls a field."""
    return next((column.names[0] for column in SHEETS[sheet] if column.field == field), field)


def write_template(path: Path | BinaryIO) -> None:
    """An empty workbook with all sheets, comments on the headers and drop-downs where there is a choice."""
    _write(path, {})


def write_filled(path: Path | BinaryIO) -> int:
    """What stands, in the form of the template; taken in again it changes nothing. Phones stay here: an empty cell
    keeps them. Posts that have ended are left out. The number of rows."""
    units, posts, cards = list(_units()), list(_posts()), list(_cards())
    _write(path, {UNITS: units, POSTS: posts, CARDS: cards})
    return len(units) + len(posts) + len(cards)


def _units() -> Iterator[dict[str, Any]]:
    for row in Unit.objects.select_related("parent", "line_parent", "division", "successor"):
        yield {
            "code": row.code, "name": row.name, "short_name": row.short_name, "kind": _word(KINDS, row.kind),
            "group": _word(GROUPS, row.group), "role_code": row.role_code,
            "parent": row.parent.code if row.parent else "",
            "line_parent": row.line_parent.code if row.line_parent else "",
            "division": row.division.code if row.division else "", "official_order": row.official_order,
            "section": row.section, "valid_from": _day(row.valid_from), "valid_to": _day(row.valid_to),
            "successor": row.successor.code if row.successor else "",
        }  # fmt: skip


def _posts() -> Iterator[dict[str, Any]]:
    rows = Post.objects.exclude(valid_to__lt=clock.today().date()).filter(person__is_active=True)
    first: dict[Any, Any] = {}
    for row in rows.select_related("person", "unit__division", "division").order_by("unit__official_order", "id"):
        at_first = first.setdefault(row.person_id, row.unit_id) == row.unit_id
        default = row.division is None and row.unit.division is not None and rights.roles()[row.role].scope != "unit"
        yield {
            "username": row.person.username, "name": row.person.name, "email": row.person.email,
            "role": rights.roles()[row.role].label.zh, "unit": row.unit.code,
            "division": row.division.code if row.division else NONE if default else "", "title": row.title,
            "also": "" if at_first else YES, "valid_from": _day(row.valid_from), "valid_to": _day(row.valid_to),
        }  # fmt: skip


def _cards() -> Iterator[dict[str, Any]]:
    rows = Charge.objects.filter(person__is_active=True).select_related("unit", "person")
    for row in rows.order_by("unit__official_order", "unit__code", "kind"):
        yield {"unit": row.unit.code, "kind": _word(CHARGES, row.kind), "username": row.person.username,
               "title": row.title}  # fmt: skip


def _word(words: dict[str, str], value: str) -> str:
    return next((word for word, code in words.items() if code == value), value)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _write(path: Path | BinaryIO, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
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
                for number, row in enumerate(rows.get(sheet, ()), 1):
                    page.write_string(number, index, str(row.get(column.field, "")), text)
