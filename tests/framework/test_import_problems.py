"""Each mistake in a workbook is named by sheet, column and row: all of them at once, and no other."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.framework import documents, flat, workbook
from chuangcheng.framework.columns import SHEETS
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

Found = set[tuple[str, str, int | None]]

#: (sheet, row of the exported workbook, column, what is written there) → the one problem that follows.
#: Rows: 说明 2 code, 3 version, 4 name, 6 is_reconstruction, 7 rule, 8 source, 9 role;
#: 测评标准 2 F, 3 F-1, 4 F-1-1, 5-6 its standards, 7 F-2, 8 F-2-1, 9 F-2-1-1.
MISTAKES: list[tuple[str, int, str, object, str]] = [
    ("about", 8, "value", "也许", "not_flag"),
    ("about", 9, "value", "{", "not_json"),
    ("nodes", 2, "zh", "", "missing"),
    ("nodes", 3, "zh", "长" * 301, "too_long"),
    ("nodes", 4, "source", "传闻", "unknown_choice"),
    ("nodes", 5, "methods", "onsite, 猜", "unknown_choice"),
    ("nodes", 5, "scoring", "[]", "not_json"),
    ("nodes", 6, "responsible_role", "wizard", "unknown"),
    ("nodes", 6, "site_kinds", "lane, moon", "unknown"),
    ("nodes", 7, "source_ref", "S9", "unknown"),
    ("nodes", 8, "en", "e" * 301, "too_long"),
    ("nodes", 9, "methods", "", "missing"),
    ("nodes", 9, "scoring_source", "听说", "unknown_choice"),
    ("kinds", 2, "prefix", "", "missing"),
    ("kinds", 2, "observation", "500米", "not_json"),
    ("kinds", 2, "responsible_role", "wizard", "unknown"),
    ("items", 2, "scoring", "随便", "unknown_choice"),
    ("items", 2, "standards", "F-1-1-1, F-9", "unknown"),
    ("items", 3, "case_codes", "99999", "unknown"),
    ("items", 3, "by_analogy", "或许", "not_flag"),
    ("categories", 2, "kind", "thing", "unknown_choice"),
    ("categories", 3, "class_zh", "", "missing"),
    ("categories", 4, "taxonomy", "", "missing"),
    ("negative", 2, "effect", "处分", "not_json"),
    ("negative", 2, "source", "", "missing"),
    ("times", 2, "amount", "很快", "not_decimal"),
    ("times", 2, "unit", "", "missing"),
    ("times", 2, "close_when", "结" * 101, "too_long"),
]


def raw_rows() -> dict[str, list[flat.Line]]:
    return flat.flatten(small())


def spoil(raw: dict[str, list[flat.Line]], name: str, number: int, column: str, value: object) -> None:
    index = number - flat.FIRST_ROW
    line = raw[name][index]
    assert line.number == number
    raw[name][index] = flat.Line(number, {**line.values, column: value})


def expected(name: str, number: int, column: str, code: str) -> tuple[str, str, int | None]:
    sheet = next(sheet for sheet in SHEETS if sheet.name == name)
    return f"{sheet.title}.{sheet.column(column).header}", code, number


def problems(raw: dict[str, list[flat.Line]]) -> Found:
    with pytest.raises(Refused) as caught:
        documents.checked(flat.parse(raw))
    assert caught.value.code == "framework.invalid"
    return {(problem.field, problem.code, problem.row) for problem in caught.value.fields}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[0]}-{mistake[2]}-{mistake[4]}")
def test_one_mistake_is_one_problem(mistake: tuple[str, int, str, object, str]) -> None:
    name, number, column, value, code = mistake
    raw = raw_rows()
    spoil(raw, name, number, column, value)
    assert problems(raw) == {expected(name, number, column, code)}


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(range(len(MISTAKES))), min_size=2, max_size=8))
def test_many_mistakes_are_all_named_and_none_is_invented(chosen: set[int]) -> None:
    raw = raw_rows()
    cells: dict[tuple[str, int, str], str] = {}
    for index in sorted(chosen):
        name, number, column, value, code = MISTAKES[index]
        spoil(raw, name, number, column, value)
        cells[name, number, column] = code
    assert problems(raw) == {expected(*cell, code) for cell, code in cells.items()}


@pytest.mark.parametrize(
    ("sheet", "column"),
    [(sheet.name, column.name) for sheet in SHEETS for column in sheet.columns if column.needed],
)
def test_whatever_must_be_filled_is_missed_by_name(sheet: str, column: str) -> None:
    raw = raw_rows()
    last = raw[sheet][-1].number
    for blank in ("", "   ", None):
        spoil(raw, sheet, last, column, blank)
        assert expected(sheet, last, column, "missing") in problems(raw)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "体系.xlsx"
    workbook.write_document(small(), path)
    return path


def cell_of(name: str, number: int, column: str) -> tuple[str, int, int]:
    sheet = next(sheet for sheet in SHEETS if sheet.name == name)
    return sheet.title, number, [one.name for one in sheet.columns].index(column) + 1


def test_the_whole_list_in_one_workbook(written: Path) -> None:
    """What a person sees in a spreadsheet is the row that is named, whatever sheet it stands in."""
    book = openpyxl.load_workbook(written)
    wanted: dict[tuple[str, int, str], str] = {}
    for name, number, column, value, code in MISTAKES:
        title, row, index = cell_of(name, number, column)
        book[title].cell(row, index).value = value or None  # type: ignore[assignment]
        wanted[name, number, column] = code
    book.save(written)
    with pytest.raises(Refused) as caught:
        workbook.read_workbook(written)
    found = {(problem.field, problem.code, problem.row) for problem in caught.value.fields}
    assert found == {expected(*cell, code) for cell, code in wanted.items()}
    assert caught.value.params["count"] == len(found)


def test_empty_rows_do_not_shift_what_is_named(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    page = book["测评标准"]
    page.insert_rows(5, amount=3)
    page["N9"] = "传闻"  # the second standard, three rows further down: 6 + 3
    book.save(written)
    with pytest.raises(Refused) as caught:
        workbook.read_workbook(written)
    assert [(one.field, one.code, one.row) for one in caught.value.fields] == [
        ("测评标准.来源标记", "unknown_choice", 9)
    ]  # fmt: skip


def test_empty_rows_alone_change_nothing(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    for page in book.worksheets:
        page.insert_rows(3, amount=2)
    book.save(written)
    assert workbook.read_workbook(written) == small()


@pytest.mark.parametrize("seed", range(4))
def test_columns_and_sheets_may_stand_in_any_order(written: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    book = openpyxl.load_workbook(written)
    mixed = openpyxl.Workbook()
    mixed.remove(mixed.worksheets[0])
    for page in rng.sample(book.worksheets, len(book.worksheets)):
        order = rng.sample(range(page.max_column), page.max_column)
        target = mixed.create_sheet(page.title)
        for row in page.iter_rows(values_only=True):
            target.append([row[index] for index in order])
    mixed.save(tmp_path / "mixed.xlsx")
    assert workbook.read_workbook(tmp_path / "mixed.xlsx") == small()


def test_columns_of_ones_own_are_left_alone(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    book["测评标准"].cell(1, 20).value = "本市备注"
    book["测评标准"].cell(5, 20).value = "下周再看"
    book.save(written)
    assert workbook.read_workbook(written) == small()


@pytest.mark.parametrize("title", ["负面清单", "处置时限", "案件类别"])
def test_a_sheet_that_may_be_missing_is_an_empty_one(written: Path, title: str) -> None:
    book = openpyxl.load_workbook(written)
    del book[title]
    book.save(written)
    part = {"负面清单": "negative_items", "处置时限": "time_rules", "案件类别": "categories"}[title]
    assert workbook.read_workbook(written) == {**small(), part: []}


@pytest.mark.parametrize("title", ["说明", "测评标准"])
def test_a_sheet_that_must_be_there_is_named(written: Path, title: str) -> None:
    book = openpyxl.load_workbook(written)
    del book[title]
    book.save(written)
    with pytest.raises(Refused, match=rf"tables\.no_sheet.*{title}"):
        workbook.read_workbook(written)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", "层级,代码\n".encode(), b"%PDF-1.7"])
def test_what_is_no_workbook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Refused, match=r"^tables\."):
        workbook.read_workbook(data, name="上传.xlsx")


def test_a_problem_reads_in_both_languages() -> None:
    raw = raw_rows()
    spoil(raw, "nodes", 2, "zh", "")
    with pytest.raises(Refused) as caught:
        documents.checked(flat.parse(raw))
    assert "1" in caught.value.message()
    assert caught.value.message("en") != caught.value.message()
