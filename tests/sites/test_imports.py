"""Sites out of a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.imports import COLUMNS, import_sites, write_template
from chuangcheng.sites.models import Site

HEADERS = [names[0] for names, _ in COLUMNS.values()]
GOOD = [
    ["D001", "永安巷", "背街小巷", "U-990101001", 120.002, 30.003, None, "永安路1号"],
    ["D002", "长乐巷", "lane", "河东街道", "120.012", "30.003", "CGCS2000", None],
    [3, "新华巷", "背街小巷", "城市管理局", 120.022, 30.003, "wgs84", "新华路"],
]


def sheet(tmp_path: Path, rows: list[list[Any]], headers: list[str] | None = None) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(headers or HEADERS)
    for row in rows:
        page.append(row)
    path = tmp_path / "点位.xlsx"
    book.save(path)
    return path


def test_good_rows_become_sites(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    report = import_sites(SYSTEM, sheet(tmp_path, GOOD))
    assert (report.rows, report.imported, report.unchanged, report.rejected) == (3, 3, 0, 0)
    assert report.extra["applied"] is True
    assert list(Site.objects.values_list("code", "unit__code")) == [
        ("3", "U-CGJ"), ("D001", "U-990101001"), ("D002", "U-990101001"),
    ]  # fmt: skip


def test_a_second_import_changes_nothing(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    path = sheet(tmp_path, GOOD)
    import_sites(SYSTEM, path)
    before = Event.objects.count()
    report = import_sites(SYSTEM, path)
    assert (report.imported, report.unchanged, report.unaccounted) == (0, 3, 0)
    assert Event.objects.count() == before


def test_a_changed_row_is_imported_alone(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    import_sites(SYSTEM, sheet(tmp_path, GOOD))
    changed = [[*GOOD[0][:1], "永安大巷", *GOOD[0][2:]], *GOOD[1:]]
    report = import_sites(SYSTEM, sheet(tmp_path, changed))
    assert (report.imported, report.unchanged) == (1, 2)
    assert Site.objects.get(code="D001").name == "永安大巷"


def test_a_preview_keeps_nothing(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    report = import_sites(SYSTEM, sheet(tmp_path, GOOD), preview=True)
    assert (report.imported, report.extra["applied"]) == (3, False)
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("点位编码", None, "sites.missing"), ("点位编码", "D002", "sites.duplicate"), ("点位名称", " ", "sites.missing"),
        ("点位类型", "火星", "sites.unknown_kind"), ("责任单位", "无此单位", "sites.unknown_unit"),
        ("经度", "一百二十", "tables.not_a_number"), ("经度", None, "sites.missing"), ("纬度", 300, ""),
        ("坐标系", "火星坐标", "sites.unknown_datum"),
    ],
)  # fmt: skip
def test_one_wrong_cell_and_nothing_is_imported(
    edition: Edition, small_city: Any, tmp_path: Path, column: str, value: Any, code: str
) -> None:
    rows = [list(row) for row in GOOD]
    # The duplicate is told of the later row.
    row = 2 if code == "sites.duplicate" else 1
    rows[row][HEADERS.index(column)] = value
    report = import_sites(SYSTEM, sheet(tmp_path, rows))
    assert (report.rejected, report.imported, report.extra["applied"]) == (1, 0, False)
    problem = report.problems[0]
    assert (problem.row, problem.code) == (row + 2, code or "sites.bad_position")
    assert problem.field == (column if code else "")
    assert not Site.objects.exists()


def test_every_problem_is_told_at_once(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    rows = [[*row[:2], "火星", *row[3:]] for row in GOOD]
    assert import_sites(SYSTEM, sheet(tmp_path, rows)).rejected == 3


def test_a_name_two_units_share_means_neither(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    from chuangcheng.people.models import Unit

    Unit.objects.create(code="U-X", name="河东街道", short_name="河东街道二", kind="street")
    report = import_sites(SYSTEM, sheet(tmp_path, GOOD))
    assert report.codes() == {"sites.unknown_unit": 1}
    rows = [GOOD[0], [*GOOD[1][:3], "U-X", *GOOD[1][4:]]]
    assert import_sites(SYSTEM, sheet(tmp_path, rows)).imported == 2


def test_a_missing_column_is_refused(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"tables\.missing_columns"):
        import_sites(SYSTEM, sheet(tmp_path, [], ["点位编码", "点位名称"]))


def test_without_an_edition_nothing_is_read(small_city: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"sites\.no_edition"):
        import_sites(SYSTEM, sheet(tmp_path, GOOD))


@pytest.mark.parametrize("role", ["department", "street", "inspector", "leader"])
def test_only_the_office_imports(edition: Edition, personas: dict[str, Actor], tmp_path: Path, role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        import_sites(personas[role], sheet(tmp_path, GOOD))
    assert import_sites(personas["office"], sheet(tmp_path, GOOD)).imported == 3


def test_the_filled_template_imports(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    page = book["点位"]
    assert [cell.value for cell in page[1]] == HEADERS
    assert "U" not in str(page.data_validations.dataValidation[0].formula1)
    assert book["选项"]["A1"].value == "背街小巷"
    for column, value in enumerate(GOOD[0], 1):
        page.cell(2, column).value = value
    book.save(path)
    assert import_sites(SYSTEM, path).imported == 1
