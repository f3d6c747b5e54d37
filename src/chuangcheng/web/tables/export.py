"""Listings as files, in constant memory: CSV with BOM (Excel reads it as UTF-8), XLSX, GeoJSON."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.web.tables.columns import Column

KINDS = ("csv", "xlsx", "geojson")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
XLSX_MAX_ROWS = 1_048_576
_CHUNK = 2000
# A cell that starts so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Place = Callable[[Any], tuple[float, float] | None]  #: (longitude, latitude) of a row in WGS-84
Rows = QuerySet[Any] | Iterable[Any]


class _Line:
    """csv.writer needs a file; this one gives the line back."""

    def write(self, line: str) -> str:
        return line


def plain(value: object) -> object:
    """A value as a cell: city time without zone, plain text that no spreadsheet runs."""
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).replace(tzinfo=None)
    if isinstance(value, Fraction):
        return float(value)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def respond(
    rows: Rows, columns: Sequence[Column], kind: str, name: str, place: Place | None = None
) -> HttpResponseBase:
    """The file as a download called ``name``; ``rows`` are a query or what was already computed."""
    response: HttpResponseBase
    if kind == "xlsx":
        file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - FileResponse closes it
        write(file, kind, rows, columns)
        file.seek(0)
        response = FileResponse(file, content_type=TYPES[kind])
    else:
        response = StreamingHttpResponse(_parts(kind, rows, columns, place), content_type=TYPES[kind])
    response.headers["Content-Disposition"] = disposition(name, kind)
    return response


def disposition(name: str, kind: str) -> str:
    """The header that makes a browser save the answer under a Chinese name."""
    return f"attachment; filename*=UTF-8''{quote(name)}.{kind}"


def write(file: IO[bytes], kind: str, rows: Rows, columns: Sequence[Column], place: Place | None = None) -> None:
    """The whole file into ``file``, row by row."""
    if kind == "xlsx":
        _write_xlsx(file, rows, columns)
        return
    for part in _parts(kind, rows, columns, place):
        file.write(part.encode())


def _parts(kind: str, rows: Rows, columns: Sequence[Column], place: Place | None) -> Iterator[str]:
    return _csv(rows, columns) if kind == "csv" else _geojson(rows, columns, place or (lambda _row: None))


def _each(rows: Rows) -> Iterable[Any]:
    return rows.iterator(chunk_size=_CHUNK) if isinstance(rows, QuerySet) else rows


def _csv(rows: Rows, columns: Sequence[Column]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([str(column.label) for column in columns])
    for row in _each(rows):
        cells = [plain(column.value(row)) for column in columns]
        yield writer.writerow(["" if cell is None else cell for cell in cells])


def _geojson(rows: Rows, columns: Sequence[Column], place: Place) -> Iterator[str]:
    """A feature a row; one without a place has no geometry (RFC 7946, 3.2), so that none is lost."""
    mark = '{"type": "FeatureCollection", "features": [\n'
    for row in _each(rows):
        yield mark + json.dumps(_feature(row, columns, place), ensure_ascii=False)
        mark = ",\n"
    yield (mark if mark.startswith("{") else "\n") + "]}\n"


def _feature(row: Any, columns: Sequence[Column], place: Place) -> dict[str, Any]:
    at = place(row)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(at)} if at else None,
        "properties": {str(column.label): _json(column.value(row)) for column in columns},
    }


def _json(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).isoformat(timespec="seconds")
    if isinstance(value, Fraction | Decimal):
        return float(value)
    return value if value is None or isinstance(value, int | float) else str(value)


def _write_xlsx(file: IO[bytes], rows: Rows, columns: Sequence[Column]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, head = book.add_worksheet(), book.add_format({"bold": True})
    time, day = (book.add_format({"num_format": shown}) for shown in ("yyyy-mm-dd hh:mm", "yyyy-mm-dd"))
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), head)
        sheet.set_column(index, index, 40 if column.wide else 16)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(_each(rows), 1):
        if number >= XLSX_MAX_ROWS:
            break  # a sheet holds no more; the CSV has them all
        for index, column in enumerate(columns):
            cell = plain(column.value(row))
            if isinstance(cell, date):
                sheet.write_datetime(number, index, cell, time if isinstance(cell, datetime) else day)
            elif cell is not None:
                sheet.write(number, index, cell)
    book.close()
