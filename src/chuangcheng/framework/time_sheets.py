"""Time limits in and out as a workbook of one sheet; reading what was written gives the same limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import xlsxwriter

from chuangcheng.framework import selectors
from chuangcheng.framework.models import Handling
from chuangcheng.framework.time_rules import Key, Limit, blame, in_force, named
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import RowProblem
from chuangcheng.kernel.tables import Row, as_text, read_table

SHEET = "处置时限"
UNITS = {"紧急工作时": "urgent_hours", "工作时": "work_hours", "工作日": "work_days"}
HANDLINGS = {str(label): value for value, label in Handling.choices if value}
SEVERITIES = {"一般": 1, "较重": 2, "危险": 3}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the headers it may go by (the first is written), its hint, width, choices, most characters."""

    names: tuple[str, ...]
    hint: str = ""
    width: int = 14
    choices: tuple[str, ...] = ()
    limit: int = 0


COLUMNS: dict[str, Column] = {
    "category_code": Column(("类别代码", "代码", "category"), "前缀即可，如 06；不填为全部类别", limit=12),
    "category_zh": Column(("类别名称",), "只供阅读，导入时不看", 22),
    "condition": Column(("立案条件代码", "条件代码", "condition"), "不填为 default（一般情形）", limit=40),
    "condition_zh": Column(("立案条件", "条件说明"), "", 30, limit=100),
    "amount": Column(("时限", "处置时限", "amount"), "必填；大于0，最多两位小数", 8),
    "unit": Column(("单位", "时限单位", "unit"), "必填", 12, tuple(UNITS)),
    "close_when": Column(("结案条件", "结案标准", "close when"), "", 22, limit=100),
    "handling": Column(("处置方式", "handling"), "", 12, tuple(HANDLINGS)),
    "severity": Column(("最低严重程度", "severity"), "不填则由立案人判断", 12, tuple(SEVERITIES)),
    "source_ref": Column(("来源依据", "来源", "source"), "", 14, limit=20),
}
_OPTIONAL = frozenset(COLUMNS) - {"category_code", "amount", "unit"}


@dataclass(slots=True)
class Read:
    """What a workbook says: its limits, and what is wrong by row and column."""

    rows: list[Limit] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    count: int = 0


def read_workbook(source: Path | bytes, name: str = "") -> Read:
    """Read the limits of a workbook; every mistake is named, none raised. ``tables.*`` where it cannot be read."""
    shown = name or (source.name if isinstance(source, Path) else SHEET)
    wanted = {name: column.names for name, column in COLUMNS.items()}
    found, seen = Read(), dict[Key, int]()
    for row in read_table(source, name=shown, wanted=wanted, optional=_OPTIONAL).rows:
        found.count += 1
        limit = _limit(row, found)
        if limit is None:
            continue
        first = seen.setdefault(limit.key, row.number)
        if first != row.number:
            _blame(
                found,
                row,
                "condition",
                "duplicate",
                Label(f"与第{first}行的类别和立案条件相同", f"Has the category and condition of row {first}"),
            )
        else:
            found.rows.append(limit)
    return found


def _blame(found: Read, row: Row, name: str, code: str, text: Label | str) -> None:
    found.problems.append(RowProblem(row.number, COLUMNS[name].names[0], f"framework.{code}", text))


def _limit(row: Row, found: Read) -> Limit | None:
    before = len(found.problems)
    texts = {name: _text(row, name, found) for name in COLUMNS}
    amount = _amount(row, texts["amount"], found)
    limit = Limit(
        category_code=texts["category_code"], condition=texts["condition"] or "default",
        condition_zh=texts["condition_zh"], amount=amount, unit=_one_of(row, "unit", texts["unit"], UNITS, found) or "",
        close_when=texts["close_when"], handling=_one_of(row, "handling", texts["handling"], HANDLINGS, found) or "",
        severity=_one_of(row, "severity", texts["severity"], SEVERITIES, found), source_ref=texts["source_ref"],
    )  # fmt: skip
    if len(found.problems) == before:
        for problem in blame(limit):
            _blame(found, row, problem.field, problem.code, problem.text)
    return limit if len(found.problems) == before else None


def _text(row: Row, name: str, found: Read) -> str:
    try:
        text = as_text(row.values.get(name))
    except Refused as refused:
        found.problems.append(RowProblem.of(row.number, refused, COLUMNS[name].names[0]))
        return ""
    most = COLUMNS[name].limit
    if most and len(text) > most:
        _blame(found, row, name, "too_long", Label(f"不能超过 {most} 个字符", f"At most {most} characters"))
    return text


def _amount(row: Row, text: str, found: Read) -> Decimal:
    try:
        amount = Decimal(text)
        if amount.is_finite():
            return amount.normalize()
    except InvalidOperation:
        amount = Decimal(0)
    _blame(
        found,
        row,
        "amount",
        "not_decimal",
        Label(f"“{text[:20]}”不是数字", f"“{text[:20]}” is no number")
        if text
        else Label("必须填写", "Must be filled in"),
    )
    return Decimal(1)


def _one_of(row: Row, name: str, text: str, known: dict[str, Any], found: Read) -> Any:
    """The code of a word; a code itself is taken too."""
    values = {str(value): value for value in known.values()}
    if text in known or text in values:
        return known[text] if text in known else values[text]
    if text or name == "unit":
        _blame(
            found,
            row,
            name,
            "unknown_choice",
            Label(f"“{text[:20]}”应为：{'、'.join(known)}", f"“{text[:20]}” is none of: {', '.join(known)}")
            if text
            else Label("必须填写", "Must be filled in"),
        )
    return None


def write_workbook(path: Path | str) -> int:
    """Write the limits in force; how many."""
    return write_limits(path, in_force())


def write_template(path: Path | str) -> None:
    """An empty workbook to fill in."""
    write_limits(path, [])


def write_limits(path: Path | str, limits: Iterable[Limit]) -> int:
    """Write any limits, with drop-downs and a hint on each header; how many."""
    known = {category.code: category for category in selectors.categories()}
    count = 0
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        page = book.add_worksheet(SHEET)
        for index, column in enumerate(COLUMNS.values()):
            page.set_column(index, index, column.width, text)
            page.write_string(0, index, column.names[0], head)
            if column.hint:
                page.write_comment(0, index, column.hint)
            if column.choices:
                page.data_validation(1, index, 5000, index, {"validate": "list", "source": list(column.choices)})
        for count, limit in enumerate(limits, 1):
            for index, said in enumerate(_said(limit, named(limit.category_code, known))):
                page.write_string(count, index, said, text)
        page.freeze_panes(1, 0)
    return count


def _said(limit: Limit, category: str) -> list[str]:
    def word(known: dict[str, Any], value: object) -> str:
        return next((said for said, code in known.items() if code == value), "")

    return [
        limit.category_code, category, limit.condition, limit.condition_zh, f"{limit.amount.normalize():f}",
        word(UNITS, limit.unit), limit.close_when, word(HANDLINGS, limit.handling), word(SEVERITIES, limit.severity),
        limit.source_ref,
    ]  # fmt: skip
