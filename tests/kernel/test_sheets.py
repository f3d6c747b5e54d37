"""Opening files: what a CSV may be cut and written with, what the XML of a sheet gives away, limits to the last cell."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import sheets
from chuangcheng.kernel.outline.grids import open_grids
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sheets import RawSheet, open_sheets
from tests.kernel.workbooks import ods, saved, with_sheet_xml, xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CELLS = st.text("甲乙丙ab12 '\n\"", max_size=6)


def only(source: bytes | Path, name: str = "表.csv") -> RawSheet:
    [sheet] = open_sheets(source, name)
    return sheet


def refusal(source: bytes, name: str = "表") -> str:
    with pytest.raises(Refused) as caught:
        for sheet in open_sheets(source, name):
            list(sheet.rows())
    assert caught.value.message("en") and name in caught.value.message()
    return caught.value.code


class TestText:
    @given(
        st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5),
        st.sampled_from(",\t;|"),
        st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
        st.booleans(),
    )
    def test_every_mark_and_every_writing_comes_back(
        self, rows: list[tuple[str, str, str]], mark: str, encoding: str, packed: bool
    ) -> None:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=mark).writerows([("编号", "名称", "电话"), *rows])
        data = out.getvalue().encode(encoding)
        sheet = only(gzip.compress(data, 1, mtime=0) if packed else data)
        assert list(sheet.rows()) == [["编号", "名称", "电话"], *map(list, rows)]
        assert list(sheet.rows()) == list(sheet.rows()), "each walk starts afresh"

    @pytest.mark.parametrize(
        ("line", "cells"),
        [
            ("a,b;c", ["a", "b;c"]), ("a;b;c,d", ["a", "b", "c,d"]), ("a\tb,c\td", ["a", "b,c", "d"]),
            ("a|b", ["a", "b"]), ("only", ["only"]), ('"a;b";c', ["a;b", "c"]),
        ],
    )  # fmt: skip
    def test_the_mark_is_the_one_the_first_line_has_most_of(self, line: str, cells: list[str]) -> None:
        assert next(only(f"{line}\n1,1,1,1,1\n".encode()).rows()) == cells

    @pytest.mark.parametrize(
        ("head", "is_text"),
        [
            (b"a,b\x0c\n", True), (b"a\x1b[1m,b\n", True), (b"\t\r\n\x0b1", True), (b"%PD,F\n", True), (b"{\\rt,f\n", True),
            (b"%PDF-1.4\n", False), (b"{\\rtf1", False), (b"a\x07,b", False), (b"a\x1a,b", False), (b"a\0", False),
        ],
    )  # fmt: skip
    def test_what_a_clerks_editor_leaves_is_text_and_other_programs_files_are_not(
        self, head: bytes, is_text: bool
    ) -> None:
        if is_text:
            assert list(only(head).rows())
        else:
            assert refusal(head) == "tables.wrong_type"

    def test_a_nought_that_comes_late_is_found_too(self) -> None:
        assert refusal(b"a,b\n" * 4000 + b"\0\n") == "tables.wrong_type"

    def test_a_cell_that_never_ends_is_a_broken_file_and_its_line_is_named(self) -> None:
        with pytest.raises(Refused, match=r"tables\.broken") as caught:
            list(only(b'a,b\n1,"' + b"x" * 140_000).rows())
        assert caught.value.params["where"] == "2"

    @pytest.mark.parametrize(("name", "shown"), [("表.csv", "表.csv"), ("上传/七月/表.csv", "表.csv"), ("a b", "a b")])
    def test_a_text_is_one_sheet_of_its_own_name(self, name: str, shown: str, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"a,b\n")
        assert only(path, name).name == only(b"a,b\n", name).name == shown
        assert (only(path).merges, only(path).scan) == ([], sheets.Scan())

    @pytest.mark.parametrize(("spare", "code"), [(0, ""), (1, ""), (-1, "tables.too_large")])
    def test_the_largest_file_is_still_taken(self, monkeypatch: pytest.MonkeyPatch, spare: int, code: str) -> None:
        data = b"a,b\n1,2\n"
        monkeypatch.setattr(sheets, "MAX_BYTES", len(data) + spare)
        assert (refusal(data) if code else "") == code
        if not code:
            assert len(list(only(data).rows())) == 2

    @pytest.mark.parametrize(("spare", "is_taken"), [(0, True), (-1, False)])
    def test_so_is_the_longest_text_once_unpacked(
        self, monkeypatch: pytest.MonkeyPatch, spare: int, is_taken: bool
    ) -> None:
        data = gzip.compress(b"a,b\n" * 100, mtime=0)
        monkeypatch.setattr(sheets, "MAX_CSV_UNPACKED", 400 + spare)
        assert (len(list(only(data).rows())) == 100) if is_taken else refusal(data) == "tables.too_large"


def cells(*xml: str, row: int = 1) -> bytes:
    """A workbook with one row of these cells."""
    inside = "".join(xml)
    return with_sheet_xml(f'<worksheet xmlns="{MAIN}"><sheetData><row r="{row}">{inside}</row></sheetData></worksheet>')


class TestScan:
    @pytest.mark.parametrize(
        ("cell", "uncalculated", "errors"),
        [
            ('<c r="B1"><v>1</v></c>', (), ()),
            ('<c r="B1"><f>A1+1</f><v>2</v></c>', (), ()),
            ('<c r="B1"><f>A1+1</f></c>', ((0, 1),), ()),
            ('<c r="B1"><f>A1+1</f><v/></c>', ((0, 1),), ()),
            ('<c r="B1"><f>A1+1</f><v></v></c>', ((0, 1),), ()),
            ('<c r="B1"><f t="shared" si="0"/></c>', ((0, 1),), ()),
            ('<c r="B1"><f t="shared" si="0"/><v>3</v></c>', (), ()),
            ('<c r="B1" t="str"><f>A1&amp;""</f><v></v></c>', (), ()),  # a formula whose text is empty is calculated
            ('<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', (), ((0, 2),)),
            ('<c r="AB1" t="e"><v>#N/A</v></c>', (), ((0, 27),)),
        ],
    )
    def test_formulas_without_a_value_and_errors_are_noted_where_they_stand(
        self, cell: str, uncalculated: tuple[tuple[int, int], ...], errors: tuple[tuple[int, int], ...]
    ) -> None:
        scan = only(cells('<c r="A1"><v>1</v></c>', cell), "表.xlsx").scan
        assert (scan.uncalculated, scan.errors) == (uncalculated, errors)

    @pytest.mark.parametrize(
        ("row", "column", "is_taken"),
        [(10, "A", True), (11, "A", False), (10, "Z", True), (9, "AA", True), (10, "AA", False), (1, "JZ", False)],
    )
    def test_rows_times_columns_end_at_the_limit(
        self, monkeypatch: pytest.MonkeyPatch, row: int, column: str, is_taken: bool
    ) -> None:
        monkeypatch.setattr(sheets, "MAX_CELLS", 260)  # ten rows as wide as A to Z, which every sheet counts for
        data = cells(f'<c r="{column}{row}"><v>1</v></c>', row=row)
        assert (len(list(only(data, "表.xlsx").rows())) > 0) if is_taken else refusal(data) == "tables.too_wide"

    @pytest.mark.parametrize(("column", "is_taken"), [("ZZ", True), ("AAA", False)])
    def test_the_last_column_is_zz(self, column: str, is_taken: bool) -> None:
        data = cells(f'<c r="{column}1"><v>1</v></c>')
        assert (len(next(only(data).rows())) == 702) if is_taken else refusal(data) == "tables.too_wide"

    def test_rows_that_are_only_formatted_do_not_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "MAX_CELLS", 260)
        empty = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(2, 40))
        data = with_sheet_xml(
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{empty}</sheetData></worksheet>'
        )
        assert next(only(data, "表.xlsx").rows()) == [1.0]

    @pytest.mark.parametrize(
        ("columns", "times", "is_taken"), [(10, 26, True), (26, 10, True), (27, 10, False), (1, 261, False)]
    )
    def test_repeated_cells_of_an_open_document_unfold_to_the_limit(
        self, monkeypatch: pytest.MonkeyPatch, columns: int, times: int, is_taken: bool
    ) -> None:
        monkeypatch.setattr(sheets, "MAX_CELLS", 260)
        cell = (
            f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">'
            "<text:p>甲</text:p></table:table-cell>"
        )
        data = ods(f'<table:table-row table:number-rows-repeated="{times}">{cell}</table:table-row>')
        if is_taken:
            assert [len(row) for row in only(data, "表.ods").rows()] == [columns] * times
        else:
            assert refusal(data) == "tables.too_large"


class TestWorkbooks:
    def test_only_sheets_that_people_see_in_their_order(self) -> None:
        book = openpyxl.Workbook()
        book.active.title = "乙"
        book.active["C3"] = "角"
        for name, state in (("隐", "hidden"), ("深隐", "veryHidden"), ("甲", "visible")):
            book.create_sheet(name).sheet_state = state
            book[name]["A1"] = name
        book.create_chartsheet("图")
        found = list(open_sheets(saved(book), "书.xlsx"))
        assert [sheet.name for sheet in found] == ["乙", "甲"]
        corner = [row for row in found[0].rows() if any(cell != "" for cell in row)]
        assert corner == [["", "", "角"]], "columns count from A, whatever comes first"

    @pytest.mark.parametrize("name", ["甲&乙", 'a"b', "<表>", "七月's"])
    def test_a_sheet_is_found_by_its_name_however_it_is_escaped(self, name: str) -> None:
        with zipfile.ZipFile(io.BytesIO(xlsx([["x"]], title=name))) as archive:
            assert sheets.parts_of(archive) == {name: "xl/worksheets/sheet1.xml"}

    def test_another_archive_has_no_parts(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("content.xml", "<x/>")
            assert sheets.parts_of(archive) == {}

    @pytest.mark.parametrize("lost", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
    def test_a_workbook_that_lacks_a_part_is_refused_in_a_sentence(self, lost: str) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx([["编号"]]))) as old, zipfile.ZipFile(out, "w") as new:
            for part in old.namelist():
                if part != lost:
                    new.writestr(part, old.read(part))
        assert refusal(out.getvalue(), "缺页.xlsx") in {"tables.broken", "tables.wrong_type"}

    @pytest.mark.parametrize("kind", ["xlsx", "csv.gz", "ods"])
    @given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
    def test_one_changed_byte_ends_in_rows_or_in_a_refusal(self, kind: str, place: float, byte: int) -> None:
        data = bytearray(SOUND[kind])
        data[int(place * len(data))] = byte
        for walk in (
            lambda source: [list(sheet.rows()) for sheet in open_sheets(source, "坏")],
            lambda source: open_grids(source, "坏"),
        ):
            try:
                walk(bytes(data))
            except Refused as refused:
                assert refused.code.startswith("tables.") and refused.message()


SOUND = {
    "xlsx": xlsx([["编号", "名称"], ["1", "甲"]]),
    "csv.gz": gzip.compress("编号,名称\n".encode() + b"1,a\n2,bcd\n" * 40, mtime=0),
    "ods": ods('<table:table-row><table:table-cell office:value-type="string"/></table:table-row>'),
}
