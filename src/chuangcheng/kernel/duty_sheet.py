"""Reading the matrix of duties from the rows of a workbook: standards down, units across, a word in each cell.

A row of headers (代码 … then the units' short names), below it the units' codes, below that one row a standard. Columns
without a unit are passed over. Every mistake is named by row and column; whoever imports takes all or nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chuangcheng.kernel.coverage import LEAD, SUPPORT, TERRITORY
from chuangcheng.kernel.duties import NONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem
from chuangcheng.kernel.sheets import column_letter
from chuangcheng.kernel.values import as_text

CODE, UNIT_CODE = "代码", "单位编码"
#: The headers before the units, in order.
HEADERS = (CODE, "测评项目", "测评内容", "测评标准")
WORD = {LEAD: "牵头", SUPPORT: "配合", TERRITORY: "属地", NONE: ""}
_READ = {
    **{word: kind for kind, word in WORD.items()}, **{word[:1]: kind for kind, word in WORD.items() if word},
    **{kind: kind for kind in WORD}, "l": LEAD, "s": SUPPORT, "t": TERRITORY, "-": NONE, "—": NONE, "无": NONE,
    "主办": LEAD, "协办": SUPPORT,
}  # fmt: skip
_SAID = {
    "unknown_standard": Label("没有测评标准“{what}”", "There is no standard “{what}”"),
    "duplicate_standard": Label("“{what}”与第{other}行重复", "“{what}” stands in row {other} too"),
    "unknown_unit": Label("没有单位“{what}”，请填写单位编码", "There is no unit “{what}”; give the code of one"),
    "wrong_column": Label(
        "“{what}”是{unit}的编码，这一列写的是“{name}”", "“{what}” is {unit}, but the column says “{name}”"
    ),
    "duplicate_unit": Label("单位“{what}”出现了两列", "“{what}” has two columns"),
    "unknown_kind": Label("“{what}”不是责任类型（牵头、配合、属地）", "“{what}” is no duty (牵头, 配合, 属地)"),
    "two_leads": Label("“{what}”有{count}个牵头单位：{units}", "“{what}” has {count} leads: {units}"),
}
_WITHIN = 20  # rows in which the header is looked for


@dataclass(slots=True)
class Known:
    """What the sheet is held against: codes of standards, units by code, names of units → their codes (empty where two
    units share one), and the leads that stand."""

    standards: frozenset[str]
    units: Mapping[str, str]  # code → short name
    names: Mapping[str, str]
    leads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # standard → units


@dataclass(slots=True)
class Read:
    """The cells that the sheet names, by codes of standard and unit; None of them where there are problems."""

    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    rows: int = 0

    def blame(self, column: int, row: int, code: str, **values: object) -> None:
        """Name a mistake in the words of its code; ``row`` counts from 0, as does ``column``."""
        said = Label(*(text.format(**values) for text in (_SAID[code].zh, _SAID[code].en)))
        self.problems.append(FieldProblem(column_letter(column), code, said, row + 1))


def header_of(rows: Sequence[Sequence[object]]) -> int:
    """The row with the headers; -1 where there is none above a row of unit codes."""
    for number, row in enumerate(rows[:_WITHIN]):
        texts = [_text(cell) for cell in row]
        if CODE in texts and number + 1 < len(rows) and UNIT_CODE in [_text(cell) for cell in rows[number + 1]]:
            return number
    return -1


def read(rows: Sequence[Sequence[object]], known: Known) -> Read:
    """The cells of a sheet whose header :func:`header_of` found."""
    header = header_of(rows)
    found = Read()
    names, codes = rows[header], rows[header + 1]
    first = [_text(cell) for cell in names].index(CODE)
    columns = _columns(found, names, codes, header, known)
    seen: dict[str, int] = {}
    for number in range(header + 2, len(rows)):
        row = rows[number]
        code = _text(row[first]) if first < len(row) else ""
        marks = {at: _text(row[at]) for at in columns if at < len(row)}
        if not code and not any(marks.values()):
            continue
        found.rows += 1
        if code not in known.standards:
            found.blame(first, number, "unknown_standard", what=code[:40] or "—")
        elif code in seen:
            found.blame(first, number, "duplicate_standard", what=code, other=seen[code])
        else:
            seen[code] = number + 1
            _row(found, code, number, columns, marks)
    _check_leads(found, seen, set(columns.values()), known, first)
    if found.problems:
        found.cells.clear()
        found.problems.sort(key=lambda problem: (problem.row or 0, len(problem.field), problem.field))
    return found


def _columns(
    found: Read, names: Sequence[object], codes: Sequence[object], header: int, known: Known
) -> dict[int, str]:  # fmt: skip
    """Column → code of its unit."""
    columns: dict[int, str] = {}
    for at in range(max(len(names), len(codes))):
        name = _text(names[at]) if at < len(names) else ""
        code = _text(codes[at]) if at < len(codes) else ""
        if name in HEADERS or code == UNIT_CODE or not (name or code):
            continue
        by_name = known.names.get(name, "")
        if (code and code not in known.units) or not (code or by_name):
            found.blame(at, header + 1, "unknown_unit", what=(code or name)[:30])
        elif code and by_name and by_name != code:
            found.blame(at, header + 1, "wrong_column", what=code, unit=known.units[code], name=name)
        elif (unit := code or by_name) in columns.values():
            found.blame(at, header + 1, "duplicate_unit", what=known.units[unit])
        else:
            columns[at] = unit
    return columns


def _row(found: Read, code: str, number: int, columns: Mapping[int, str], marks: Mapping[int, str]) -> None:
    for at, unit in columns.items():
        word = marks.get(at, "")
        kind = _READ.get(word.lower())
        if kind is None:
            found.blame(at, number, "unknown_kind", what=word[:20])
        else:
            found.cells[code, unit] = kind


def _check_leads(found: Read, rows: Mapping[str, int], units: set[str], known: Known, column: int) -> None:
    """Two leads are a mistake of the sheet unless the very same ones stand already."""
    leads: dict[str, list[str]] = {}
    for (standard, unit), kind in found.cells.items():
        if kind == LEAD:
            leads.setdefault(standard, []).append(unit)
    for standard, row in rows.items():
        stand = known.leads.get(standard, frozenset())
        after = [*leads.get(standard, []), *sorted(stand - units)]
        if len(after) > 1 and set(after) != stand:
            words = "、".join(known.units.get(unit, unit) for unit in after)
            found.blame(column, row - 1, "two_leads", what=standard, count=len(after), units=words)


def _text(cell: object) -> str:
    return unicodedata.normalize("NFKC", as_text(cell)).strip()
