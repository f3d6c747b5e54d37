"""Workbooks in and out: without loss, with drop-downs and comments, refused as a whole when one cell is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from chuangcheng.framework import documents, sample, workbook
from chuangcheng.framework.actions import load_edition
from chuangcheng.framework.columns import SHEETS
from chuangcheng.framework.models import Edition
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import editions, small


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "体系.xlsx"
    workbook.write_document(small(), path)
    return path


def change(path: Path, sheet: str, cell: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def test_the_sample_survives_a_workbook(db: None, tmp_path: Path) -> None:
    edition = load_edition(actor=SYSTEM, document=sample.document())
    workbook.write_workbook(edition, tmp_path / "sample.xlsx")
    assert workbook.read_workbook(tmp_path / "sample.xlsx") == documents.dump_edition(edition)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=editions())
def test_any_edition_survives_a_workbook(tmp_path: Path, document: dict[str, Any]) -> None:
    workbook.write_document(document, tmp_path / "any.xlsx")
    assert workbook.read_workbook(tmp_path / "any.xlsx") == document


def test_bytes_are_read_like_a_file(written: Path) -> None:
    assert workbook.read_workbook(written.read_bytes(), name="upload.xlsx") == small()


def test_sheets_and_their_help(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    assert book.sheetnames == ["说明", "测评标准", "点位类型", "考察项", "案件类别", "负面清单", "处置时限"]
    for sheet in SHEETS:
        page = book[sheet.title]
        assert [cell.value for cell in page[1]] == [column.header for column in sheet.columns]
        assert any(cell.comment for cell in page[1])
        assert page.freeze_panes
    level = [rule for rule in book["测评标准"].data_validations.dataValidation if "A2" in str(rule.sqref)]
    assert level[0].formula1 == '"体系,项目,内容,标准"'
    kind = [rule for rule in book["考察项"].data_validations.dataValidation if "A2" in str(rule.sqref)]
    assert "点位类型" in kind[0].formula1


def test_codes_fractions_and_formulas_stay_text(tmp_path: Path) -> None:
    document = small()
    document["frameworks"][0]["projects"][0]["contents"][0]["standards"][0].update(zh="=1+1", relative_weight="4/5")
    workbook.write_document(document, tmp_path / "text.xlsx")
    assert workbook.read_workbook(tmp_path / "text.xlsx") == document
    assert openpyxl.load_workbook(tmp_path / "text.xlsx")["案件类别"]["A4"].value == "06010"


def test_the_template_is_empty_but_for_the_rules(tmp_path: Path) -> None:
    workbook.write_template(tmp_path / "template.xlsx")
    with pytest.raises(Refused) as caught:
        workbook.read_workbook(tmp_path / "template.xlsx")
    found = {(problem.field, problem.code) for problem in caught.value.fields}
    assert found == {("说明.值", "missing"), ("说明.中文", "missing"), ("测评标准", "empty")}


def test_a_filled_template_loads(db: None, tmp_path: Path) -> None:
    """Only what an office must fill in; numbers typed as numbers."""
    path = tmp_path / "filled.xlsx"
    workbook.write_template(path)
    book = openpyxl.load_workbook(path)
    about = book["说明"]
    for row in about.iter_rows(min_row=2):
        if row[0].value == "edition":
            row[4].value = {"code": "CITY-1", "version": 2026, "is_reconstruction": "否"}.get(row[1].value)
            row[2].value = "本市测评体系" if row[1].value == "name" else None
    rows = [
        ("体系", "F", None, "文明城市", None, 1),
        ("项目", "F-1", "F", "生活环境", None, 100),
        ("内容", "F-1-1", "F-1", "环境卫生", None, None),
        ("标准", "F-1-1-1", "F-1-1", "道路干净", None, 0.5, "onsite，material", "abc_state"),
    ]
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            book["测评标准"].cell(number, column).value = value
        book["测评标准"].cell(number, 14).value = "official"
    book["测评标准"]["J5"] = "official"
    book.save(path)
    edition = load_edition(actor=SYSTEM, document=workbook.read_workbook(path))
    standard = edition.standards.get()
    assert (standard.weight, standard.methods, edition.version) == (100, ["onsite", "material"], "2026")
    assert not edition.is_reconstruction


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "field", "code"),
    [
        ("测评标准", "F3", "六十", "测评标准.权重", "not_fraction"),
        ("测评标准", "F3", None, "测评标准.权重", "missing"),
        ("测评标准", "F3", 61, "测评标准.权重", "wrong_sum"),
        ("测评标准", "C4", "F-9", "测评标准.上级代码", "orphan"),
        ("测评标准", "C5", "F-1", "测评标准.上级代码", "wrong_level"),
        ("测评标准", "C3", "F-1", "测评标准.上级代码", "circle"),
        ("测评标准", "C3", "F-1-1-1", "测评标准.上级代码", "circle"),
        ("测评标准", "C2", "F-2", "测评标准.上级代码", "circle"),
        ("测评标准", "B6", "F-1-1-1", "测评标准.代码", "duplicate"),
        ("测评标准", "A5", "条款", "测评标准.层级", "unknown_choice"),
        ("测评标准", "I5", "{not json", "测评标准.计分参数", "not_json"),
        ("测评标准", "I5", "[1]", "测评标准.计分参数", "not_json"),
        ("考察项", "A2", "moon", "考察项.点位类型", "orphan"),
        ("考察项", "I2", "F-1-1-1, X", "考察项.对应标准", "unknown"),
        ("说明", "B3", "code", "说明.代码", "duplicate"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_loaded(
    db: None, written: Path, sheet: str, cell: str, value: Any, field: str, code: str
) -> None:
    change(written, sheet, cell, value)
    with pytest.raises(Refused) as caught:
        load_edition(actor=SYSTEM, document=workbook.read_workbook(written))
    found = {(problem.field, problem.code, problem.row) for problem in caught.value.fields}
    assert (field, code) in {(f, c) for f, c, _ in found}
    if code not in {"wrong_sum", "circle"}:  # those name the group's first row, or every row of the circle
        assert (field, code, int(cell[1:])) in found
    assert not Edition.objects.exists()


def test_a_missing_column_is_named(written: Path) -> None:
    change(written, "测评标准", "B1", "编号")
    with pytest.raises(Refused, match=r"tables\.missing_columns.*代码"):
        workbook.read_workbook(written)


def test_a_missing_sheet_is_named(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    del book["测评标准"]
    book.save(written)
    with pytest.raises(Refused, match=r"tables\.no_sheet.*测评标准"):
        workbook.read_workbook(written)


def test_checklists_may_come_later(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    for title in ("考察项", "负面清单", "处置时限", "案件类别"):
        del book[title]
    book.save(written)
    document = workbook.read_workbook(written)
    assert (document["site_kinds"][0]["items"], document["categories"]) == ([], [])


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(Refused, match=r"tables\."):
        workbook.read_workbook(tmp_path / "photo.xlsx")


def test_empty_rows_between_are_skipped(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    book["测评标准"].insert_rows(4, 3)
    book["测评标准"]["A60"] = " "
    book.save(written)
    assert workbook.read_workbook(written) == small()
