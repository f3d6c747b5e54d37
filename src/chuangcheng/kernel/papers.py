"""The text of a document: what kind of file it really is, and the words in it. PDF, DOCX and plain text; the file's
own bytes decide, never its name. Nothing of a file is ever run, and each way to make a small file huge is bounded."""

from __future__ import annotations

import io
import logging
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import docx
from docx.oxml.ns import qn
from pypdf import PdfReader

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of every oddity that it could read over

MAX_MB = 20
MAX_UNPACKED = 200 << 20  # of a DOCX, which is a ZIP
MAX_ENTRIES = 5_000
MAX_PAGES = 1_000
MAX_DRAWN = 4 << 20  # bytes of one page's drawing orders; a drawing, not words
MAX_ALL_DRAWN = 32 << 20  # of all pages
SECONDS = 20.0  # for one file; what was read until then is kept
LONGEST = 300_000  # characters that are kept; a thick handbook has fewer
_PDF, _ZIP, _OLE = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ENDS = "。！？；：.!?;:…”』」）"


@dataclass(frozen=True, slots=True)
class Paper:
    """``kind`` is pdf, docx or txt. ``words`` are tidied; empty for a scan. ``cut``: there was more than is kept."""

    kind: str
    words: str
    pages: int | None = None
    cut: bool = False


def read(data: bytes) -> Paper:
    """What the file is and says. Refused: ``library.empty``, ``library.too_large``, ``library.not_a_document``,
    ``library.old_word``, ``library.locked``, ``library.broken``, ``library.macros``, ``library.too_many_pages``."""
    if not data:
        raise Refused("library.empty")
    if len(data) > MAX_MB << 20:
        raise Refused("library.too_large", limit=MAX_MB)
    if data.startswith(_PDF):
        return _pdf(data)
    if data.startswith(_ZIP):
        return _word(data)
    if data.startswith(_OLE):  # Word 97, or a DOCX under a password
        raise Refused("library.old_word")
    return _plain(data)


def _kept(kind: str, words: str, pages: int | None = None, *, cut: bool = False) -> Paper:
    tidied = tidy(words)
    return Paper(kind, tidied[:LONGEST], pages, cut or len(tidied) > LONGEST)


def _pdf(data: bytes) -> Paper:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):  # many are locked against changes only, by an empty password
            raise Refused("library.locked")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise Refused("library.too_many_pages", limit=MAX_PAGES)
        texts, cut = _pages(reader)
    except Refused:
        raise
    except Exception as error:  # whatever its parser raises on what is no PDF
        raise Refused("library.broken") from error
    if not count:
        raise Refused("library.broken")
    return _kept("pdf", unwrap("\n".join(texts).split("\n")), count, cut=cut)


def _pages(reader: PdfReader) -> tuple[list[str], bool]:
    """The pages' texts, and whether some were left out."""
    texts: list[str] = []
    size = all_drawn = 0
    cut, until = False, time.monotonic() + SECONDS
    for page in reader.pages:
        contents = page.get_contents()
        drawn = len(contents.get_data()) if contents is not None else 0
        all_drawn += drawn
        if size > 2 * LONGEST or all_drawn > MAX_ALL_DRAWN or time.monotonic() > until:
            return texts, True
        if drawn > MAX_DRAWN:
            cut = True
            continue
        texts.append(page.extract_text())
        size += len(texts[-1])
    return texts, cut


def unwrap(lines: Iterable[str]) -> str:
    """Lines of a page joined to paragraphs again: a line that is about as long as the longest and ends no sentence goes
    on in the next one. A word that was cut by the edge of the paper is found again so."""
    kept = [line.strip() for line in lines]
    full = max(map(len, kept), default=0) * 0.8
    parts: list[str] = []
    for line in kept:
        parts.append(line)
        goes_on = len(line) >= max(full, 12) and line[-1] not in _ENDS
        parts.append((" " if line[-1].isascii() else "") if goes_on else "\n")
    return "".join(parts)


def _word(data: bytes) -> Paper:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Refused("library.too_large", limit=MAX_MB)
        if "word/document.xml" not in names:
            raise Refused("library.not_a_document")
        if "word/vbaProject.bin" in names:
            raise Refused("library.macros")
        return _kept("docx", "".join(_runs(docx.Document(io.BytesIO(data)))))
    except Refused:
        raise
    except Exception as error:  # python-docx lets through whatever its parser raises
        raise Refused("library.broken") from error


def _runs(document: docx.document.Document) -> Iterator[str]:
    """The body's words in order, tables row by row. What old programs see instead of a text box is left out."""
    body = document.element.body
    twice = {part for fallback in body.iter(_FALLBACK) for part in fallback.iter()}
    breaks = {qn("w:tr"): "\n", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t"}
    paragraph, cell, text = qn("w:p"), qn("w:tc"), qn("w:t")
    for part in body.iter():
        if part in twice:
            continue
        if part.tag == text:
            yield part.text or ""
        elif part.tag == paragraph:
            yield "\t" if part.getparent().tag == cell else "\n"
        else:
            yield breaks.get(part.tag, "")


def _plain(data: bytes) -> Paper:
    words = _decoded(data)
    if words is None or _BINARY.search(words):
        raise Refused("library.not_a_document")
    return _kept("txt", words)


def _decoded(data: bytes) -> str | None:
    """UTF-8, UTF-16 that says so, else GB18030, which holds GBK and GB2312."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(data, "utf-16")
    found = _as(data, "utf-8-sig")
    return _as(data, "gb18030") if found is None else found


def _as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
