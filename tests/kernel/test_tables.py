"""Tables out of files: good ones of every shape, and bad ones that must end in a clear message."""

from __future__ import annotations

import gzip
import io
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import sheets, tables
from chuangcheng.kernel.problems import Refused
from tests.kernel.ole import compound
from tests.kernel.workbooks import ods, saved, with_sheet_xml, xlsx

WANTED = {"code": ["编号", "代码"], "name": ["名称", "单位名称"], "phone": ["电话", "联系电话"]}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def values(data: bytes, **options: object) -> list[dict[str, object]]:
    options.setdefault("wanted", WANTED)
    options.setdefault("optional", ("phone",))
    return [row.values for row in tables.read_table(data, name="表.xlsx", **options).rows]


def refusal(data: bytes, name: str = "表.xlsx", **options: object) -> Refused:
    options.setdefault("wanted", WANTED)
    options.setdefault("optional", ("phone",))
    with pytest.raises(Refused) as caught:
        list(tables.read_table(data, name=name, **options).rows)
    caught.value.message("en")  # every hole of both sentences is filled
    caught.value.message()
    return caught.value


class TestHeader:
    def test_plain(self) -> None:
        table = tables.read_table(xlsx([["编号", "名称"], [12.0, "甲"]]), name="x", wanted=WANTED, optional=["phone"])
        assert (table.sheet, table.header_row, table.columns) == ("数据", 1, {"code": 0, "name": 1})
        assert [(row.number, row.values) for row in table.rows] == [(2, {"code": 12.0, "name": "甲"})]

    def test_title_rows_and_an_empty_margin_above(self) -> None:
        rows = [["", "2026年单位名册"], [], ["", "编 号*", "名称（必填）"], ["", "U1", "甲"]]
        data = xlsx(rows, merges=["B2:D2"], top=2)
        table = tables.read_table(data, name="x", wanted=WANTED, optional=["phone"])
        assert table.header_row == 4
        assert table.columns == {"code": 1, "name": 2}
        assert [row.number for row in table.rows] == [5]

    def test_better_synonym_wins(self) -> None:
        assert values(xlsx([["代码", "编号", "单位名称"], ["a", "b", "c"]])) == [{"code": "b", "name": "c"}]

    def test_two_rows_under_a_spanning_title(self) -> None:
        wanted = {"code": ["编号"], "lon": ["位置经度"], "lat": ["纬度"]}
        data = xlsx(
            [["编号", "位置", None, "备注"], [None, "经度", "纬度", None], ["S1", 116.5, 39.5, "x"]],
            merges=["A1:A2", "B1:C1", "D1:D2"],
        )
        table = tables.read_table(data, name="x", wanted=wanted)
        assert table.header_row == 2
        assert [row.values for row in table.rows] == [{"code": "S1", "lon": 116.5, "lat": 39.5}]

    def test_two_rows_in_csv_which_knows_no_merging(self) -> None:
        text = "编号,位置,\n,经度,纬度\nS1,116.5,39.5\n"
        wanted = {"code": ["编号"], "lon": ["经度"], "lat": ["纬度"]}
        assert values(text.encode(), wanted=wanted) == [{"code": "S1", "lon": "116.5", "lat": "39.5"}]

    def test_a_first_row_that_repeats_the_header_words_is_data(self) -> None:
        assert values(xlsx([["编号", "名称"], ["编号", "名称"]])) == [{"code": "编号", "name": "名称"}]

    def test_missing_column_names_it_and_what_was_found(self) -> None:
        refused = refusal(xlsx([["编号", "电话"], ["1", "2"]]))
        assert refused.code == "tables.missing_columns"
        assert "名称" in refused.message()
        assert "编号" in refused.message()

    def test_a_header_twice(self) -> None:
        refused = refusal(xlsx([["编号", "名称", "名称"], ["1", "2", "3"]]))
        assert refused.code == "tables.duplicate_header"
        assert "B、C" in refused.message()

    def test_a_header_twice_that_nobody_wants_is_no_matter(self) -> None:
        assert len(values(xlsx([["编号", "名称", "备注", "备注"], ["1", "2", "3", "4"]]))) == 1

    def test_header_too_far_down(self) -> None:
        rows = [["说明"]] * 25 + [["编号", "名称"], ["1", "2"]]
        assert refusal(xlsx(rows)).code == "tables.missing_columns"

    def test_the_sheet_that_fits_is_found(self) -> None:
        book = openpyxl.Workbook()
        book.active.append(["填表说明"])
        hidden = book.create_sheet("隐藏")
        hidden.append(["编号", "名称"])
        hidden.append(["H", "隐"])
        hidden.sheet_state = "hidden"
        good = book.create_sheet("名册")
        good.append(["编号", "名称"])
        good.append(["1", "甲"])
        data = saved(book)
        assert tables.read_table(data, name="x", wanted=WANTED, optional=["phone"]).sheet == "名册"
        assert refusal(data, sheet="没有").code == "tables.no_sheet"
        assert refusal(data, sheet="Sheet").code == "tables.missing_columns"

    def test_without_a_wish_list_the_headers_are_the_fields(self) -> None:
        table = tables.read_table(xlsx([["名册"], ["编号", "名称"], [1, "甲"]]), name="x")
        assert list(table.columns) == ["编号", "名称"]
        assert [row.values for row in table.rows] == [{"编号": 1.0, "名称": "甲"}]

    def test_without_a_wish_list_a_spanning_title_is_joined(self) -> None:
        data = xlsx([["编号", "位置", None], [None, "经度", "纬度"], ["S", 1, 2]], merges=["A1:A2", "B1:C1"])
        assert list(tables.read_table(data, name="x").columns) == ["编号", "位置经度", "位置纬度"]

    def test_without_a_wish_list_a_doubled_header_is_refused(self) -> None:
        assert refusal(xlsx([["名称", "名称"], ["1", "2"]]), wanted=None).code == "tables.duplicate_header"


class TestRows:
    def test_merged_cells_count_for_every_row_they_span(self) -> None:
        rows = [["编号", "名称"], ["1", "城管局"], ["2", None], ["3", None], ["4", "水务局"]]
        got = values(xlsx(rows, merges=["B2:B4"]))
        assert [row["name"] for row in got] == ["城管局", "城管局", "城管局", "水务局"]

    def test_a_block_merged_both_ways_fills_its_left_column(self) -> None:
        rows = [["编号", "名称", "电话"], ["1", "甲", None], ["2", None, None]]
        got = values(xlsx(rows, merges=["B2:C3"]))
        assert [row["name"] for row in got] == ["甲", "甲"]
        assert [row["phone"] for row in got] == [None, None]

    def test_empty_rows_are_left_out_and_numbers_stay_the_sheets(self) -> None:
        data = xlsx([["编号", "名称"], ["1", "甲"], [], ["  ", None], ["2", "乙"]])
        table = tables.read_table(data, name="x", wanted=WANTED, optional=["phone"])
        assert [row.number for row in table.rows] == [2, 5]

    def test_65000_formatted_empty_rows(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"constant_memory": True})
        sheet, style = book.add_worksheet(), book.add_format({"num_format": "0.00"})
        sheet.write_row(0, 0, ["编号", "名称"])
        sheet.write_row(1, 0, ["1", "甲"])
        for row in range(2, 65_002):
            sheet.write_blank(row, 0, None, style)
        book.close()
        assert len(values(out.getvalue())) == 1

    def test_dates_come_as_dates(self) -> None:
        rows = values(xlsx([["编号", "名称"], [1, datetime(2020, 1, 2, 3, 4)]]))
        assert rows[0]["name"] == datetime(2020, 1, 2, 3, 4)

    def test_short_rows_are_filled_with_none(self) -> None:
        assert values("编号,名称,电话\n1\n".encode()) == [{"code": "1", "name": None, "phone": None}]

    @given(
        st.lists(
            st.tuples(
                st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["C"]), min_size=1),
                st.text("甲乙丙,\"'\n;\t x", max_size=8),
            ).filter(lambda pair: pair[0].strip() != ""),
            max_size=20,
        )
    )
    def test_csv_gives_back_what_was_written(self, pairs: list[tuple[str, str]]) -> None:
        import csv

        out = io.StringIO(newline="")
        csv.writer(out).writerows([["编号", "名称"], *pairs])
        got = values(out.getvalue().encode("utf-8-sig"))
        assert [(row["code"], row["name"] or "") for row in got] == pairs


class TestFormulas:
    def test_a_formula_that_was_never_calculated(self) -> None:
        refused = refusal(xlsx([["编号", "名称"], ["1", "=A2&1"], ["2", "=A3&1"]]))
        assert refused.code == "tables.formula_without_value"
        assert "B2" in refused.message()
        assert "2" in refused.message("en")

    def test_a_formula_with_its_value(self) -> None:
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称"])
        sheet.write(1, 0, "1")
        sheet.write_formula(1, 1, '="甲"&"乙"', None, "甲乙")
        book.close()
        assert values(out.getvalue()) == [{"code": "1", "name": "甲乙"}]

    def test_a_formula_in_a_column_nobody_wants(self) -> None:
        assert len(values(xlsx([["编号", "名称", "合计"], ["1", "甲", "=1+1"]]))) == 1

    def test_an_error_cell(self) -> None:
        xml = (
            f'<worksheet xmlns="{MAIN}"><sheetData>'
            '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c><c r="B1" t="inlineStr"><is><t>名称</t></is></c></row>'
            '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>X!A1</f><v>#REF!</v></c></row></sheetData></worksheet>'
        )
        refused = refusal(with_sheet_xml(xml))
        assert refused.code == "tables.error_value"
        assert "B2" in refused.message()


class TestFiles:
    def test_csv_with_bom_gb18030_utf16_and_gzip(self) -> None:
        text = "编号,名称\n1,䶮街道\n"
        for data in (
            text.encode("utf-8-sig"),
            text.encode("gb18030"),
            text.replace(",", "\t").encode("utf-16"),
            gzip.compress(text.encode()),
            text.replace(",", ";").encode(),
        ):
            assert values(data) == [{"code": "1", "name": "䶮街道"}]

    def test_chinese_that_comes_late_in_a_gb18030_file(self) -> None:
        text = "代码,名称\n" + "1,x\n" * 400_000 + "2,东山区\n"
        data = text.encode("gb18030").replace("代码,名称".encode("gb18030"), b"code,name")
        got = values(data, wanted={"code": ["code"], "name": ["name"]})
        assert got[-1]["name"] == "东山区"

    def test_ods(self) -> None:
        def cell(text: str) -> str:
            return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

        rows = "".join(
            f"<table:table-row>{cell(a)}{cell(b)}</table:table-row>" for a, b in [("编号", "名称"), ("1", "甲")]
        )
        assert values(ods(rows)) == [{"code": "1", "name": "甲"}]
        many = rows.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="9000000">')
        assert refusal(ods(many)).code == "tables.too_large"

    def test_a_path_and_a_string(self, tmp_path) -> None:
        path = tmp_path / "单位.csv"
        path.write_text("编号,名称\n1,甲\n", encoding="utf-8")
        for source in (path, str(path)):
            table = tables.read_table(source, name=path.name, wanted=WANTED, optional=["phone"])
            assert table.sheet == "单位.csv"
            assert len(list(table.rows)) == 1

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"%PDF-1.7\n", "tables.wrong_type"),
            (b"\x89PNG\r\n\x1a\n\0\0", "tables.wrong_type"),
            (b"PK\x03\x04garbage", "tables.broken"),
            (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "tables.wrong_type"),
            (b"\x1f\x8b\x08garbage", "tables.broken"),
            (gzip.compress(b"a,b\n" * 1000, mtime=0)[:-20], "tables.broken"),
            (gzip.compress(b"\0\1\2", mtime=0), "tables.wrong_type"),
            (b"", "tables.empty"),
            (b"\n\n\n", "tables.empty"),
            (b"\xff" * 40, "tables.encoding"),
        ],
    )
    def test_bad_files(self, data: bytes, code: str) -> None:
        assert refusal(data, name="坏文件").code == code

    def test_another_kind_of_zip(self) -> None:
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        assert refusal(out.getvalue(), name="报告.docx").code == "tables.wrong_type"

    def test_an_empty_workbook(self) -> None:
        assert refusal(xlsx([])).code == "tables.empty"

    def test_too_large(self, monkeypatch) -> None:
        monkeypatch.setattr(sheets, "MAX_BYTES", 10)
        assert refusal(xlsx([["编号"]])).code == "tables.too_large"

    def test_unpacks_to_too_much(self, monkeypatch) -> None:
        monkeypatch.setattr(sheets, "MAX_UNPACKED", 1000)
        assert refusal(xlsx([["编号"]])).code == "tables.too_large"
        monkeypatch.setattr(sheets, "MAX_CSV_UNPACKED", 1000)
        assert refusal(gzip.compress(b"a,b\n" * 1000)).code == "tables.too_large"

    def test_a_far_away_cell_does_not_take_the_memory(self) -> None:
        book = openpyxl.Workbook()
        book.active["A1"], book.active["XFD1048576"] = "编号", 1
        refused = refusal(saved(book))
        assert refused.code == "tables.too_wide"
        assert "XFD1048576" in refused.message()

    def test_a_far_away_cell_of_a_foreign_writer(self) -> None:
        xml = (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row spans="1:2" r="1"><x:c t="n" r="A1"><x:v>1</x:v></x:c></x:row>'
            '<x:row r="1000000"><x:c t="n" r="CV1000000"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
        )
        assert refusal(with_sheet_xml(xml)).code == "tables.too_wide"

    def test_an_encrypted_workbook(self) -> None:
        assert refusal(compound({"EncryptedPackage": b"x" * 4096})).code == "tables.encrypted"
        begin = bytes.fromhex("0908100000060500") + b"\0" * 12
        protected = begin + bytes.fromhex("2f003600") + b"\0" * 4096
        assert refusal(compound({"Workbook": protected}), name="旧.xls").code == "tables.encrypted"


@given(st.integers(0, 20_000))
def test_column_letters_and_numbers_are_inverse(index: int) -> None:
    assert sheets.column_index(sheets.column_letter(index)) == index


def test_known_columns() -> None:
    assert [sheets.column_letter(i) for i in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
