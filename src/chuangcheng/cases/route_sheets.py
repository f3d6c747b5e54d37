"""Routing rules in and out as a workbook of one sheet, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from chuangcheng.cases.models import Source
from chuangcheng.cases.routes import Route, blame, routes
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import RowProblem
from chuangcheng.kernel.tables import as_text, read_table

SHEET = "派遣规则"
TARGETS = {"指定单位": "unit", "所在街道": "street", "所在区县": "district"}
SOURCES = {str(label): code for code, label in Source.choices}
#: Field → header, hint.
COLUMNS = {
    "category_prefix": ("类别代码", "前缀即可，如 06；不填为全部类别"),
    "division": ("区划代码", "不填为全市"),
    "source": ("来源", "不填为全部来源"),
    "target": ("派往", "指定单位、所在街道或所在区县"),
    "unit": ("承办单位编码", "派往指定单位时必填"),
    "supports": ("协办单位编码", "多个用逗号分开"),
    "note": ("说明", ""),
}


@dataclass(slots=True)
class Read:
    """What a workbook says, and what is wrong by row and column."""

    rows: list[Route] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def read_workbook(source: Path | bytes, name: str = "") -> Read:
    """Read rules in the order of the sheet; every mistake is named, none raised."""
    wanted = {field: (header,) for field, (header, _) in COLUMNS.items()}
    found = Read()
    optional = set(COLUMNS) - {"category_prefix", "target"}
    for row in read_table(source, name=name or SHEET, wanted=wanted, optional=optional).rows:
        try:
            texts = {field: as_text(row.values.get(field)) for field in COLUMNS}
        except Refused as refused:
            found.problems.append(RowProblem.of(row.number, refused))
            continue
        route = Route(
            category_prefix=texts["category_prefix"], division=texts["division"],
            source=SOURCES.get(texts["source"], texts["source"]), target=TARGETS.get(texts["target"], texts["target"]),
            unit=texts["unit"], supports=tuple(code for code in re.split(r"[,，、;；\s]+", texts["supports"]) if code),
            note=texts["note"][:100],
        )  # fmt: skip
        for problem in blame(route):
            code = f"framework.{problem.code}"
            found.problems.append(RowProblem(row.number, COLUMNS[problem.field][0], code, problem.text))
        found.rows.append(route)
    return found


def write_workbook(path: Path | str) -> int:
    """Write the rules that stand; how many."""
    return write_routes(path, routes())


def write_template(path: Path | str) -> None:
    """An empty workbook to fill in."""
    write_routes(path, [])


def write_routes(path: Path | str, given: list[Route]) -> int:
    """Write any rules, with drop-downs and hints."""
    words = {"target": {code: word for word, code in TARGETS.items()}, "source": {c: w for w, c in SOURCES.items()}}
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        page = book.add_worksheet(SHEET)
        for index, (name, (header, hint)) in enumerate(COLUMNS.items()):
            page.set_column(index, index, 20, text)
            page.write_string(0, index, header, head)
            if hint:
                page.write_comment(0, index, hint)
            if name in words:
                page.data_validation(1, index, 2000, index, {"validate": "list", "source": [*words[name].values()]})
        for number, route in enumerate(given, 1):
            for index, name in enumerate(COLUMNS):
                value = getattr(route, name)
                said = ",".join(value) if name == "supports" else words.get(name, {}).get(value, value)
                page.write_string(number, index, said, text)
        page.freeze_panes(1, 0)
    return len(given)
