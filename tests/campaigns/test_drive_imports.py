"""Checklists and places out of workbooks: all or nothing, each wrong row named, the same file twice changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chuangcheng.campaigns import actions, drive_imports
from chuangcheng.campaigns.models import Drive
from chuangcheng.kernel.tables import read_table
from tests.campaigns.drives import ITEMS, make_drive
from tests.campaigns.test_lives import differences, refusal
from tests.campaigns.test_sub_actions import workbook
from tests.sites.conftest import edition
from tests.sites.registers import make_compound

__all__ = ["edition"]

CHECKLIST = ["编号", "考评内容", "作答", "分值", "必达", "不少于", "不多于", "整改投入"]
PLACES = ["代码", "填报单位", "包联单位"]
LINES: list[list[Any]] = [
    ["A1", "有居民议事机制", "", 30, "是", "", "", 2],
    ["A2", "楼道无堆放", "是否", 30, "否", "", "", ""],
    ["B1", "本月志愿服务次数", "数值", 30, "", 4, "", 3],
    ["B2", "积存垃圾处数", "数值", 10, "", "", 0, 1],
]


@pytest.fixture
def drafted(personas: Any, noon: Any) -> Drive:
    return make_drive(personas["office"], opened=False, items=ITEMS[:1])


def checklist(actor: Any, drive: Drive, *lines: list[Any], **more: Any) -> Any:
    book = workbook(*lines, headers=CHECKLIST)
    return drive_imports.import_checklist(actor, drive.pk, book, name="清单.xlsx", **more)


def places(actor: Any, drive: Drive, *lines: list[Any], **more: Any) -> Any:
    book = workbook(*lines, headers=PLACES)
    return drive_imports.import_places(actor, drive.pk, book, name="对象.xlsx", **more)


def test_a_checklist_replaces_the_one_before(drafted: Drive, personas: Any) -> None:
    office = personas["office"]
    assert checklist(office, drafted, *LINES, preview=True).imported == 4
    drafted.refresh_from_db()
    assert len(drafted.items) == 1
    assert checklist(office, drafted, *LINES).imported == 4
    drafted.refresh_from_db()
    assert drafted.checklist == ITEMS
    assert differences("campaigns.drive") == []
    assert refusal(lambda: checklist(personas["street"], drafted, *LINES)) == "common.not_allowed"
    actions.move_drive(actor=office, drive_id=drafted.pk, move="open")
    assert refusal(lambda: checklist(office, drafted, *LINES)) == "state.move_refused"


@pytest.mark.parametrize(
    ("place", "value", "field", "code"),
    [
        (0, "", "编号", "sites.missing"),
        (0, "A1", "编号", "sites.duplicate"),
        (1, "", "考评内容", "sites.missing"),
        (2, "作文", "作答", "sites.unknown_choice"),
        (3, "", "", "drive.bad_item"),
        (3, 101, "", "drive.bad_item"),
        (3, "多", "分值", "tables.not_a_number"),
        (4, "也许", "必达", "sites.unknown_choice"),
        (5, "", "", "drive.bad_item"),
        (5, "四", "不少于", "tables.not_a_number"),
        (6, 3, "", "drive.bad_item"),
        (7, 10, "", "drive.bad_item"),
    ],
)
def test_each_wrong_item_is_named(drafted: Drive, personas: Any, place: int, value: Any, field: str, code: str) -> None:
    wrong = [value if column == place else each for column, each in enumerate(LINES[2])]
    report = checklist(personas["office"], drafted, LINES[0], wrong, LINES[3])
    assert [(each.row, each.field, each.code) for each in report.problems] == [(3, field, code)]
    drafted.refresh_from_db()
    assert len(drafted.items) == 1


def test_places_by_their_codes(drafted: Drive, personas: Any) -> None:
    office = personas["office"]
    lines = [["990101001001", "", "城市管理局"], ["990101002001", "河西街道", ""]]
    assert places(office, drafted, *lines, preview=True).imported == 1  # the second is as it was enrolled
    report = places(office, drafted, *lines)
    assert (report.imported, report.unchanged, report.rejected) == (1, 1, 0)
    assert places(office, drafted, *lines).unchanged == 2
    sponsored = drafted.places.get(code="990101001001")
    assert sponsored.sponsor.short_name == "城市管理局" and sponsored.unit.short_name == "永安社区"
    assert places(office, drafted, ["990101001001", "河东街道", ""]).imported == 1
    sponsored.refresh_from_db()
    assert (sponsored.sponsor.short_name, sponsored.unit.short_name) == ("城市管理局", "河东街道")
    assert differences("campaigns.drive_place") == []
    actions.move_drive(actor=office, drive_id=drafted.pk, move="open")
    actions.move_drive(actor=office, drive_id=drafted.pk, move="close")
    assert refusal(lambda: places(office, drafted, *lines)) == "drive.closed"


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        (["", "", ""], "代码", "sites.missing"),
        (["990101009", "", ""], "代码", "drive.unknown_subject"),
        (["990101001001", "月球局", ""], "填报单位", "campaign.unknown_unit"),
        (["990101001001", "", "月球局"], "包联单位", "campaign.unknown_unit"),
        (["990101001002", "", ""], "代码", "sites.duplicate"),
    ],
)
def test_each_wrong_place_is_named(drafted: Drive, personas: Any, line: list[str], field: str, code: str) -> None:
    report = places(personas["office"], drafted, ["990101001002", "", "城市管理局"], line)
    expected = [] if not any(line) else [(3, field, code)]
    assert [(each.row, each.field, each.code) for each in report.problems] == expected
    assert drafted.places.exclude(sponsor=None).count() == (not any(line))


def test_compounds_and_sites_come_from_their_registers(personas: Any, noon: Any, edition: Any) -> None:
    make_compound()
    drive = make_drive(personas["office"], subject_kind="compound", opened=False)
    assert [(row.code, row.lat is not None, row.compound_id is not None) for row in drive.places.all()] == [
        ("XQ001", True, True)
    ]
    sites = make_drive(personas["office"], subject_kind="site", opened=False, title="实践站达标")
    assert sites.places.count() == 0
    assert (
        refusal(lambda: actions.move_drive(actor=personas["office"], drive_id=sites.pk, move="open"))
        == "drive.not_ready"
    )


@pytest.mark.parametrize(("kind", "sheet"), [("checklist", drive_imports.CHECKLIST), ("places", drive_imports.PLACES)])
def test_the_templates_read_back(tmp_path: Path, kind: str, sheet: Any) -> None:
    path = tmp_path / "模板.xlsx"
    drive_imports.write_template(kind, path)
    wanted = {field: names for field, (names, _hint) in sheet.columns.items()}
    assert set(read_table(path, name=path.name, wanted=wanted).columns) == set(sheet.columns)
