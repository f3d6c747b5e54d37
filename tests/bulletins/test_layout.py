"""How wide columns are, where a title is cut, and that Word gets both."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.bulletins import pdf, word
from chuangcheng.bulletins.document import Document, Section, Table
from chuangcheng.bulletins.layout import LINE, WIDE_LINE, breadth, parts, title_lines

DOCUMENT = Document(
    organisation="某市创城办", series="通报", issue="第 1 期", title="关于印发某市创建全国文明城市任务分解方案的通知",
    period="", issued_on="2026年9月15日", as_of="2026年9月15日", draft=False, signature=("某市创城办", "2026年9月15日"),
    sections=(
        Section("各单位：", ("请认真落实。",), address=True),
        Section("附表1  甲", ("如下：",), Table(("编号", "标准"), (("A-1-01", "街道整洁"),), (False, True))),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "halves"), [("", 0), ("abc", 3), ("街道", 4), ("CIV-01 街道", 11), ("（甲）", 6), ("“a”", 5), ("—", 2)]
)
def test_chinese_letters_take_two_halves(text: str, halves: int) -> None:
    assert breadth(text) == halves


@pytest.mark.parametrize(
    ("headers", "rows", "check"),
    [
        (("类别", "立案数"), [("暴露垃圾", "21")], lambda w: w == (11, 9)),
        (("编号", "内容"), [("CIV-01-01-01", "字" * 300)], lambda w: w[0] == 15 and sum(w) == 83),
        (("序号", "议定事项", "责任单位", "时限"), [("1", "事" * 60, "单位" * 20, "2026-11-30")],
         lambda w: w[0] == 7 and w[3] == 13 and w[1] > 20 < w[2]),
        (("甲", "乙"), [("长" * 200, "长" * 200)], lambda w: abs(w[0] - w[1]) <= 1),
        (("甲",), [], lambda w: w == (5,)),
    ],
)  # fmt: skip
def test_columns_are_as_wide_as_what_stands_in_them(headers: Any, rows: Any, check: Any) -> None:
    assert check(parts(headers, rows))


def test_heads_give_way_to_names() -> None:
    head, row = ("单位", *["按期结案案件"] * 10), ("人力资源和社会保障局", *["0"] * 10)
    assert parts(head, [row], WIDE_LINE) == (23, *[9] * 10)
    assert parts(head[:3], [row[:3]], WIDE_LINE) == (23, 15, 15), "where there is room, heads stand on one line"


CELL = st.text(alphabet="a-19街道。 ", max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.tuples(*[CELL] * n), min_size=1, max_size=5)))
def test_any_table_has_a_width_for_every_column(rows: list[tuple[str, ...]]) -> None:
    head = tuple("列" for _ in rows[0])
    for line in (LINE, WIDE_LINE):
        widths = parts(head, rows, line)
        assert len(widths) == len(head) and min(widths) >= 5
        if len(head) <= 5:
            assert sum(widths) <= max(int(line / 1.86) + 1, 33 * len(head))


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("云岭市创建全国文明城市工作周报", ["云岭市创建全国文明城市工作周报"]),
        ("关于印发云岭市创建全国文明城市任务分解方案的通知", ["关于印发云岭市创建全国文明城市", "任务分解方案的通知"]),
        ("市人力资源和社会保障局创建全国文明城市责任清单", ["市人力资源和社会保障局", "创建全国文明城市责任清单"]),
        ("字" * 30, ["字" * 30]),
        ("关于全国文明城市的" + "字" * 12, ["关于全国文明城市的" + "字" * 12]),
    ],
)
def test_a_long_title_is_cut_behind_a_word(title: str, lines: list[str]) -> None:
    assert title_lines(title) == lines and "".join(title_lines(title)) == title


def test_a_name_is_not_cut() -> None:
    name = "东山区创建全国文明城市工作办公室"
    assert title_lines(f"{name}周工作小结", name) == [name, "周工作小结"]
    assert title_lines(f"{name}周工作小结") == ["东山区创建全国文明城市", "工作办公室周工作小结"]
    assert len(title_lines("乙" * 21 + "周工作小结", "乙" * 21)) == 1


def written(document: Document) -> Any:
    return docx.Document(io.BytesIO(word.print_document(document)))


def test_word_gets_widths_whole_rows_and_no_orphan_headings() -> None:
    file = written(DOCUMENT)
    table = file.tables[0]
    grid = [round(column.width.mm) for column in table.columns]
    assert sum(grid) == pytest.approx(LINE, abs=1) and grid == [round(cell.width.mm) for cell in table.rows[1].cells]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows[1:])
    by_text = {line.text: line.paragraph_format for line in file.paragraphs}
    assert by_text["附表1  甲"].keep_with_next and by_text["如下："].keep_with_next
    assert by_text["各单位："].first_line_indent is None and by_text["请认真落实。"].first_line_indent
    assert "关于印发某市创建全国文明城市\n任务分解方案的通知" in by_text
    breaks = [line.text for line in file.paragraphs if 'w:type="page"' in line._p.xml]
    assert [text.strip() for text in breaks] == ["2026年9月15日"], "what is annexed begins on its own page"
    alone = written(replace(DOCUMENT, sections=DOCUMENT.sections[:1]))
    assert not [line for line in alone.paragraphs if 'w:type="page"' in line._p.xml]


def test_pages_are_numbered_at_their_outer_side_and_wide_tables_lie_across() -> None:
    file = written(DOCUMENT)
    page = file.sections[0]
    sides = [part.paragraphs[0].alignment for part in (page.footer, page.even_page_footer)]
    assert [int(side) for side in sides] == [2, 0] and "PAGE" in page.even_page_footer._element.xml
    assert file.settings.odd_and_even_pages_header_footer
    across = written(replace(DOCUMENT, wide=True))
    page = across.sections[0]
    assert page.page_width > page.page_height
    assert sum(column.width.mm for column in across.tables[0].columns) == pytest.approx(WIDE_LINE, abs=1)


def test_the_pdf_knows_the_same(tmp_path: Any) -> None:
    told = pdf.plain(replace(DOCUMENT, wide=True))
    assert told["wide"] and len(told["title_lines"]) == 2  # type: ignore[arg-type]
    assert told["sections"][0]["address"]  # type: ignore[index]
    assert told["sections"][1]["table"]["widths"] == (9, 11)  # type: ignore[index]
    assert pdf.print_document(DOCUMENT, docx.Document().core_properties.created.astimezone()).startswith(b"%PDF")
