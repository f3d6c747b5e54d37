"""How a table is read is guessed from its header as offices write them, and a file's tables become grids of text."""

from __future__ import annotations

import io
import json
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.outline import grids
from chuangcheng.kernel.outline.grids import Grid, open_grids
from chuangcheng.kernel.outline.mapping import LEVELS, ROLES, Mapping, guess, headers, titles
from chuangcheng.kernel.outline.numbering import numbering
from chuangcheng.kernel.outline.tree import read
from chuangcheng.kernel.outline.weighing import weigh
from chuangcheng.kernel.problems import Refused
from tests.kernel.workbooks import xlsx

CELLS = st.text("市容秩序一1. ", max_size=6)


@pytest.mark.parametrize(
    ("header", "rows", "roles"),
    [
        # a column a level, as the published assessment systems print them
        (["测评项目", "测评内容", "测评标准", "权重"], [["一", "甲", "子", "5"]], ("level1", "level2", "level3", "weight")),
        (["序号", "测评项目", "测评标准", "标准分"], [["1", "甲", "子", "5"], ["2", "甲", "丑", "5"]],
         ("", "level1", "level2", "weight")),  # the column merely counts
        (["测评项目", "项目权重", "测评内容", "内容权重", "测评标准", "分值"], [["甲", "60", "乙", "30", "丙", "10"]],
         ("level1", "weight1", "level2", "weight2", "level3", "weight")),
        (["测评项目", "分值", "测评内容", "评分细则", "测评方法", "牵头单位", "配合单位", "备注"], [["甲", "60", "乙", "", "", "", "", ""]],
         ("level1", "weight1", "level2", "scoring", "method", "lead", "support", "note")),
        # a row a line
        (["编号", "指标名称", "分值"], [["1", "甲", "60"], ["1.1", "乙", "60"]], ("code", "text", "weight")),
        (["编码", "上级编码", "条目", "分值"], [["1", "", "甲", "60"]], ("", "parent", "text", "weight")),
        (["编码", "上级编码", "条目"], [["01", "", "甲"], ["0101", "01", "乙"]], ("code", "parent", "text")),
        (["层级", "条目", "分值", "责任单位"], [["一级", "甲", "60", ""]], ("depth", "text", "weight", "lead")),
        (["测评体系", "权重"], [["一、甲", "60"]], ("text", "weight")),
    ],
)  # fmt: skip
def test_the_header_tells_what_a_column_holds(header: list[str], rows: list[list[str]], roles: tuple[str, ...]) -> None:
    title = ["XX市文明城市测评表", *[""] * (len(header) - 1)]
    for above in ([], [title]):
        found = guess([Grid("表", [*above, header, *rows])])
        assert (found.roles, found.header, found.sheets, found.top) == (roles, (len(above),), (0,), "project")
        assert set(found.roles) <= set(ROLES)


def test_a_table_without_a_header_is_all_levels() -> None:
    found = guess([Grid("表", [["甲", "乙"], ["", "丙"]])])
    assert (found.header, found.roles) == ((-1,), ("level1", "level2"))


WORDS = st.sampled_from([
    "", " ", "测评项目", "测评内容", "指标", "编号", "上级编号", "层级", "分值", "项目分值", "责任单位", "备注", "一、甲", "（一）乙", "1", "2", "²", "①",
    "1.1", "1.2.1", "40%", "合计", "　丙", "a",
])  # fmt: skip
#: Tables of any shape with something in them.
TABLES = (
    st.integers(1, 8)
    .flatmap(lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), min_size=1, max_size=6))
    .filter(lambda rows: any(cell.strip() for row in rows for cell in row))
)


@given(st.lists(TABLES, min_size=1, max_size=3))
@settings(max_examples=150)
def test_any_table_is_guessed_and_read_without_a_crash(tables: list[list[list[str]]]) -> None:
    pages = [Grid(f"表{number}", rows) for number, rows in enumerate(tables)]
    mapping = guess(pages)
    tree = read(pages, mapping)
    weigh(tree, [(None, tree.roots)], mapping)
    assert len(set(mapping.levels())) == len({level for level, _ in mapping.levels()}) <= LEVELS
    for entry in tree.entries():  # every entry stands in its row, in its own words
        page = next(page for page in pages if page.name == entry.sheet)
        assert entry.text in (
            page.name,
            *(part for cell in page.rows[entry.row - 1] for part in (cell.strip(), numbering(cell).rest)),
        )


@given(st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=5))
@settings(max_examples=40)
def test_a_ragged_file_is_a_table_of_one_width(rows: list[list[str]]) -> None:
    rows = [["测评内容", "分值"], *rows]
    [grid] = open_grids("\n".join(",".join(row) for row in rows).encode(), "体系.csv")
    assert {len(row) for row in grid.rows} == {max(map(len, rows))}
    read([grid], guess([grid]))


def test_a_counting_column_may_hold_a_raised_figure() -> None:
    found = guess([Grid("表", [["编号", "条目"], ["²", "甲"]])])
    assert found.roles == ("code", "text")


def test_a_parent_column_alone_is_guessed_too() -> None:
    found = guess([Grid("表", [["上级编号", "分值"], ["1", "5"]])])
    assert found.roles == ("parent", "weight")


def test_more_levels_than_there_may_be_are_left_out() -> None:
    found = guess([Grid("表", [[f"测评内容{n}" for n in range(LEVELS + 2)], ["甲"] * (LEVELS + 2)])])
    assert found.levels() == [(n + 1, n) for n in range(LEVELS)]


@pytest.mark.parametrize(
    ("names", "top"),
    [
        (("全国文明城市测评体系", "未成年人思想道德建设测评体系"), "framework"),
        (("市容市貌", "公共秩序"), "project"),
        (("测评体系甲", "公共秩序"), "project"),
        (("甲体系", "乙体系", "丙体系", "丁体系"), "project"),  # four systems are rather four parts
    ],
)
def test_sheets_of_one_header_are_a_level_and_perhaps_the_frameworks(names: tuple[str, ...], top: str) -> None:
    pages = [Grid(name, [["测评内容", "测评标准", "权重"], ["甲", "乙", "5"]]) for name in names]
    found = guess([*pages, Grid("填表说明", [["请逐项填写"]])])
    assert (found.sheets, found.sheet_is, found.top) == (tuple(range(len(names))), "level", top)
    assert guess(pages[:1]).sheet_is == ""


def test_each_sheets_header_is_found_where_it_stands() -> None:
    header = ["测评内容", "权重"]
    pages = [
        Grid("一", [["标题", ""], header, ["甲", "5"]]), Grid("二", [header, ["乙", "5"]]),
        Grid("三", [["丙", "5"], ["丁", "5"]]),
    ]  # fmt: skip
    assert headers(pages, (0, 1), 1) == (1, 0)
    assert headers(pages, (1, 0), 0) == (0, 1)
    assert headers(pages, (0, 2), 1) == (1, 1)  # none says the same: where the first one's is
    assert headers(pages, (), 0) == ()


@pytest.mark.parametrize(
    ("rows", "header", "expected"),
    [
        ([["测评内容", "分 值"]], -1, []),
        ([["测评内容", "分 值"]], 0, ["测评内容", "分值"]),
        ([["测评体系", "", ""], ["项目", "", "内容"]], 1, ["项目", "", "内容"]),  # one title over all is no header
        ([["项目", "责任单位", ""], ["", "牵头", "配合"]], 1, ["项目", "牵头", "配合"]),
    ],
)
def test_of_two_header_rows_the_lower_one_counts(rows: list[list[str]], header: int, expected: list[str]) -> None:
    assert titles(Grid("表", rows), header) == expected


MAPPINGS = st.builds(
    Mapping,
    sheets=st.lists(st.integers(0, 5), max_size=3).map(tuple),
    header=st.lists(st.integers(-1, 5), max_size=3).map(tuple),
    roles=st.lists(st.sampled_from(ROLES), max_size=6).map(tuple),
    sums=st.sampled_from(["refuse", "scale"]),
    top=st.sampled_from(["project", "framework"]),
)


@given(MAPPINGS)
def test_a_mapping_survives_json_and_foreign_names(mapping: Mapping) -> None:
    kept = json.loads(json.dumps(mapping.as_json()))
    assert Mapping.of_json({**kept, "unheard_of": 1}) == mapping


@given(MAPPINGS)
def test_levels_are_told_from_the_outermost_and_columns_by_role(mapping: Mapping) -> None:
    assert [mapping.roles[column] for _, column in mapping.levels()] == [f"level{n}" for n, _ in mapping.levels()]
    assert mapping.levels() == sorted(mapping.levels())
    held = sorted(column for role in set(mapping.roles) for column in mapping.columns(role))
    assert held == list(range(len(mapping.roles)))


PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3)


@given(
    st.builds(
        Grid, name=CELLS, rows=st.lists(st.lists(CELLS, max_size=3), max_size=3), hidden=st.lists(st.integers(0, 9)),
        uncalculated=PAIRS, errors=PAIRS, spanned=st.lists(st.integers(0, 9)),
    )
)  # fmt: skip
def test_a_grid_survives_json(grid: Grid) -> None:
    assert Grid.of_json(json.loads(json.dumps(grid.as_json()))) == grid


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=4))
@settings(max_examples=10)
def test_what_is_merged_downwards_stands_in_each_of_its_rows(blocks: list[tuple[int, int]]) -> None:
    """Each block is so many rows high in the first column and so many columns wide."""
    rows: list[list[Any]] = []
    merges, expected = [], []
    for number, (height, width) in enumerate(blocks):
        top = len(rows) + 1
        for line in range(height):
            own = [f"块{number}" if line == 0 else None, *([None] * (width - 1))]
            rows.append([*own, *(f"{number}-{line}-{n}" for n in range(4 - width))])
            expected.append([f"块{number}", *[""] * (width - 1), *rows[-1][width:]])
        if height * width > 1:
            merges.append(f"A{top}:{'ABC'[width - 1]}{top + height - 1}")
    [grid] = open_grids(xlsx(rows, merges=merges), "体系.xlsx")
    assert grid.rows == expected


def test_a_title_across_the_table_is_told_and_one_beside_cells_is_not() -> None:
    rows = [
        ["第一部分", None, None, None],
        ["甲", "乙", "丙", "丁"],
        [None, "横跨", None, None],
        ["戊", "横跨", None, None],
    ]
    [grid] = open_grids(xlsx(rows, merges=["A1:D1", "B3:D3", "B4:D4"]), "体系.xlsx")
    assert grid.spanned == [0, 2]


def document(*tables: list[list[str]], merged: tuple[tuple[int, int], tuple[int, int]] | None = None) -> bytes:
    """A Word document of these tables; ``merged`` joins two cells of the first."""
    made = docx.Document()
    for rows in tables:
        table = made.add_table(len(rows), len(rows[0]))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
    if merged:
        (top, left), (bottom, right) = merged
        made.tables[0].cell(top, left).merge(made.tables[0].cell(bottom, right))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_word_table_that_goes_on_after_a_page_break_is_one() -> None:
    header, first, second = ["内容", "权重"], ["甲", "5"], ["乙", "6"]
    for more in ([header, second], [second], [["", "接上页"]]):
        [grid] = open_grids(document([header, first], more), "体系.docx")
        assert grid.rows == [header, first, *more]
    apart = open_grids(document([header, first], [["说明", "内容"]]), "体系.docx")
    assert [(grid.name, len(grid.rows)) for grid in apart] == [("表1", 2), ("表2", 1)]


def test_word_cells_merged_downwards_and_across() -> None:
    down = open_grids(document([["甲", "1"], ["", "2"], ["乙", "3"]], merged=((0, 0), (1, 0))), "体系.docx")
    assert down[0].rows == [["甲", "1"], ["甲", "2"], ["乙", "3"]]
    across = open_grids(document([["第一部分", "", ""], ["甲", "乙", "5"]], merged=((0, 0), (0, 2))), "体系.docx")
    assert (across[0].rows, across[0].spanned) == ([["第一部分", "", ""], ["甲", "乙", "5"]], [0])


def test_leading_blanks_stay_and_trailing_ones_go() -> None:
    [grid] = open_grids("条目,分值\n　　街道整洁　 ,5 \n".encode(), "体系.csv")
    assert grid.rows == [["条目", "分值"], ["　　街道整洁", "5"]]


@pytest.mark.parametrize(
    ("limit", "code"), [("MAX_ROWS", "tables.too_large"), ("MAX_WORD", "tables.too_large")]
)  # fmt: skip
def test_a_table_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, code: str) -> None:
    monkeypatch.setattr(grids, limit, 2)
    with pytest.raises(Refused) as refused:
        open_grids(document([["甲"], ["乙"], ["丙"]]), "体系.docx")
    assert refused.value.code == code


@pytest.mark.parametrize("source", [b"\n\n", xlsx([[None, " "]]), document(), document([["", " "]])])
def test_a_file_that_holds_nothing_says_so(source: bytes) -> None:
    with pytest.raises(Refused) as refused:
        open_grids(source, "空表")
    assert refused.value.code == "tables.empty"
