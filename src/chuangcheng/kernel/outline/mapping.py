"""How a table is read: which rows are its header and what each column holds. Guessed, then changed by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping as Given
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from chuangcheng.kernel.outline.grids import Grid
from chuangcheng.kernel.outline.numbering import numbering
from chuangcheng.kernel.tables import HEADER_WITHIN, as_header

LEVELS = 6
#: What a column may hold. ``level1`` … name the row's place, one column a level; ``text`` with ``code``, ``parent``,
#: ``depth`` or indents a row a line. ``weight`` is of the row itself, ``weight1`` … of the level's.
ROLES = (
    "", *(f"level{n}" for n in range(1, LEVELS + 1)), "text", "code", "parent", "depth", "weight",
    *(f"weight{n}" for n in range(1, LEVELS)), "method", "scoring", "lead", "support", "person",
    "note",
)  # fmt: skip

_WORDS: tuple[tuple[str, str], ...] = (
    ("parent", r"上级|父级|父代码|所属代码"),
    ("code", r"代码|编号|编码|序号|code"),
    ("depth", r"层级|级别|层次|level"),
    ("scoring", r"计分|评分|打分|扣分"),
    ("weight", r"权重|分值|分数|满分|占比|比重|标准分|weight"),
    ("method", r"方式|方法|method"),
    ("support", r"配合|协办|协助"),
    ("person", r"责任人|联系人|联络员|负责人"),
    ("lead", r"责任|牵头|主办|单位|部门"),
    ("note", r"备注|说明$|note"),
    ("level", r"体系|项目|内容|标准|指标|部分|要求|细则|环境|类别|板块|任务|工程|条目|条款|名称|正文|text"),
)

#: How a line of sums begins; it is no entry.
TOTALS = re.compile(r"^(合计|小计|总计|总分|共计)")


@dataclass(frozen=True)
class Mapping:
    """How the grids are read. ``sheets`` are their numbers, ``header`` the last row of each one's header (-1: none),
    ``roles`` the role of each column; the rest are the choices of whoever imports."""

    sheets: tuple[int, ...] = ()
    header: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    sheet_is: str = ""  # "level": each sheet's name is the first level
    top: str = "project"  # "framework": the first level names frameworks, "project": projects of one framework
    sums: str = "refuse"  # "scale": bring weights that miss their sum to it
    missing: str = "refuse"  # "equal": weights left out are shared out evenly
    hidden: str = "take"  # "skip": leave hidden rows out
    method: str = "onsite"  # where none is written

    def as_json(self) -> dict[str, Any]:
        """The mapping as plain JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, given: Given[str, Any]) -> Mapping:
        """The inverse of :meth:`as_json`; unknown names are passed over."""
        known = {f.name for f in fields(cls)}
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if name in known
        }
        return cls(**plain)

    def columns(self, role: str) -> list[int]:
        """The columns of a role."""
        return [column for column, held in enumerate(self.roles) if held == role]

    def levels(self) -> list[tuple[int, int]]:
        """``(level, column)`` of the columns that are levels, the outermost first."""
        return sorted((int(role[5:]), column) for column, role in enumerate(self.roles) if role.startswith("level"))


def guess(grids: list[Grid]) -> Mapping:
    """How the grids are most likely read: the sheets that share the header of the first that has one."""
    headers = [_header_row(grid) for grid in grids]
    first = max(range(len(grids)), key=lambda n: (headers[n][1] > 1, headers[n][1] > 0, -n))
    names = titles(grids[first], headers[first][0])
    sheets = [n for n, grid in enumerate(grids) if n == first or titles(grid, headers[n][0])[: len(names)] == names]
    roles = _roles(grids[first], headers[first][0], names)
    parted = len(sheets) > 1
    mapping = Mapping(
        tuple(sheets), tuple(headers[n][0] for n in sheets), tuple(roles), "level" if parted else "",
        "project",
    )  # fmt: skip
    tops = [grids[n].name for n in sheets] if parted else _first_level(grids[first], mapping)
    if tops and len(tops) <= 3 and all("体系" in top for top in tops):
        mapping = replace(mapping, top="framework")
    return mapping


def headers(grids: list[Grid], sheets: tuple[int, ...], first: int) -> tuple[int, ...]:
    """The header's last row of each sheet, where that of the first one is ``first``: there too if it says the same,
    else the row that does."""
    if not sheets:
        return ()
    wanted = titles(grids[sheets[0]], first)

    def found(grid: Grid) -> int:
        rows = [first, *range(min(HEADER_WITHIN, len(grid.rows)))]
        return next((row for row in rows if row < len(grid.rows) and titles(grid, row) == wanted), first)

    return (first, *(found(grids[number]) for number in sheets[1:]))


def titles(grid: Grid, header: int) -> list[str]:
    """The folded header of each column; of two rows the lower one, or the upper where that is empty."""
    if header < 0:
        return []
    lower = [as_header(cell) for cell in grid.rows[header]]
    upper = [as_header(cell) for cell in grid.rows[header - 1]] if header else []
    is_double = header and len({cell for cell in upper if cell}) > 1
    return [cell or (upper[n] if is_double and n < len(upper) else "") for n, cell in enumerate(lower)]


def _header_row(grid: Grid) -> tuple[int, int]:
    """The row whose cells name most roles, and how many; -1 when none names two."""
    best, score = -1, 1
    for index, row in enumerate(grid.rows[:HEADER_WITHIN]):
        found = len({role for cell in row if len(cell.strip()) <= 16 and (role := _role(as_header(cell)))})
        cells = len({cell for cell in row if cell.strip()})
        if found and cells > 1 and found * 10 + cells > score:
            best, score = index, found * 10 + cells
    return best, score // 10


def _role(title: str) -> str:
    return next((role for role, words in _WORDS if title and re.search(words, title)), "")


def _roles(grid: Grid, header: int, names: list[str]) -> list[str]:
    roles = [_role(name) for name in names]
    if not names:
        roles = ["level"] * max(len(row) for row in grid.rows)
    taken: set[str] = set()
    for column, role in enumerate(roles):
        is_again = role not in ("level", "weight", "") and role in taken
        if is_again or (role == "code" and _counts_rows(grid, header, column)):
            roles[column] = ""
        taken.add(role)
    levels = [column for column, role in enumerate(roles) if role == "level"]
    by_rows = {"parent", "depth"} & set(roles) or ("code" in roles and len(levels) == 1)
    if by_rows or len(levels) == 1:
        for column in levels[1:] if by_rows else ():
            roles[column] = ""
        if levels:
            roles[levels[0]] = "text"
    else:
        for number, column in enumerate(levels, 1):
            roles[column] = f"level{number}" if number <= LEVELS else ""
    _place_weights(roles, levels if not by_rows else [], names)
    return roles


def _counts_rows(grid: Grid, header: int, column: int) -> bool:
    """Whether the column merely counts: 1, 2, 3 down the table."""
    cells = [row[column].strip() for row in grid.rows[header + 1 :] if column < len(row) and row[column].strip()]
    once = [cell for cell in dict.fromkeys(cells) if not TOTALS.match(cell)]
    return bool(once) and all(cell.isdecimal() for cell in once) and [int(c) for c in once[:50]] == [
        *range(int(once[0]), int(once[0]) + len(once[:50]))
    ] and not any(len(cell) != len(str(int(cell))) for cell in once)  # fmt: skip


def _place_weights(roles: list[str], levels: list[int], names: list[str]) -> None:
    """A weight belongs to the level that its header names, else to the one before it; behind the last level it is the
    row's own."""
    seen: set[str] = set()
    for column, role in enumerate(roles):
        if role != "weight":
            continue
        before = sum(level < column for level in levels)
        of = re.sub(r"权重|分值|分数|满分|占比|比重|标准分|weight", "", names[column])
        named = [n for n, level in enumerate(levels, 1) if len(of) > 1 and of in names[level]]
        place = named[0] if len(named) == 1 else before
        name = f"weight{place}" if 0 < place < len(levels) else "weight"
        roles[column] = "" if name in seen else name
        seen.add(name)


def _first_level(grid: Grid, mapping: Mapping) -> list[str]:
    """The different texts of the first level."""
    rows = grid.rows[mapping.header[0] + 1 :]
    levels = mapping.levels()
    if levels:
        return list(dict.fromkeys(row[levels[0][1]].strip() for row in rows if row[levels[0][1]].strip()))
    texts, codes = mapping.columns("text"), mapping.columns("code")
    if not texts:
        return []
    named = [
        (row[codes[0]] if codes else row[texts[0]], row[texts[0]].strip()) for row in rows if row[texts[0]].strip()
    ]
    styles = [numbering(code).style for code, _ in named]
    return [text for style, (_, text) in zip(styles, named, strict=True) if style == styles[0]]
