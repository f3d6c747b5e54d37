"""Units and posts out of a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import imports, rights, sheets
from chuangcheng.people.models import Charge, Person, Post, Unit
from chuangcheng.people.selectors import phone_of

UNITS = [
    # the superior stands below its subordinate
    {"code": "N-JD", "name": "北山街道办事处", "short_name": "北山街道", "kind": "街道（乡镇）", "group": "街道", "role_code": "subdistrict",
     "parent": "N-QU", "division": "990101002", "official_order": 41},
    {"code": "N-QU", "name": "东山区创城办公室", "kind": "区县", "group": "县（区）", "division": "990101"},
    {"code": "N-HBJ", "name": "生态环境局", "kind": "department", "line_parent": "N-QU"},
]  # fmt: skip
POSTS = [
    {"username": "zhao", "name": "赵某", "phone": 13912345678.0, "role": "街道（乡镇）", "unit": "N-JD", "title": "主任"},
    {"username": "zhao", "name": "赵某", "phone": "13912345678", "role": "网格员", "unit": "N-JD", "division": "990101002001"},
    {"username": "qian", "name": "钱某", "role": "责任部门", "unit": "N-HBJ"},
]  # fmt: skip


def book(
    tmp_path: Path,
    units: list[dict[str, Any]],
    posts: list[dict[str, Any]] | None = None,
    cards: list[dict[str, Any]] | None = None,
) -> Path:
    """The template, filled in as an office would."""
    path = tmp_path / "units.xlsx"
    sheets.write_template(path)
    workbook = openpyxl.load_workbook(path)
    for sheet, rows in ((sheets.UNITS, units), (sheets.POSTS, posts or []), (sheets.CARDS, cards or [])):
        fields = [column.field for column in sheets.SHEETS[sheet]]
        for number, row in enumerate(rows, 2):
            for field, value in row.items():
                workbook[sheet].cell(number, fields.index(field) + 1, value)
    if posts is None:
        del workbook[sheets.POSTS]
    workbook.save(path)
    return path


def test_units_and_posts_are_imported(small_city: object, tmp_path: Path) -> None:
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, POSTS))
    assert report.problems == []
    assert (report.rows, report.imported, report.unchanged, report.unaccounted) == (6, 6, 0, 0)
    assert report.extra["applied"] is True
    assert report.extra["lines"] == [
        ("单位", 3, "N-QU", "new"), ("单位", 2, "N-JD", "new"), ("单位", 4, "N-HBJ", "new"),
        ("岗位", 2, "zhao", "new"), ("岗位", 3, "zhao", "new"), ("岗位", 4, "qian", "new"),
    ]  # fmt: skip
    street = Unit.objects.get(code="N-JD")
    assert (street.kind, street.group, street.short_name, street.official_order) == ("street", "street", "北山街道", 41)
    assert street.parent is not None and street.parent.code == "N-QU"
    assert street.division is not None and street.division.code == "990101002"
    assert Unit.objects.get(code="N-HBJ").line_parent == street.parent
    zhao = Person.objects.get(username="zhao")
    assert phone_of(zhao) == "13912345678"
    assert not zhao.has_usable_password()
    areas = {post.role: post.division and post.division.code for post in zhao.posts.all()}
    assert areas == {"street": "990101002", "grid": "990101002001"}
    assert Post.objects.get(person__username="qian").division is None


def test_the_same_file_twice_changes_nothing(small_city: object, tmp_path: Path) -> None:
    path = book(tmp_path, UNITS, POSTS)
    imports.import_units(SYSTEM, path)
    before = (
        Event.objects.count(),
        list(Person.objects.order_by("id").values()),
        list(Post.objects.order_by("id").values()),
    )
    report = imports.import_units(SYSTEM, path)
    assert (report.imported, report.unchanged, report.rejected) == (0, 6, 0)
    assert before == (
        Event.objects.count(), list(Person.objects.order_by("id").values()), list(Post.objects.order_by("id").values()),
    )  # fmt: skip


def test_a_change_in_the_file_is_a_change_here(small_city: object, tmp_path: Path) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS, POSTS))
    changed = [{**UNITS[0], "name": "北山街道"}, *UNITS[1:]]
    posts = [POSTS[0], POSTS[1], {**POSTS[2], "name": "钱某某"}]
    report = imports.import_units(SYSTEM, book(tmp_path, changed, posts))
    assert (report.imported, report.unchanged) == (2, 4)
    assert Person.objects.get(username="qian").name == "钱某某"


def test_a_preview_keeps_nothing(small_city: object, tmp_path: Path) -> None:
    count = Unit.objects.count()
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, POSTS), preview=True)
    assert (report.imported, report.extra["applied"]) == (6, False)
    assert Unit.objects.count() == count
    assert not Person.objects.exists()


def test_one_bad_row_and_nothing_is_imported(small_city: object, tmp_path: Path) -> None:
    units = [*UNITS, {"code": "N-BAD", "name": "某局", "kind": "俱乐部"}]
    report = imports.import_units(SYSTEM, book(tmp_path, units, POSTS))
    assert (report.imported, report.rejected, report.extra["applied"]) == (0, 1, False)
    problem = report.problems[0]
    assert (problem.row, problem.field, problem.code) == (5, "单位·单位类型", "people.bad_value")
    assert "俱乐部" in problem.message
    assert not Unit.objects.filter(code__startswith="N-").exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("units", "row", "field", "code"),
    [
        ([{"name": "无编码", "kind": "部门"}], 2, "单位·单位编码", "people.value_missing"),
        ([{"code": "A", "kind": "部门"}], 2, "单位·单位名称", "people.value_missing"),
        ([{"code": "A", "name": "甲", "kind": "部门"}, {"code": "A", "name": "乙", "kind": "部门"}], 3, "单位·单位编码", "people.duplicate"),
        ([{"code": "A", "name": "甲", "kind": "部门", "parent": "NONE"}], 2, "单位·上级单位编码", "people.unknown_unit"),
        ([{"code": "A", "name": "甲", "kind": "部门", "division": "123456"}], 2, "单位·区划代码", "people.unknown_division"),
        ([{"code": "A", "name": "甲", "kind": "部门", "official_order": "第一"}], 2, "单位·排序", "tables.not_a_number"),
        ([{"code": "A", "name": "甲", "kind": "部门", "valid_from": "2026-05-01", "valid_to": "2026-04-30"}], 2, "单位·撤销日期", "people.period"),
        ([{"code": "A", "name": "甲", "kind": "部门", "valid_to": "年底"}], 2, "单位·撤销日期", "people.not_a_day"),
        ([{"code": "A", "name": "甲" * 101, "kind": "部门"}], 2, "单位", "people.too_long"),
        ([{"code": 12345678901234567890.0, "name": "甲", "kind": "部门"}], 2, "单位·单位编码", "tables.lost_digits"),
    ],
)  # fmt: skip
def test_a_problem_names_row_and_field(
    small_city: object, tmp_path: Path, units: list[dict[str, Any]], row: int, field: str, code: str
) -> None:
    report = imports.import_units(SYSTEM, book(tmp_path, units))
    assert [(problem.row, problem.field, problem.code) for problem in report.problems] == [(row, field, code)]
    assert not Unit.objects.filter(code="A").exists()


def test_a_circle_of_superiors_is_named(small_city: object, tmp_path: Path) -> None:
    units = [
        {"code": "A", "name": "甲", "kind": "部门", "parent": "B"},
        {"code": "B", "name": "乙", "kind": "部门", "parent": "A"},
        {"code": "C", "name": "丙", "kind": "部门", "parent": "C"},
        {"code": "D", "name": "丁", "kind": "部门", "parent": "A"},
    ]
    report = imports.import_units(SYSTEM, book(tmp_path, units))
    told = {(problem.row, problem.field, problem.code) for problem in report.problems}
    assert told == {(row, "单位·上级单位编码", "people.circle") for row in (2, 3, 4, 5)}
    said = {problem.row: problem.message for problem in report.problems}
    assert "A → B → A" in said[2] and "C → C" in said[4] and "D → A → B → A" in said[5]


@pytest.mark.parametrize(
    ("post", "field", "code"),
    [
        ({"unit": "NONE"}, "岗位·单位编码", "people.unknown_unit"),
        ({"role": "皇帝"}, "岗位·角色", "people.bad_value"),
        ({"division": "1"}, "岗位·管辖区划代码", "people.unknown_division"),
        ({"username": ""}, "岗位·用户名", "people.value_missing"),
        ({"phone": "1234567"}, "岗位·手机", "people.bad_phone"),
        ({"phone": "没有电话"}, "岗位·手机", "people.bad_phone"),
        ({"valid_from": "2026-05-01", "valid_to": "2026-04-30"}, "岗位·离任日期", "people.period"),
        ({"valid_from": "开春"}, "岗位·任职日期", "people.not_a_day"),
        ({"role": "网格员", "unit": "N-HBJ"}, "岗位", "people.division_needed"),
    ],
)
def test_a_bad_post_stops_the_units_too(
    small_city: object, tmp_path: Path, post: dict[str, Any], field: str, code: str
) -> None:
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, [{**POSTS[2], **post}]))
    assert [(problem.row, problem.field, problem.code) for problem in report.problems] == [(2, field, code)]
    assert not Unit.objects.filter(code__startswith="N-").exists()


def test_a_file_without_a_row_is_refused(small_city: object, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"tables\.empty"):
        imports.import_units(SYSTEM, book(tmp_path, []))


def test_every_empty_cell_of_a_row_is_told_and_the_row_counted_once(small_city: object, tmp_path: Path) -> None:
    units = [{"code": "A", "name": "甲", "kind": "没有"}, {"parent": "A"}, {"code": "B", "name": "乙", "kind": "部门"}]
    report = imports.import_units(SYSTEM, book(tmp_path, units, [{**POSTS[2], "username": "", "unit": ""}]))
    assert (report.rows, report.rejected, report.unaccounted) == (4, 3, 1), "what was good is not kept either"
    assert [(one.row, one.field.partition("·")[2]) for one in report.problems] == [
        (2, "单位类型"), (3, "单位编码"), (3, "单位名称"), (3, "单位类型"), (2, "用户名"), (2, "单位编码"),
    ], "as the sheets go"  # fmt: skip


def test_all_problems_are_told_at_once(small_city: object, tmp_path: Path) -> None:
    units = [{"code": f"A{n}", "name": "甲", "kind": "没有"} for n in range(5)]
    report = imports.import_units(SYSTEM, book(tmp_path, units))
    assert [problem.row for problem in report.problems] == [2, 3, 4, 5, 6]


def test_the_sheet_of_posts_may_be_absent(small_city: object, tmp_path: Path) -> None:
    assert imports.import_units(SYSTEM, book(tmp_path, UNITS)).imported == 3


def test_a_wrong_workbook_is_refused(small_city: object, tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["甲", "乙"])
    workbook.save(path)
    with pytest.raises(Refused, match=r"tables\.no_sheet"):
        imports.import_units(SYSTEM, path)
    workbook.active.title = sheets.UNITS
    workbook.save(path)
    with pytest.raises(Refused, match=r"tables\.missing_columns.*单位编码"):
        imports.import_units(SYSTEM, path)
    with pytest.raises(Refused, match=r"tables\."):
        imports.import_units(SYSTEM, b"%PDF-1.7")


def test_only_who_may_edit_people_imports(personas: dict[str, Actor], tmp_path: Path) -> None:
    path = book(tmp_path, UNITS, POSTS)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        imports.import_units(personas["street"], path)
    assert imports.import_units(personas["office"], path).imported == 6


def test_the_template_has_drop_downs_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    sheets.write_template(path)
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames == [sheets.UNITS, sheets.POSTS, sheets.CARDS]
    page = workbook[sheets.UNITS]
    assert page["A1"].value == "单位编码*"
    assert page["A1"].comment is not None
    lists = [validation.formula1 for validation in page.data_validations.dataValidation]
    assert any("街道（乡镇）" in formula for formula in lists)
    roles = [validation.formula1 for validation in workbook[sheets.POSTS].data_validations.dataValidation]
    assert all(role.label.zh in roles[0] for role in rights.roles().values())


CARDS = [
    {"unit": "N-JD", "kind": "主要负责人", "username": "zhao", "title": "主任"},
    {"unit": "N-JD", "kind": "联络员A", "username": "zhao"},
    {"unit": "N-HBJ", "kind": "head", "username": "qian", "title": "局长"},
]


def test_cards_are_filled_and_twice_is_once(small_city: object, tmp_path: Path) -> None:
    path = book(tmp_path, UNITS, POSTS, CARDS)
    report = imports.import_units(SYSTEM, path)
    assert report.problems == [] and report.imported == 9
    held = {
        (row.unit.code, row.kind): (row.person.username, row.title)
        for row in Charge.objects.select_related("unit", "person")
    }
    assert held == {
        ("N-JD", "head"): ("zhao", "主任"),
        ("N-JD", "liaison_a"): ("zhao", ""),
        ("N-HBJ", "head"): ("qian", "局长"),
    }
    events = Event.objects.count()
    assert (imports.import_units(SYSTEM, path).unchanged, Event.objects.count()) == (9, events)


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        ([{"unit": "NONE", "kind": "联络员A", "username": "zhao"}], (2, "名片·单位编码", "people.unknown_unit")),
        ([{"unit": "N-JD", "kind": "厨师", "username": "zhao"}], (2, "名片·身份", "people.bad_value")),
        ([{"unit": "N-JD", "kind": "联络员A", "username": "nobody"}], (2, "名片·用户名", "people.unknown_person")),
        ([*CARDS, {"unit": "N-JD", "kind": "主要负责人", "username": "qian"}], (5, "名片·身份", "people.duplicate")),
        ([*CARDS, {"unit": "N-JD", "kind": "联络员B", "username": "zhao"}], (5, "名片·用户名", "people.same_liaison")),
    ],
)
def test_a_bad_card_is_named(
    small_city: object, tmp_path: Path, cards: list[dict[str, Any]], told: tuple[int, str, str]
) -> None:
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, POSTS, cards))
    assert [(one.row, one.field, one.code) for one in report.problems] == [told]
    assert not Charge.objects.exists() and not Unit.objects.filter(code="N-JD").exists()


def test_a_person_in_two_units_must_be_meant(small_city: object, tmp_path: Path) -> None:
    second = {**POSTS[2], "username": "zhao", "name": "赵某"}
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, [*POSTS, second]))
    assert [(one.row, one.field, one.code) for one in report.problems] == [(5, "岗位·单位编码", "people.two_units")]
    assert "第 2 行" in report.problems[0].message and "北山街道" in report.problems[0].message
    meant = book(tmp_path, UNITS, [*POSTS, {**second, "also": "是"}])
    assert imports.import_units(SYSTEM, meant).imported == 7
    assert imports.import_units(SYSTEM, meant).unchanged == 7


def test_a_person_with_a_post_elsewhere_is_found_too(small_city: object, tmp_path: Path) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS, POSTS))
    moved = [{**POSTS[2], "unit": "U-CGJ"}]
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, moved))
    assert [(one.row, one.field, one.code) for one in report.problems] == [(2, "岗位·单位编码", "people.other_unit")]
    assert imports.import_units(SYSTEM, book(tmp_path, UNITS, [{**moved[0], "also": "是"}])).imported == 1


def test_a_problem_with_a_phone_does_not_repeat_it(small_city: object, tmp_path: Path) -> None:
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, [{**POSTS[2], "phone": "1391234567"}]))
    assert "1391234567" not in str(report.as_json())


def test_what_stands_goes_out_and_comes_back_without_a_change(personas: dict[str, Actor], tmp_path: Path) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS, [*POSTS, {**POSTS[2], "unit": "N-QU", "role": "区创城办",
                                      "division": "无", "also": "是", "valid_from": "2026-02-01"}], CARDS))  # fmt: skip
    path = tmp_path / "out.xlsx"
    rows = sheets.write_filled(path)
    cells = [
        str(cell.value)
        for page in openpyxl.load_workbook(path).worksheets
        for line in page.iter_rows()
        for cell in line
    ]
    assert not any("13912345678" in cell or "pbkdf2" in cell or "argon2" in cell for cell in cells)
    before = (
        list(Unit.objects.order_by("id").values()),
        list(Post.objects.order_by("id").values()),
        phone_of(Person.objects.get(username="zhao")),
    )
    report = imports.import_units(SYSTEM, path)
    assert report.problems == []
    assert (report.rows, report.imported, report.unchanged) == (rows, 0, rows)
    after = (
        list(Unit.objects.order_by("id").values()),
        list(Post.objects.order_by("id").values()),
        phone_of(Person.objects.get(username="zhao")),
    )
    assert after == before


def test_columns_that_a_file_lacks_leave_what_stands(small_city: object, tmp_path: Path) -> None:
    imports.import_units(
        SYSTEM, book(tmp_path, [{**UNITS[1], "section": "综合科", "valid_from": "2026-01-01", "official_order": 7}])
    )
    path = tmp_path / "short.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = sheets.UNITS
    for line in (["单位编码", "单位名称", "单位类型"], ["N-QU", "东山区文明办", "区县"]):
        workbook.active.append(line)
    workbook.save(path)
    assert imports.import_units(SYSTEM, path).imported == 1
    unit = Unit.objects.get(code="N-QU")
    assert (unit.name, unit.section, unit.official_order, str(unit.valid_from)) == (
        "东山区文明办",
        "综合科",
        7,
        "2026-01-01",
    )
    assert (unit.group, unit.short_name) == ("district", "东山区创城办公室")
