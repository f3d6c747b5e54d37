"""Page, Word and PDF print one text; the PDF really contains its Chinese letters."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from chuangcheng.bulletins import actions, pdf, word
from chuangcheng.bulletins.document import Document, compose, text
from tests.bulletins.week import assemble


@pytest.fixture
def weekly(week: Any, personas: Any) -> Any:
    made = assemble(week, personas["office"])
    return actions.note_week(actor=personas["office"], weekly_id=made.pk, note="周三有暴雨。\n周四恢复。")


@pytest.fixture
def document(weekly: Any) -> Document:
    return compose(weekly)


def word_texts(data: bytes) -> list[str]:
    """Every text of a Word file, cell by cell, in reading order."""
    body = docx.Document(io.BytesIO(data))
    found: list[str] = []
    for block in body.iter_inner_content():
        if isinstance(block, docx.table.Table):
            found += [cell.text for row in block.rows for cell in row.cells]
        elif block.text:
            found += block.text.split("\t")
    return found


def pdf_letters(data: bytes) -> set[str]:
    """The letters that the PDF's fonts map back to Unicode (ToUnicode), so what can be searched and copied."""
    letters: set[str] = set()
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            stream = zlib.decompress(packed)
        except zlib.error:
            continue
        if b"begincmap" in stream:
            for _, code in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", stream):
                letters |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "ignore"))
    return letters


def test_the_text_says_the_figures(document: Document) -> None:
    texts = "\n".join(document.texts())
    assert "共受理各渠道上报 4 件，其中立案或并案 2 件、不予受理 1 件；立案 2 件，结案 2 件。" in texts
    assert "本周到期案件 3 件，按期结案 1 件，按期结案率 33.3%。" in texts
    assert "截至2026年9月15日12时，超期未办结 3 件。" in texts
    assert "全市得分 53.1 分（覆盖分值 80%），较上周下降 6.9 分。" in texts
    assert "第一名：河东街道。" in texts
    assert document.title.endswith("市创建全国文明城市工作周报")
    assert document.period == "（2026年9月14日—9月20日）"
    assert document.issue == "第 1 期"
    assert [section.heading[:2] for section in document.sections] == [f"{n}、" for n in "一二三四五六七八九"]
    assert document.sections[-1].paragraphs == ("周三有暴雨。", "周四恢复。")
    assert document.draft


def test_every_figure_is_in_the_text(weekly: Any, document: Document) -> None:
    texts = " ".join(document.texts())
    for name, figure in weekly.figures.items():
        values = [figure["value"]]
        if isinstance(figure["value"], list):
            values = [value for row in figure["value"] for key, value in row.items() if key != "url"]
        for value in values:
            shown = text(abs(value)) if name == "score_change" else text(value)
            assert shown in texts, name


def test_the_word_file_says_exactly_what_the_page_says(weekly: Any, document: Document) -> None:
    printed = [entry for entry in word_texts(word.write_docx(weekly)) if entry != document.series + "（草稿）"]
    expected = document.texts()
    organisation, issue, issued_on = expected[:3]
    assert printed == [issue, organisation, issued_on, *expected[3:]]


def test_the_word_file_has_the_official_layout(weekly: Any) -> None:
    body = docx.Document(io.BytesIO(word.write_docx(weekly)))
    page = body.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    title = next(line for line in body.paragraphs if line.text.endswith("文明城市工作周报"))
    assert title.runs[0].font.size == Pt(22)
    assert title.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    sentence = next(line for line in body.paragraphs if line.text.startswith("本周（"))
    assert sentence.runs[0].font.size == Pt(16)
    assert sentence.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert sentence.paragraph_format.first_line_indent == Pt(32)
    assert sentence.paragraph_format.line_spacing == Pt(28)
    assert "PAGE" in page.footer._element.xml
    assert body.core_properties.title == compose(weekly).title


def test_the_pdf_contains_its_chinese_letters(weekly: Any, document: Document) -> None:
    data = pdf.write_pdf(weekly)
    assert data.startswith(b"%PDF-")
    assert b"NotoSerifSC" in data or b"NotoSerifCJK" in data
    wanted = {letter for entry in document.texts() for letter in entry if not letter.isspace()}
    assert wanted - pdf_letters(data) == set()
    assert len(wanted) > 100
    assert len(data) < 2_000_000  # a subset of the fonts, not all of them


def test_the_same_report_gives_the_same_pdf(weekly: Any) -> None:
    assert pdf.write_pdf(weekly) == pdf.write_pdf(weekly)


def test_words_of_the_office_are_never_markup(weekly: Any, personas: Any) -> None:
    note = '#panic("x") $ *粗* _斜_ <b>&lt; \\ @ref #import "x.typ"'
    noted = actions.note_week(actor=personas["office"], weekly_id=weekly.pk, note=note)
    assert note in word_texts(word.write_docx(noted))
    assert pdf.write_pdf(noted).startswith(b"%PDF-")


def test_an_empty_week_is_printed_too(world: Any, personas: Any) -> None:
    weekly = assemble(world, personas["office"])
    texts = "\n".join(compose(weekly).texts())
    assert "本周没有到期的案件。" in texts
    assert "尚无可计分的事实。" in texts
    assert "没有超期未办结的案件。" in texts
    assert "—" in text(None)
    assert word.write_docx(weekly)
    assert pdf.write_pdf(weekly)


def test_an_issued_report_is_no_draft(weekly: Any, personas: Any) -> None:
    issued = actions.issue_week(actor=personas["office"], weekly_id=weekly.pk)
    assert not compose(issued).draft
    assert "创城工作周报" in word_texts(word.write_docx(issued))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (0, "0"), (3, "3"), (3.0, "3"), (33.3, "33.3"), (58.33, "58.33"), (100.0, "100"), ("街道", "街道")],
)
def test_figures_as_they_are_printed(value: object, shown: str) -> None:
    assert text(value) == shown
