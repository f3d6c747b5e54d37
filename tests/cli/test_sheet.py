"""Exports: every spreadsheet opens them right, and nothing in them runs."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from chuangcheng.cli import sheet

COLUMNS = ("编号", "描述", "时间", "按期", "纬度")
ROWS = [
    ("AJ1", "井盖破损", datetime(2026, 9, 15, 4, 0, tzinfo=UTC), True, 36.5),
    ("AJ2", '=HYPERLINK("http://evil")', None, None, None),
]


def test_a_workbook_holds_text_times_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    assert sheet.write(path, COLUMNS, iter(ROWS)) == 2
    book = openpyxl.load_workbook(path)
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert rows[1] == ("AJ1", "井盖破损", datetime(2026, 9, 15, 12, 0), True, 36.5)
    cell = book.active.cell(3, 2)
    assert cell.value == '=HYPERLINK("http://evil")'
    assert book.active.freeze_panes == "A2"
    book.close()


def test_a_workbooks_strings_stay_strings(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "cases.xlsx"
    sheet.write(path, ("描述",), [("=1+1",), ("http://a.example",)])
    with zipfile.ZipFile(path) as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in text
    assert "hyperlink" not in text


def test_csv_carries_its_mark_and_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    assert sheet.write(path, COLUMNS, iter(ROWS)) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["AJ1", "井盖破损", "2026-09-15 12:00", "True", "36.5"]
    assert rows[2][1] == '\'=HYPERLINK("http://evil")'


@pytest.mark.parametrize("start", sheet.FORMULA)
def test_nothing_that_a_spreadsheet_would_run_stays_as_it_is(start: str) -> None:
    assert sheet._harmless(start + "1") == f"'{start}1"


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    assert sheet.write(tmp_path / "none.csv", COLUMNS, []) == 0
    assert (tmp_path / "none.csv").read_text(encoding="utf-8-sig").strip() == ",".join(COLUMNS)
