"""Opening files that call themselves tables: raw rows out of xlsx, xls, ods, csv and csv.gz, safely.

A spreadsheet is input from outside. calamine lays a sheet out as one dense block, so a single cell at XFD1048576 would
take the whole memory and abort the process: the XML is looked through before calamine sees it.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from chuangcheng.kernel.problems import Refused

MAX_BYTES = 200 * 2**20  #: largest file
MAX_UNPACKED = 600 * 2**20  #: largest workbook once unzipped; csv.gz may be larger because it is streamed
MAX_CSV_UNPACKED = 4 * 2**30
MAX_CELLS = 12_000_000  #: rows × columns of one sheet's used block (24 bytes each)
MAX_COLUMNS = 702  #: up to column ZZ

#: All that the standard library raises for an archive damaged in some byte; an unknown version is a RuntimeError.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError, ValueError)

Merge = tuple[tuple[int, int], tuple[int, int]]
RawRow = list[object]


@dataclass(frozen=True, slots=True)
class Scan:
    """What the XML of one sheet showed: cells (row, column from 0) with formulas never calculated, and with errors."""

    uncalculated: tuple[tuple[int, int], ...] = ()
    errors: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class RawSheet:
    """One sheet before anybody knows its header. ``rows()`` starts afresh each time; columns count from 0."""

    name: str
    open_rows: _Opener
    merges: list[Merge] = field(default_factory=list)
    scan: Scan = field(default_factory=Scan)

    def rows(self) -> Iterator[RawRow]:
        """Every row from the first of the sheet on, trailing empties of the block included."""
        return self.open_rows()


class _Opener(Protocol):
    """Something that can start reading its rows again and again."""

    def __call__(self) -> Iterator[RawRow]: ...


class _Workbook:
    def __init__(self, workbook: CalamineWorkbook, sheet: str) -> None:
        self.sheet = workbook.get_sheet_by_name(sheet)

    def __call__(self) -> Iterator[RawRow]:
        start = self.sheet.start
        if start is None:
            return
        left: RawRow = [""] * start[1]  # calamine counts columns from the first one used
        for row in self.sheet.iter_rows():
            yield left + list(row)


class _Csv:
    def __init__(self, source: Path | bytes, name: str, gzipped: bool) -> None:
        self.source, self.name, self.gzipped = source, name, gzipped
        self.encoding = self._encoding()
        self.delimiter = self._delimiter()

    @contextmanager
    def binary(self) -> Iterator[IO[bytes]]:
        """The file's bytes, unpacked."""
        raw: IO[bytes] = io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")
        with raw:
            if not self.gzipped:
                yield raw
                return
            with gzip.open(raw, "rb") as unpacked:
                yield cast("IO[bytes]", unpacked)

    def _encoding(self) -> str:
        with self.binary() as file:
            start = _reading(self.name, file, 4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        for encoding in ("utf-8-sig", "gb18030"):
            if self._decodes(encoding):
                return encoding
        raise Refused("tables.encoding", name=self.name)

    def _decodes(self, encoding: str) -> bool:
        """Whether all of the file is text of that encoding: the first Chinese name may come late."""
        total = 0
        with self.binary() as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
            try:
                while chunk := text.read(2**20):
                    total += len(chunk)
                    if total > MAX_CSV_UNPACKED:
                        raise Refused("tables.too_large", name=self.name, limit=f"{MAX_CSV_UNPACKED >> 30} GB")
                    if "\0" in chunk:
                        raise Refused("tables.wrong_type", name=self.name)
            except UnicodeDecodeError:
                return False
            except (OSError, EOFError, zlib.error) as error:
                raise Refused("tables.broken", name=self.name, where="gzip") from error
        return True

    def _delimiter(self) -> str:
        with self.binary() as file, io.TextIOWrapper(file, encoding=self.encoding, newline="") as text:
            line = text.readline(65_536)
        return max(",\t;|", key=line.count)

    def __call__(self) -> Iterator[RawRow]:
        with self.binary() as file, io.TextIOWrapper(file, encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter)
            try:
                for row in reader:
                    yield list(row)
            except csv.Error as error:
                raise Refused("tables.broken", name=self.name, where=f"{reader.line_num}") from error


# An OLE file is a protected xlsx when it has a stream of this name ([MS-OFFCRYPTO] 2.3.4), and a protected xls when a
# FilePass record follows the first record of the workbook ([MS-XLS] 2.4.117). calamine calls both unknown.
_ENCRYPTED = re.compile(
    "EncryptedPackage".encode("utf-16-le") + rb"|\x09\x08\x10\x00\x00\x06\x05\x00.{12}\x2f\x00", re.DOTALL
)


def open_sheets(source: Path | bytes, name: str) -> Iterator[RawSheet]:
    """The sheets of a file, visible ones in order; a CSV is one sheet of its own name.

    Raises ``tables.wrong_type``, ``encrypted``, ``broken``, ``too_large``, ``too_wide``, ``encoding``.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise Refused("tables.too_large", name=name, limit=f"{MAX_BYTES >> 20} MB")
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(source, name)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if _ENCRYPTED.search(source if isinstance(source, bytes) else source.read_bytes()):
            raise Refused("tables.encrypted", name=name)
        return _workbook(source, name, {})
    gzipped = head.startswith(b"\x1f\x8b")
    if not gzipped and not _looks_like_text(head):
        raise Refused("tables.wrong_type", name=name)
    return iter([RawSheet(PurePosixPath(name).name, _Csv(source, name, gzipped))])


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not head.startswith((b"%PDF", b"{\\rtf")) and not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)


def _reading(name: str, file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("tables.broken", name=name, where="gzip") from error


def _zipped(source: Path | bytes, name: str) -> Iterator[RawSheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise Refused("tables.too_large", name=name, limit=f"{MAX_UNPACKED >> 20} MB")
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                scans = {sheet: _scan(archive, part, name, sheet) for sheet, part in _parts(archive, names).items()}
            elif "content.xml" in names and "spreadsheet" in archive.read("mimetype").decode("ascii", "replace"):
                _scan_ods(archive, name)
                scans = {}
            else:
                raise Refused("tables.wrong_type", name=name)
    except BROKEN_ZIP as error:
        raise Refused("tables.broken", name=name, where="zip") from error
    return _workbook(source, name, scans)


def _workbook(source: Path | bytes, name: str, scans: dict[str, Scan]) -> Iterator[RawSheet]:
    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(source) if isinstance(source, bytes) else source)
    except PasswordError as error:
        raise Refused("tables.encrypted", name=name) from error
    except (CalamineError, OSError) as error:
        raise Refused(
            "tables.wrong_type" if "detect" in str(error) else "tables.broken", name=name, where=""
        ) from error
    return _sheets(workbook, name, scans)


def _sheets(workbook: CalamineWorkbook, name: str, scans: dict[str, Scan]) -> Iterator[RawSheet]:
    for meta in workbook.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
            continue
        try:
            opener = _Workbook(workbook, meta.name)
            merges = opener.sheet.merged_cell_ranges or []
        except CalamineError as error:
            raise Refused("tables.broken", name=name, where=meta.name) from error
        yield RawSheet(meta.name, opener, merges, scans.get(meta.name, Scan()))


def parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part of an xlsx archive; empty for any other archive."""
    names = set(archive.namelist())
    return _parts(archive, names) if "xl/workbook.xml" in names else {}


def _parts(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Sheet name → its part of the archive, by the workbook's relations."""
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", relations):
        pair = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if pair[0] and pair[1]:
            target = pair[1][1]
            targets[pair[0][1]] = target[1:] if target.startswith("/") else f"xl/{target}"
    parts = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", archive.read("xl/workbook.xml").decode("utf-8", "replace")):
        sheet, relation = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br:id="([^"]*)"', tag)
        if sheet and relation and targets.get(relation[1]) in names:
            parts[unescape(sheet[1])] = targets[relation[1]]
    # A part no relation names is never opened by calamine either, so it need not be looked through.
    return parts


# Some writers put a prefix before every tag (<x:c>) and the address behind other attributes.
_CELL = rb'<(?:\w+:)?c\b[^>]*?\br="'
_WIDE = re.compile(_CELL + rb'([A-Z]{2,3})(\d+)"[^>]*(?<!/)>(?!</)')
_FORMULA = re.compile(
    _CELL + rb'([A-Z]+)(\d+)"([^>]*)><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_ERROR = re.compile(_CELL + rb'([A-Z]+)(\d+)"[^>]*\bt="e"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')


def _scan(archive: zipfile.ZipFile, part: str, name: str, sheet: str) -> Scan:
    """Look through a sheet's XML a megabyte at a time: its true extent, formulas without a value, error cells."""
    uncalculated: list[tuple[int, int]] = []
    errors: list[tuple[int, int]] = []
    last_row, last_column = 1, 26
    for chunk in _rows_xml(archive, part):
        last_row = max(last_row, _last_valued_row(chunk))
        for match in _WIDE.finditer(chunk):
            last_column = max(last_column, column_index(match[1].decode()) + 1)
        if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
            cell = f"{column_letter(last_column - 1)}{last_row}"
            raise Refused("tables.too_wide", name=name, sheet=sheet, cell=cell)
        if b"f>" in chunk or b"<f" in chunk:
            uncalculated += [_at(m) for m in _FORMULA.finditer(chunk) if b't="str"' not in m[0].split(b">", 1)[0]]
        if b't="e"' in chunk:
            errors += [_at(m) for m in _ERROR.finditer(chunk)]
    return Scan(tuple(uncalculated), tuple(errors))


def _last_valued_row(chunk: bytes) -> int:
    """The number of the last row that holds a value; formatted rows without one do not count."""
    starts = [(match.end(), int(match[1])) for match in _ROW.finditer(chunk)]
    end = len(chunk)
    for start, number in reversed(starts):
        if chunk.find(b"v>", start, end) >= 0 or chunk.find(b"is>", start, end) >= 0:
            return number
        end = start
    return 0


def _at(match: re.Match[bytes]) -> tuple[int, int]:
    return int(match[2]) - 1, column_index(match[1].decode())


def _rows_xml(archive: zipfile.ZipFile, part: str, end: bytes = b"row>") -> Iterator[bytes]:
    """The XML cut behind whole rows."""
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(2**20):
            rest += chunk
            cut = rest.rfind(end)
            if cut >= 0:
                yield rest[: cut + len(end)]
                rest = rest[cut + len(end) :]
    yield rest


_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:table-cell\b([^>]*office:value-type[^>]*)>")
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_CELLS = re.compile(rb'number-columns-repeated="(\d+)"')


def _scan_ods(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a file whose repeated cells unfold to more than :data:`MAX_CELLS`."""
    cells = 0
    for chunk in _rows_xml(archive, "content.xml", b"</table:table-row>"):
        for row in _ODS_ROW.finditer(chunk):
            width = sum(_repeated(_ODS_CELLS, cell[1]) for cell in _ODS_CELL.finditer(row[2]))
            cells += width * _repeated(_ODS_ROWS, row[1])
        if cells > MAX_CELLS:
            raise Refused("tables.too_large", name=name, limit=f"{MAX_CELLS:,}")


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 1


def column_letter(index: int) -> str:
    """Column 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The inverse of :func:`column_letter`."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
