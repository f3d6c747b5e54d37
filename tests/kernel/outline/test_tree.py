"""One tree written in every way that offices write it is read as the same tree; what is wrong is named by its row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.outline.grids import Grid
from chuangcheng.kernel.outline.mapping import Mapping
from chuangcheng.kernel.outline.tree import Entry, Tree, read
from tests.kernel.outline.test_numbering import chinese

Nested = list[tuple[str, "Nested"]]  # type: ignore[misc]  # a text and what stands below it
Line = tuple[int, tuple[int, ...], str]  # depth from 0, the place's numbers, the text

DEEPEST = 4


def legal(wishes: list[int]) -> list[int]:
    """The wished depths, none more than one below the line before it."""
    depths = [0]
    for wish in wishes:
        depths.append(min(wish, depths[-1] + 1))
    return depths


#: The depths of a tree's lines, parents before children.
DEPTHS = st.lists(st.integers(0, DEEPEST - 1), max_size=14).map(legal)


def lines_of(depths: Sequence[int]) -> list[Line]:
    """Each line with its place, such as (1, 2) for the second line below the first, and a text of its own."""
    place: list[int] = []
    lines = []
    for number, depth in enumerate(depths):
        place = [*place[:depth], (place[depth] if depth < len(place) else 0) + 1]
        lines.append((depth, tuple(place), f"要点甲{number}"))
    return lines


def nested_of(lines: Sequence[Line]) -> Nested:
    """The tree by plain recursion: a line's children are the lines one deeper before the next of its own depth."""
    found: Nested = []
    starts = [n for n, line in enumerate(lines) if line[0] == lines[0][0]] if lines else []
    for start, end in pairwise([*starts, len(lines)]):
        found.append((lines[start][2], nested_of(lines[start + 1 : end])))
    return found


def nested(entries: Sequence[Entry]) -> Nested:
    """What was read, in the same form."""
    return [(entry.text, nested(entry.children)) for entry in entries]


def by_rows(roles: tuple[str, ...], rows: list[list[str]]) -> Tree:
    """One sheet read by these roles; its header names them."""
    grid = Grid("测评体系", [[f"列{role}" for role in roles], *rows])
    return read([grid], Mapping(sheets=(0,), header=(0,), roles=roles))


def office(depth: int, place: tuple[int, ...]) -> str:
    """The number of a line in the order of GB/T 9704: 一、 （一） 1. （1）."""
    number = place[-1]
    return (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.", f"（{number}）")[depth]


def columns(lines: Sequence[Line], *, repeated: bool) -> Tree:
    """A column for each level: a row for each line without children, or a row for each line."""
    above: list[str] = []
    rows = []
    for depth, _, text in lines:
        above = [*above[:depth], text]
        cells = [*(above[:-1] if repeated else [""] * depth), text]
        rows.append(cells + [""] * (DEEPEST - len(cells)))
    return by_rows(tuple(f"level{n}" for n in range(1, DEEPEST + 1)), rows)


def parents(lines: Sequence[Line]) -> Tree:
    """A code for each line and the code of the line above it."""
    rows = [["-".join(map(str, place)), "-".join(map(str, place[:-1])), text] for _, place, text in lines]
    return by_rows(("code", "parent", "text"), rows)


WAYS = {
    "a column for each level, above left empty": lambda lines: columns(lines, repeated=False),
    "a column for each level, above repeated": lambda lines: columns(lines, repeated=True),
    "the parent's code": parents,
    "the level in words": lambda lines: by_rows(("depth", "text"), [[f"{'一二三四'[d]}级指标", t] for d, _, t in lines]),
    "parted codes": lambda lines: by_rows(("code", "text"), [[".".join(map(str, p)), t] for _, p, t in lines]),
    "numbers in the text": lambda lines: by_rows(("text",), [[office(d, p) + t] for d, p, t in lines]),
    "parted numbers in the text": lambda lines: by_rows(("text",), [[f"{'.'.join(map(str, p))} {t}"] for _, p, t in lines]),
    "blanks before the text": lambda lines: by_rows(("text",), [["\u3000" * d + t] for d, _, t in lines]),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@given(depths=DEPTHS)
@settings(max_examples=40)
def test_every_way_of_writing_gives_the_same_tree(way: str, depths: list[int]) -> None:
    lines = lines_of(depths)
    tree = WAYS[way](lines)
    assert (nested(tree.roots), tree.problems, tree.remarks) == (nested_of(lines), [], [])
    assert [entry.row for entry in tree.entries()] == [number + 2 for number in range(len(lines))]
    assert tree.levels() == [depths.count(depth) for depth in range(max(depths) + 1)]


@given(DEPTHS, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_with_parents_the_rows_may_stand_in_any_order(depths: list[int], chance: Random) -> None:
    lines = lines_of(depths)
    mixed = list(lines)
    chance.shuffle(mixed)
    tree = parents(mixed)

    def ordered(branches: Nested) -> Nested:
        return sorted((text, ordered(below)) for text, below in branches)

    assert (ordered(nested(tree.roots)), tree.problems) == (ordered(nested_of(lines)), [])


@given(DEPTHS, st.integers(0, 14))
def test_a_line_whose_parent_was_lost_is_blamed_and_only_it(depths: list[int], lost: int) -> None:
    lines = lines_of(depths)
    gone = lines[lost % len(lines)]
    rest = [line for line in lines if line is not gone]
    tree = parents(rest)
    orphans = [n for n, (_, place, _) in enumerate(rest) if place[:-1] == gone[1]]
    blamed = [(problem.field, problem.code, problem.row) for problem in tree.problems]
    assert blamed == (
        [("测评体系.列parent", "orphan", n + 2) for n in orphans] or ([("", "empty", None)] if not rest else [])
    )


@given(st.integers(1, 6), st.integers(0, 4))
def test_a_circle_of_parents_is_blamed_on_each_of_its_lines(size: int, tail: int) -> None:
    """``size`` lines name each other around; ``tail`` more hang from the first: they stand below, and fall with it."""
    rows = [[f"c{n}", f"c{(n + 1) % size}", f"环{n}"] for n in range(size)]
    rows += [[f"t{n}", "c0" if n == 0 else f"t{n - 1}", f"尾{n}"] for n in range(tail)]
    rows.append(["r", "", "根"])
    tree = by_rows(("code", "parent", "text"), rows)
    assert nested(tree.roots) == [("根", [])]
    assert [problem.row for problem in tree.problems if problem.code == "circle"][:size] == list(range(2, size + 2))
    assert {problem.code for problem in tree.problems} == {"circle"}


@pytest.mark.parametrize(
    ("roles", "rows", "field", "code", "row"),
    [
        (("depth", "text"), [["一级", "甲"], ["", "乙"]], "列depth", "missing", 3),
        (("code", "text"), [["1", "甲"], ["", "乙"]], "列code", "missing", 3),
        (("code", "text"), [["1", "甲"], ["1.1", "乙"], ["2.1.1", "丙"]], "列code", "orphan", 4),
        (("code", "text"), [["1.1", "甲"], ["1.1", "乙"]], "列code", "duplicate", 3),
        (("level1", "level2"), [["", "乙"]], "列level1", "orphan", 2),
        (("level1", "level2", "weight"), [["甲", "乙", "5"], ["", "", "3"]], "", "orphan", 3),
        (("text",), [["一、甲"], ["（一）乙"], ["丙"]], "列text", "missing", 4),
        (("text",), [["1 甲"], ["1.1.1 丙"]], "列text", "orphan", 3),  # no such column as a code here
        (("text",), [["1.1 甲"], ["1.1.1 乙"], ["1.2.1 丙"]], "列text", "orphan", 4),
        (("text",), [["1.1 甲"], ["1.1 乙"]], "列text", "duplicate", 3),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_sheet_column_and_row(
    roles: tuple[str, ...], rows: list[list[str]], field: str, code: str, row: int
) -> None:
    found = [(problem.field, problem.code, problem.row) for problem in by_rows(roles, rows).problems]
    assert found == [(f"测评体系.{field}" if field else "测评体系", code, row)]


@pytest.mark.parametrize("word", ["合计", "小计", "总计", "总分", "共计：", "合计（分）"])
def test_rows_that_sum_up_are_no_entries(word: str) -> None:
    tree = by_rows(("text", "weight"), [["一、市容", "60"], ["二、秩序", "40"], [word, "100"]])
    assert nested(tree.roots) == [("市容", []), ("秩序", [])]
    assert [(remark.field, remark.code, remark.row) for remark in tree.remarks] == [("测评体系", "total", 4)]


@given(st.sets(st.integers(1, 5)), st.sampled_from(["take", "skip"]))
def test_hidden_rows_are_told_and_taken_as_the_importer_says(hidden: set[int], choice: str) -> None:
    rows = [["条目"], *([f"{n}、第{n}项"] for n in range(1, 6))]
    grid = Grid("表", rows, hidden=sorted(hidden))
    tree = read([grid], Mapping(sheets=(0,), header=(0,), roles=("text",), hidden=choice))
    kept = [n for n in range(1, 6) if choice == "take" or n not in hidden]
    assert [entry.row for entry in tree.roots] == [n + 1 for n in kept]
    assert [(remark.code, remark.row) for remark in tree.remarks] == [("hidden", n + 1) for n in sorted(hidden)]


def test_a_header_said_again_on_the_next_page_and_empty_rows_are_passed_over() -> None:
    grid = Grid("表", [["编号", "内容"], ["1", "甲"], ["", " "], [" 编号 ", "内容"], ["2", "乙"]])
    tree = read([grid], Mapping(sheets=(0,), header=(0,), roles=("code", "text")))
    assert [(entry.row, entry.code, entry.text) for entry in tree.entries()] == [(2, "1", "甲"), (5, "2", "乙")]
    assert (tree.problems, tree.remarks) == ([], [])


def test_formulas_without_a_value_are_blamed_in_columns_that_are_read() -> None:
    grid = Grid(
        "表", [["内容", "分值", "草稿"], ["1、甲", "", ""], ["2、乙", "#N/A", ""]], uncalculated=[(1, 1), (1, 2), (0, 1)],
        errors=[(2, 1)],
    )  # fmt: skip
    tree = read([grid], Mapping(sheets=(0,), header=(0,), roles=("text", "weight", "")))
    assert [(problem.field, problem.code, problem.row) for problem in tree.problems] == [
        ("表.B2", "formula", 2), ("表.B3", "formula", 3)
    ]  # fmt: skip
    assert "没有计算结果" in tree.problems[0].message
    assert "错误值" in tree.problems[1].message


def test_sheets_are_levels_or_go_on_where_the_last_one_left_off() -> None:
    pages = [
        Grid("一、市容", [["项目", "内容"], ["街道", "路面"]]), Grid("二、秩序", [["项目", "内容"], ["街道", "停车"]]),
        Grid("填表说明", [["说明"]]),
    ]  # fmt: skip
    mapping = Mapping(sheets=(0, 1), header=(0, 0), roles=("level1", "level2"))
    joined = read(pages, mapping)
    assert nested(joined.roots) == [("街道", [("路面", []), ("停车", [])])]
    assert [(remark.code, remark.row, remark.field) for remark in joined.remarks] == [
        ("sheet_left_out", None, "填表说明")
    ]
    parted = read(pages, Mapping(sheets=(0, 1), header=(0, 0), roles=("level1", "level2"), sheet_is="level"))
    assert nested(parted.roots) == [
        ("市容", [("街道", [("路面", [])])]), ("秩序", [("街道", [("停车", [])])])
    ]  # fmt: skip


def test_codes_of_one_line_stand_once_over_all_sheets() -> None:
    pages = [Grid(name, [["编号", "内容"], ["1-1", text]]) for name, text in (("甲", "路面"), ("乙", "停车"))]
    tree = read(pages, Mapping(sheets=(0, 1), header=(0, 0), roles=("code", "text")))
    [problem] = tree.problems
    assert (problem.field, problem.code, problem.row) == ("乙.编号", "duplicate", 2)
    assert "“甲”第2行" in problem.message


def test_a_mapping_that_reads_nothing_says_so() -> None:
    tree = read([Grid("表", [["内容"]])], Mapping(sheets=(0,), header=(0,), roles=("text",)))
    assert [(problem.field, problem.code, problem.row) for problem in tree.problems] == [("", "empty", None)]
    assert read([], Mapping()).problems[0].code == "empty"


def test_cells_go_with_their_entry_and_weights_with_their_level() -> None:
    roles = ("level1", "weight1", "level2", "weight", "method", "lead")
    tree = by_rows(roles, [
        ["市容", "60", "路面", "35", "实地", "城管局"], ["", "", "绿化", "25", "", "园林局"], ["秩序", "40", "停车", "40", "", ""],
    ])  # fmt: skip
    assert [(entry.text, entry.cells.get("weight"), entry.weigher) for entry in tree.entries()] == [
        ("市容", "60", "weight1"), ("路面", "35", "weight"), ("绿化", "25", "weight"),
        ("秩序", "40", "weight1"), ("停车", "40", "weight"),
    ]  # fmt: skip
    assert [entry.cells.get("lead") for entry in tree.entries() if not entry.children] == ["城管局", "园林局", None]
