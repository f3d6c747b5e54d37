"""Files that people upload: what they really are, the words in them, and everything that is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from chuangcheng.kernel import papers
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy

LINE = "云岭市创建全国文明城市实施方案"


@cache
def word(*lines: str, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(*pages: bytes, password: str | None = None) -> bytes:
    """A PDF whose pages draw with Latin letters; ``b""`` is a page without words."""
    writer = PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                             NameObject("/BaseFont"): NameObject("/Helvetica")})  # fmt: skip
    for drawn in pages:
        page = writer.add_blank_page(200, 200)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(drawn and b"BT /F1 12 Tf 10 100 Td (" + drawn + b") Tj ET")
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password is not None:
        writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def packed(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), data)
    return file.getvalue()


#: Bytes, kind, words.
READ: list[tuple[bytes, str, str]] = [
    (LINE.encode(), "txt", LINE),
    (LINE.encode("gb18030"), "txt", LINE),
    ("㐀𠮷 生僻字".encode("gb18030"), "txt", "㐀𠮷 生僻字"),
    (b"\xef\xbb\xbf" + LINE.encode(), "txt", LINE),
    (LINE.encode("utf-16"), "txt", LINE),
    (b"\xfe\xff" + LINE.encode("utf-16-be"), "txt", LINE),
    ("一、目标\r\n\r\n二、  措施\t落实\r\n".encode(), "txt", "一、目标\n二、 措施 落实"),
    (b"plain words", "txt", "plain words"),
    (b" ", "txt", ""),
    (b"%PDF is the name of a format", "txt", "%PDF is the name of a format"),
    (b"PK, as they say", "txt", "PK, as they say"),
    (word(LINE, "第二段。"), "docx", f"{LINE}\n第二段。"),
    (word("前", table=(("序号", "任务"), ("1", "整治")), ), "docx", "前\n序号 任务\n1 整治"),
    (word(), "docx", ""),
    (pdf(b"first page", b"second"), "pdf", "first page\nsecond"),
    (pdf(b""), "pdf", ""),
    (pdf(b"locked against changes", password=""), "pdf", "locked against changes"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "words"), READ, ids=range(len(READ)))
def test_what_is_read(data: bytes, kind: str, words: str) -> None:
    found = papers.read(data)
    assert (found.kind, found.words, found.cut) == (kind, words, False)
    assert (found.pages is not None) is (kind == "pdf")


#: Bytes, the refusal.
REFUSED: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"", "empty"),
    (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old_word"),
    (lambda: b"GIF89a\x01\x00\x01\x00", "not_a_document"),
    (lambda: b"MZ\x90\x00\x03", "not_a_document"),
    (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_document"),
    (lambda: b"\xff\xfeabc", "not_a_document"),  # half a letter of UTF-16
    (lambda: b"\x81\x20\xff\xff", "not_a_document"),  # no encoding of ours
    (lambda: packed(xl__workbook_xml=b"<x/>"), "not_a_document"),
    (lambda: packed(a=b"1"), "not_a_document"),
    (lambda: packed(word__document_xml=b"<x/>", word__vbaProject_bin=b"1"), "macros"),
    (lambda: packed(word__document_xml=b"<x/>"), "broken"),
    (lambda: word(LINE)[:-40], "broken"),
    (lambda: b"PK\x03\x04 and nothing more", "broken"),
    (lambda: b"%PDF-1.7\n%%EOF", "broken"),
    (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9, "broken"),
    (lambda: pdf(), "broken"),
    (lambda: pdf(b"secret", password="letmein"), "locked"),
]


@pytest.mark.parametrize(("make", "code"), REFUSED, ids=[f"{n}-{code}" for n, (_m, code) in enumerate(REFUSED)])
def test_what_is_refused(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Refused) as refused:
        papers.read(make())
    assert refused.value.code == f"library.{code}"
    assert refused.value.message("en").isascii() and "{" not in refused.value.message("zh-hans")


#: The bound, its value here, a file that passes it, what becomes of that.
BOUNDS: list[tuple[str, int, bytes, str]] = [
    ("MAX_MB", 0, b"x", "too_large"),
    ("MAX_UNPACKED", 100, word(LINE), "too_large"),
    ("MAX_ENTRIES", 3, word(LINE), "too_large"),
    ("MAX_PAGES", 1, pdf(b"a", b"b"), "too_many_pages"),
]


@pytest.mark.parametrize(("name", "value", "data", "code"), BOUNDS, ids=[row[0] for row in BOUNDS])
def test_what_is_too_much(monkeypatch: Any, name: str, value: int, data: bytes, code: str) -> None:
    papers.read(data)
    monkeypatch.setattr(papers, name, value)
    with pytest.raises(Refused, match=rf"library\.{code}"):
        papers.read(data)


#: The bound, its value here, a file, the words that are kept of it.
CUT: list[tuple[str, float, bytes, str]] = [
    ("LONGEST", 4, LINE.encode(), "云岭市创"),
    ("LONGEST", 4, word(LINE), "云岭市创"),
    ("LONGEST", 1, pdf(b"abc", b"def", b"ghi"), "a"),
    ("MAX_DRAWN", 60, pdf(b"short", b"x" * 90, b"end"), "short\nend"),
    ("MAX_ALL_DRAWN", 80, pdf(b"first", b"second", b"third"), "first\nsecond"),
    ("SECONDS", -1.0, pdf(b"first"), ""),
]


@pytest.mark.parametrize(("name", "value", "data", "words"), CUT, ids=[f"{row[0]}-{n}" for n, row in enumerate(CUT)])
def test_what_is_cut_says_so(monkeypatch: Any, name: str, value: float, data: bytes, words: str) -> None:
    monkeypatch.setattr(papers, name, value)
    found = papers.read(data)
    assert (found.words, found.cut) == (words, True)


def test_a_text_box_is_read_once() -> None:
    """Word writes a text box twice, the second time for programs that do not know it."""
    box = (
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><mc:AlternateContent>'
        '<mc:Choice Requires="wps"><w:t>框</w:t></mc:Choice><mc:Fallback><w:t>框</w:t></mc:Fallback>'
        "</mc:AlternateContent></w:r><w:r><w:t>后</w:t><w:br/><w:t>行</w:t><w:tab/><w:t>格</w:t></w:r></w:p>"
    )
    document = docx.Document(io.BytesIO(word()))
    document.element.body.insert(0, docx.oxml.parse_xml(box))
    file = io.BytesIO()
    document.save(file)
    assert papers.read(file.getvalue()).words == "框后\n行 格"


#: Lines of a page, the paragraphs.
WRAPPED: list[tuple[list[str], str]] = [
    ([], ""),
    (["标题"], "标题\n"),
    (["为深入推进全国文明城市创建工", "作，提升市民素质。"], "为深入推进全国文明城市创建工作，提升市民素质。\n"),
    (["一、总体要求", "坚持创城为民、创城惠民、创城", "靠民。"], "一、总体要求\n坚持创城为民、创城惠民、创城靠民。\n"),
    (["这一行很长但是以句号结束了呢。", "下一段开始"], "这一行很长但是以句号结束了呢。\n下一段开始\n"),
    (["short", "lines"], "short\nlines\n"),
    (["a line of the full width of it", "goes on"], "a line of the full width of it goes on\n"),
    (["", "　", "空行之间"], "空行之间\n"),
]


@pytest.mark.parametrize(("lines", "joined"), WRAPPED, ids=range(len(WRAPPED)))
def test_lines_become_paragraphs(lines: list[str], joined: str) -> None:
    assert papers.unwrap(lines).lstrip("\n") == joined


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_it(data: bytes) -> None:
    for start in (b"", b"%PDF-", b"PK\x03\x04"):
        try:
            found = papers.read(start + data)
        except Refused as refused:
            assert refused.code.startswith("library.")
        else:
            assert found.words == tidy(found.words) and "\0" not in found.words


@given(st.text(alphabet="文明城市ab １。\n", max_size=60))
def test_a_text_is_the_same_in_every_encoding(text: str) -> None:
    words = {papers.read(text.encode(name)).words for name in ("utf-8", "utf-8-sig", "utf-16") if text}
    assert words <= {tidy(text)}
