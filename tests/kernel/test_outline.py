"""Numbers before lines, guesses at columns, weights, Word tables: the parts of reading a table of any shape."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.outline import tree as outline
from chuangcheng.kernel.outline.grids import Grid, open_grids
from chuangcheng.kernel.outline.mapping import ROLES, Mapping, guess, headers
from chuangcheng.kernel.outline.numbering import depths, indent, numbering
from chuangcheng.kernel.outline.weighing import parse, weigh
from chuangcheng.kernel.problems import Refused


@pytest.mark.parametrize(
    ("line", "style", "code", "rest"),
    [
        ("一、廉洁高效", "cn", "一", "廉洁高效"), ("（十二）街道", "(cn)", "(十二)", "街道"), ("①整洁", "circled", "①", "整洁"),
        ("1.1 背街", "parts2", "1.1", "背街"), ("１．２．３背街", "parts3", "1.2.3", "背街"), ("3、绿地", "parts1", "3", "绿地"),
        ("第一部分 环境", "part", "第一部分", "环境"), ("第二章 秩序", "chapter", "第二章", "秩序"), ("(3) x", "(num)", "(3)", "x"),
        ("CIV-07-01", "parts3", "CIV-07-01", ""), ("Ⅱ", "roman", "Ⅱ", ""), ("Ⅱ-3", "parts2", "Ⅱ-3", ""),
        ("0101", "digits4", "0101", ""), ("A 门前", "alpha", "A", "门前"), ("没有编号", "", "", "没有编号"), ("", "", "", ""),
        ("一体化建设", "", "", "一体化建设"), ("十五分钟服务圈", "", "", "十五分钟服务圈"),
    ],
)  # fmt: skip
def test_the_number_before_a_line(line: str, style: str, code: str, rest: str) -> None:
    found = numbering(line)
    assert (found.style, found.code, found.rest) == (style, code, rest)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["1", "1.1", "1.1.1", "2"], [1, 2, 3, 1]), (["1.1", "1.1.1", "1"], [2, 3, 1]),
        (["A-1-1", "A-1-1-1"], [1, 2]), (["01", "0101", "010101"], [1, 2, 3]),
        (["一、", "（一）", "1.", "（二）", "二、"], [1, 2, 3, 2, 1]), (["第一部分", "一、", "1.1"], [1, 2, 3]),
    ],
)  # fmt: skip
def test_how_deep_a_number_stands(lines: list[str], wanted: list[int]) -> None:
    styles = [numbering(line).style for line in lines]
    rank = depths(styles)
    assert [rank[style] for style in styles] == wanted


@given(st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=5), min_size=1, max_size=8))
def test_parted_numbers_stand_as_deep_as_they_have_parts(codes: list[list[int]]) -> None:
    texts = [".".join(map(str, code)) for code in codes]
    rank = depths([numbering(text).style for text in texts])
    least = min(map(len, codes))
    assert [rank[numbering(text).style] for text in texts] == [len(code) - least + 1 for code in codes]


@given(st.text())
def test_any_line_is_its_number_and_its_rest(line: str) -> None:
    found = numbering(line)
    assert bool(found.style) == bool(found.code)
    assert line.rstrip(" \t\u3000\xa0").endswith(found.rest.rstrip(" \t\u3000\xa0"))


def test_blanks_before_a_line() -> None:
    assert [indent(line) for line in ("甲", "  乙", "\u3000丙", "\t丁", "\u3000 戊")] == [0, 2, 2, 4, 3]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5", (Fraction(5), False)), ("5分", (Fraction(5), False)), ("５．５ 分", (Fraction(11, 2), False)),
        ("40%", (Fraction(40), True)), ("40％", (Fraction(40), True)), ("(3分)", (Fraction(3), False)),
        ("2/3", (Fraction(2, 3), False)), ("12 points", (Fraction(12), False)), ("约5", None), ("1/0", None), ("五分", None),
        ("-3", None), ("1e9", None), ("5-8", None), ("", None), ("=A1", None),
    ],
)  # fmt: skip
def test_weights_as_offices_write_them(text: str, wanted: tuple[Fraction, bool] | None) -> None:
    assert parse(text) == wanted


def grid(*rows: list[str], name: str = "表", **more: Any) -> Grid:
    return Grid(name, [list(row) for row in rows], **more)


@pytest.mark.parametrize(
    ("header", "first", "roles"),
    [
        (["序号", "测评项目", "测评内容", "测评标准", "分值"], ["1", "甲", "a", "子", "5"],
         ["", "level1", "level2", "level3", "weight"]),
        (["编号", "指标内容", "权重"], ["1.1", "甲", "5"], ["code", "text", "weight"]),
        (["测评项目", "分值", "测评内容", "分值", "测评标准", "分值"], ["甲", "9", "a", "5", "子", "2"],
         ["level1", "weight1", "level2", "weight2", "level3", "weight"]),
        (["项目", "内容", "标准", "项目分值", "牵头单位", "配合单位", "测评方法", "评分办法", "备注"], [""] * 9,
         ["level1", "level2", "level3", "weight1", "lead", "support", "method", "scoring", "note"]),
        (["代码", "上级代码", "层级", "名称"], ["A-1", "", "项目", "甲"], ["code", "parent", "depth", "text"]),
        (["指标内容", "备注"], ["一、甲", ""], ["text", "note"]),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_headers(header: list[str], first: list[str], roles: list[str]) -> None:
    found = guess([grid(["某市测评体系"] + [""] * (len(header) - 1), header, first)])
    assert (found.header, list(found.roles)) == ((1,), roles)
    assert set(found.roles) <= set(ROLES)
    assert Mapping.of_json({**found.as_json(), "unknown": 1}) == found


def test_a_column_that_counts_is_no_code() -> None:
    """1, 2, 3 down to the sums is a count of lines; 01, 0101 and 1, 3 are codes."""
    for column, role in (
        (["1", "2", "3", "合计"], ""),
        (["01", "02", "03", ""], "code"),
        (["1", "3", "4", ""], "code"),
    ):
        rows = [[cell, "甲", f"a{n}", f"子{n}"] for n, cell in enumerate(column)]
        assert guess([grid(["序号", "项目", "内容", "标准"], *rows)]).roles[0] == role


def test_sheets_of_one_header_are_read_together_and_no_others() -> None:
    head = ["测评内容", "测评标准", "分值"]
    parts = [
        grid(["说明", "", ""], head, ["a", "子", "50"], name="一、甲"),
        grid(head, ["b", "丑", "50"], name="二、乙"),
    ]
    found = guess([grid(["请勿修改", "本表"], name="封面"), *parts])
    assert (found.sheets, found.header, found.sheet_is, found.top) == ((1, 2), (1, 0), "level", "project")
    assert headers([*parts], (0, 1), 1) == (1, 0)
    assert headers([*parts], (), 0) == ()
    named = [grid(head, ["a", "子", "50"], name=f"{who}测评体系") for who in ("城市", "未成年人")]
    assert guess(named).top == "framework"


def read(rows: list[list[str]], **more: Any) -> outline.Tree:
    one = grid(*rows)
    found = guess([one])
    return outline.read([one], Mapping.of_json({**found.as_json(), **more}))


def test_headers_again_and_totals_are_passed_over() -> None:
    head = ["测评项目", "测评内容", "测评标准"]
    tree = read(
        [head, ["甲", "a", "子"], ["小计", "", "5"], head, ["甲", "a", "丑"], ["", "", ""], ["总分", "", "100"]]
    )
    assert tree.levels() == [1, 1, 2]
    assert [remark.code for remark in tree.remarks] == ["total", "total"]


def test_the_same_text_further_down_is_the_same_branch() -> None:
    tree = read([["项目", "内容", "标准"], ["甲", "a", "子"], ["乙", "b", "丑"], ["甲", "a", "寅"]])
    assert tree.levels() == [2, 2, 3]
    assert [entry.text for entry in tree.entries()] == ["甲", "a", "子", "寅", "乙", "b", "丑"]


def test_indents_and_levels_tell_the_place() -> None:
    by_blanks = read(
        [["指标内容", "备注"], ["甲", ""], ["  a", ""], ["    子", ""], ["    丑", ""], ["  b", ""], ["    寅", ""]]
    )
    assert by_blanks.levels() == [1, 2, 3]
    by_words = read(
        [["层级", "名称"], ["项目", "甲"], ["内容", "a"], ["标准", "子"], ["内容", "b"], ["", "?"], ["标准", "寅"]]
    )
    assert (by_words.levels(), [(p.code, p.row) for p in by_words.problems]) == ([1, 2, 2], [("missing", 6)])


def test_nothing_is_read_of_nothing() -> None:
    tree = outline.read([grid(["a", "b"])], Mapping())
    assert [problem.code for problem in tree.problems] == ["empty"]
    assert weigh(tree, [(None, [])], Mapping()).of == {}


TEXT = st.sampled_from(["", "甲", "乙", "a", "1", "1.1", "二、丙", "40%", "5分", "合计", " 空 ", "=A1"])


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8),
       st.lists(st.sampled_from(ROLES), min_size=3, max_size=3))  # fmt: skip
def test_whatever_is_read_however_each_row_is_an_entry_or_told_or_no_text(
    rows: list[list[str]], roles: list[str]
) -> None:
    """No table and no mapping breaks the reader, no entry stands twice, and weights are positive."""
    mapping = Mapping((0,), (-1,), tuple(roles), sums="scale", missing="equal")
    tree = outline.read([grid(*rows)], mapping)
    entries = list(tree.entries())
    assert len({id(entry) for entry in entries}) == len(entries)
    assert sum(tree.levels()) == len(entries)
    weights = weigh(tree, [(None, tree.roots)], mapping)
    assert all(value > 0 for value in weights.of.values())
    if tree.roots and not tree.problems:
        assert sum(weights[root] for root in tree.roots if root.children) <= 100


def word(*tables: list[list[str]]) -> bytes:
    document = docx.Document()
    for rows in tables:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_word_tables_go_on_after_a_page_break_and_others_stand_alone() -> None:
    head = ["项目", "标准"]
    data = word(
        [head, ["甲", "子"]],
        [head, ["乙", "丑"]],
        [["甲", "乙", "丙"], ["x", "y", "z"]],
        [["姓名", "电话"], ["王", "无"]],
    )
    found = open_grids(data, "x.docx")
    assert [len(one.rows) for one in found] == [4, 2, 2]
    assert [one.name for one in found] == ["表1", "表3", "表4"]
    with pytest.raises(Refused, match=r"tables\.empty"):
        open_grids(word(), "x.docx")


def test_merged_word_cells_stand_in_each_of_their_rows() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "标题"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "甲"
    table.cell(1, 1).text, table.cell(2, 1).text = "子", "丑"
    file = io.BytesIO()
    document.save(file)
    found = open_grids(file.getvalue(), "m.docx")[0]
    assert found.rows == [["标题", "", ""], ["甲", "子", ""], ["甲", "丑", ""]]
    assert found.spanned == [0]
    assert Grid.of_json(found.as_json()) == found


def test_grids_of_a_workbook_keep_blanks_merges_and_hidden_rows(tmp_path: Path) -> None:
    path = tmp_path / "g.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("一")
        page.merge_range(0, 0, 0, 3, "标题")
        page.merge_range(1, 0, 2, 0, "甲")
        page.write_row(1, 1, ["  缩进", 0.4, 12])
        page.set_row(2, None, None, {"hidden": True})
        page.write(2, 1, "乙")
        book.add_worksheet("空")
    found = open_grids(path, path.name)
    assert [one.name for one in found] == ["一"]
    assert found[0].rows[1:] == [["甲", "  缩进", "0.4", "12"], ["甲", "乙", "", ""]]
    assert (found[0].hidden, found[0].spanned) == ([2], [0])
    assert Grid.of_json(found[0].as_json()) == found[0]
    assert open_grids(path.read_bytes(), path.name) == found
