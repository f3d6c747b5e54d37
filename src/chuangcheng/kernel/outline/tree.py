"""Grids with a mapping → a tree of entries; every problem named by sheet, row and column, nothing guessed silently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.outline.grids import Grid
from chuangcheng.kernel.outline.mapping import TOTALS, Mapping, titles
from chuangcheng.kernel.outline.numbering import depths, indent, numbering
from chuangcheng.kernel.problems import FieldProblem
from chuangcheng.kernel.sheets import column_letter

_PASSED = Label("隐藏行，已跳过", "A hidden row, skipped")
_READ = Label("隐藏行，照样读取", "A hidden row, read all the same")
_UNCALCULATED = Label("公式没有计算结果，请改为数值", "A formula without a result; write the number")
_WRONG_VALUE = Label("单元格是错误值，请改为数值", "The cell holds an error; write the number")


@dataclass(slots=True)
class Entry:
    """One line of the tree: where it stood (``row`` from 1), its own cells by role, and its children."""

    sheet: str
    row: int
    text: str
    code: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    weigher: str = "weight"  # the role of the column that its weight stands in
    children: list[Entry] = field(default_factory=list)

    def walk(self) -> Iterator[Entry]:
        """The entry and everything below it, parents before children."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Tree:
    """What was read. ``problems`` stand in the way of loading, ``remarks`` say what was done without asking."""

    roots: list[Entry] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    remarks: list[FieldProblem] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # role → the header as it stands in the file

    def entries(self) -> Iterator[Entry]:
        """Every entry, parents before children."""
        for root in self.roots:
            yield from root.walk()

    def blame(self, entry: Entry, role: str, code: str, text: Label | str) -> None:
        """Name a problem of an entry by sheet, column and row."""
        if role == "code" and role not in self.headers:
            role = "text"  # the number stands before the text
        where = self._where(entry.sheet, entry.weigher if role == "weight" else role)
        self.problems.append(FieldProblem(where, code, text, entry.row))

    def remark(self, sheet: str, row: int | None, role: str, code: str, text: Label | str) -> None:
        """Say what was done without asking."""
        self.remarks.append(FieldProblem(self._where(sheet, role), code, text, row))

    def _where(self, sheet: str, role: str) -> str:
        return f"{sheet}.{self.headers.get(role, role)}" if role else sheet

    def levels(self) -> list[int]:
        """How many entries stand on each level, the outermost first."""
        counts: list[int] = []
        layer = self.roots
        while layer:
            counts.append(len(layer))
            layer = [child for entry in layer for child in entry.children]
        return counts


@dataclass(slots=True)
class _Line:
    """A data row with the cells that have a role."""

    sheet: str
    row: int
    cells: dict[str, str]
    spanned: str = ""  # the text of a row that is one cell across the table


def read(grids: Sequence[Grid], mapping: Mapping) -> Tree:
    """The tree of the chosen sheets. Weights are still texts (:mod:`~chuangcheng.kernel.outline.weighing`)."""
    tree = Tree(headers=_headers(grids, mapping))
    for number, header in zip(mapping.sheets, mapping.header, strict=False):
        grid = grids[number]
        lines = list(_lines(grid, header, mapping, tree))
        roots = _by_columns(tree, lines, mapping) if mapping.levels() else _by_rows(tree, lines, mapping)
        if mapping.sheet_is == "level":
            roots = [Entry(grid.name, header + 1, numbering(grid.name).rest or grid.name, children=roots)]
        _join(tree.roots, roots)
    left = [grid.name for n, grid in enumerate(grids) if n not in mapping.sheets]
    if left:
        tree.remark(
            "、".join(left)[:80], None, "", "sheet_left_out", Label("这些表未读取", "These sheets were not read")
        )
    if not tree.roots and not tree.problems:
        tree.problems.append(
            FieldProblem(
                "",
                "empty",
                Label(
                    "没有读到任何条目，请检查各列的对应关系",
                    "No entry was read; look at what each column was taken for",
                ),
            )
        )
    _check_codes(tree)
    return tree


def _headers(grids: Sequence[Grid], mapping: Mapping) -> dict[str, str]:
    if not mapping.sheets:
        return {}
    names = titles(grids[mapping.sheets[0]], mapping.header[0])
    return {
        role: (names[column] if column < len(names) and names[column] else f"{column_letter(column)}列")
        for column, role in reversed([*enumerate(mapping.roles)]) if role
    }  # fmt: skip


def _lines(grid: Grid, header: int, mapping: Mapping, tree: Tree) -> Iterator[_Line]:
    """The data rows; totals and headers repeated on a new page are passed over, hidden ones as the mapping says."""
    wanted = {column: role for column, role in enumerate(mapping.roles) if role}
    again = titles(grid, header)
    for row, column in (*grid.uncalculated, *grid.errors):
        if row > header and column in wanted:
            cell = f"{column_letter(column)}{row + 1}"
            what = _UNCALCULATED if (row, column) in grid.uncalculated else _WRONG_VALUE
            tree.problems.append(FieldProblem(f"{grid.name}.{cell}", "formula", what, row + 1))
    for index in range(header + 1, len(grid.rows)):
        row_cells = grid.rows[index]
        cells = {role: row_cells[column] for column, role in wanted.items() if column < len(row_cells)}
        if not any(cell.strip() for cell in row_cells) or (header >= 0 and titles(grid, index) == again):
            continue
        if index in grid.hidden:
            tree.remark(grid.name, index + 1, "", "hidden", _PASSED if mapping.hidden == "skip" else _READ)
            if mapping.hidden == "skip":
                continue
        if any(TOTALS.match(cell.strip()) for cell in row_cells):
            tree.remark(grid.name, index + 1, "", "total", Label("合计行，已跳过", "A line of totals, skipped"))
            continue
        filled = [cell.strip() for cell in row_cells if cell.strip()]
        yield _Line(grid.name, index + 1, cells, filled[0] if index in grid.spanned and len(filled) == 1 else "")


def _by_columns(tree: Tree, lines: list[_Line], mapping: Mapping) -> list[Entry]:
    """One column a level: an empty cell above the row's own text means the same as in the row before."""
    roles = [f"level{level}" for level, _ in mapping.levels()]
    roots: list[Entry] = []
    sections: list[Entry] = []
    path: list[Entry] = []
    for line in lines:
        texts = [line.cells.get(role, "").strip() for role in roles]
        if line.spanned:  # a title across the table is one more level above the columns
            sections, path = [Entry(line.sheet, line.row, line.spanned)], []
            roots += sections
            continue
        if not any(texts):
            _orphan_row(tree, line)
            continue
        last = max(n for n, text in enumerate(texts) if text)
        top = sections[0].children if sections else roots
        for depth in range(last + 1):
            own = depth == last
            if not own and (not texts[depth] or (depth < len(path) and path[depth].text == texts[depth])):
                if depth >= len(path):
                    name = tree.headers.get(roles[depth], roles[depth])
                    message = Label(
                        f"缺少“{name}”，不知属于哪里", f"“{name}” is missing: nobody knows where it belongs"
                    )
                    tree.blame(Entry(line.sheet, line.row, ""), roles[depth], "orphan", message)
                    break
                _add_cells(path[depth], line, roles[depth])
                continue
            siblings = path[depth - 1].children if depth else top
            known = next((one for one in siblings if one.text == texts[depth]), None) if not own else None
            entry = known or Entry(line.sheet, line.row, texts[depth])
            if known is None:
                siblings.append(entry)
            path[depth:] = [entry]
            _add_cells(entry, line, roles[depth])
        else:
            path[last].cells |= {
                role: text for role, text in line.cells.items() if not role.startswith("level") and text.strip()
            }
            path[last].code = line.cells.get("code", "").strip()
    return roots


def _add_cells(entry: Entry, line: _Line, role: str) -> None:
    """The weight that stands beside a level's text, where the entry has none yet."""
    weigher = f"weight{role[5:]}"
    if weigher in line.cells:
        entry.weigher = weigher
    if weight := line.cells.get(weigher, "").strip():
        entry.cells.setdefault("weight", weight)


def _orphan_row(tree: Tree, line: _Line) -> None:
    if any(cell.strip() for role, cell in line.cells.items() if role not in ("code", "note")):
        tree.blame(
            Entry(line.sheet, line.row, ""),
            "",
            "orphan",
            Label(
                "这一行没有条目文字，不知属于哪里", "This row has no text of its own, so nobody knows where it belongs"
            ),
        )


def _by_rows(tree: Tree, lines: list[_Line], mapping: Mapping) -> list[Entry]:
    """A row a line: its place is told by the parent's code, the level, the code, or the number or blanks before it."""
    entries: list[tuple[Entry, _Line]] = []
    for line in lines:
        text = line.cells.get("text", "") or line.spanned
        if not text.strip():
            _orphan_row(tree, line)
            continue
        code = line.cells.get("code", "").strip()
        cells = {role: cell for role, cell in line.cells.items() if role not in ("text", "code") and cell.strip()}
        entries.append((Entry(line.sheet, line.row, text, code, cells), line))
    if mapping.columns("parent"):
        return _by_parents(tree, [entry for entry, _ in entries])
    placed = _placed(tree, [entry for entry, _ in entries], mapping)
    roots: list[Entry] = []
    path: list[Entry] = []
    for entry, depth in placed:
        entry.text = entry.text.strip()
        if depth > len(path) + 1:
            tree.blame(
                entry,
                "code" if entry.code else "text",
                "orphan",
                Label(
                    f"“{entry.code or entry.text[:20]}”的上一级不存在",
                    f"The parent of “{entry.code or entry.text[:20]}” is missing",
                ),
            )
            continue
        path[depth - 1 :] = [entry]
        (path[depth - 2].children if depth > 1 else roots).append(entry)
    _check_prefixes(tree, roots, None)
    return roots


def _placed(tree: Tree, entries: list[Entry], mapping: Mapping) -> list[tuple[Entry, int]]:
    """Each entry with its depth, from 1."""
    if mapping.columns("depth"):
        words = [entry.cells.get("depth", "").strip() for entry in entries]
        rank = {word: n for n, word in enumerate(dict.fromkeys(word for word in words if word), 1)}
        for entry, word in zip(entries, words, strict=True):
            if not word:
                tree.blame(entry, "depth", "missing", Label("没有写明层级", "The level is not given"))
        return [(entry, rank.get(word, len(rank) + 1)) for entry, word in zip(entries, words, strict=True) if word]
    in_text = not mapping.columns("code")
    numbered = [numbering(entry.text if in_text else entry.code) for entry in entries]
    if in_text and sum(bool(n.style) for n in numbered) * 2 < len(entries):
        blanks = sorted({indent(entry.text) for entry in entries})
        return [(entry, blanks.index(indent(entry.text)) + 1) for entry in entries]
    rank = depths([n.style for n in numbered])
    placed = []
    for entry, number in zip(entries, numbered, strict=True):
        if not number.style:
            tree.blame(
                entry,
                "text" if in_text else "code",
                "missing",
                Label("没有编号，不知在哪一级", "Without a number nobody knows its level"),
            )
            continue
        if in_text:
            entry.code, entry.text = number.code, number.rest
        placed.append((entry, rank[number.style]))
    return placed


def _check_prefixes(tree: Tree, entries: list[Entry], above: Entry | None) -> None:
    """A parted code begins with its parent's: 1.2.3 does not stand below 1.1."""
    for entry in entries:
        parts = numbering(entry.code).parts
        upper = numbering(above.code).parts if above else ()
        is_below = parts[: len(upper)] == upper or (len(parts) == 1 and parts[0].startswith("".join(upper)))
        if upper and parts and len(parts) > 1 and not is_below:
            tree.blame(
                entry,
                "code",
                "orphan",
                Label(
                    f"“{entry.code}”的上一级不存在（前面是“{above.code if above else ''}”）",
                    f"The parent of “{entry.code}” is missing (before it stands “{above.code if above else ''}”)",
                ),
            )
        _check_prefixes(tree, entry.children, entry)


def _by_parents(tree: Tree, entries: list[Entry]) -> list[Entry]:
    """By the parent's code; a circle and a parent that is not there are named."""
    by_code = {entry.code: entry for entry in entries if entry.code}
    roots = []
    for entry in entries:
        entry.text = entry.text.strip()
        parent = entry.cells.get("parent", "").strip()
        if not parent:
            roots.append(entry)
        elif parent not in by_code:
            tree.blame(entry, "parent", "orphan", Label(f"没有上级“{parent}”", f"There is no parent “{parent}”"))
        elif _circles(entry, by_code):
            tree.blame(
                entry,
                "parent",
                "circle",
                Label("上级代码绕回自己，形成循环", "The parents' codes lead back to itself: a circle"),
            )
        else:
            by_code[parent].children.append(entry)
    return roots


def _circles(entry: Entry, by_code: dict[str, Entry]) -> bool:
    seen: set[str] = set()
    step = entry.code
    while step in by_code and step not in seen:
        seen.add(step)
        step = by_code[step].cells.get("parent", "").strip()
    return step in seen


def _join(roots: list[Entry], more: list[Entry]) -> None:
    """Roots of a further sheet; one of the same text goes on where the last sheet left off."""
    for entry in more:
        same = next((one for one in roots if one.text == entry.text), None)
        if same is not None and entry.children and same.sheet != entry.sheet:
            same.children += entry.children
        else:
            roots.append(entry)


def _check_codes(tree: Tree) -> None:
    """Codes that stand for a whole line, not for its place among its siblings, stand once."""
    seen: dict[str, Entry] = {}
    for entry in tree.entries():
        if entry.code and numbering(entry.code).parts[1:]:
            before = seen.setdefault(entry.code, entry)
            if before is not entry:
                sheet = f"“{before.sheet}”" if before.sheet != entry.sheet else ""
                tree.blame(
                    entry,
                    "code",
                    "duplicate",
                    Label(
                        f"代码“{entry.code}”与{sheet}第{before.row}行重复",
                        f"The code “{entry.code}” stands in row {before.row} {sheet} too",
                    ),
                )
