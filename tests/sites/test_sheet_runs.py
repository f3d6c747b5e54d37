"""The rows of a register's workbook: each cell blamed on its own column, each row counted once, all or nothing kept."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import Row
from chuangcheng.sites.sheets import Blamed, Reader, Sheet, by_word, run

SHEET = Sheet(
    "名册",
    {
        "code": (("编码", "代码"), ""), "name": (("名称",), ""), "kind": (("类别",), ""), "size": (("数量",), ""),
        "lat": (("纬度",), ""), "day": (("日期",), ""),
    },
    {"code", "name"}, {"kind": ("甲", "乙")},
)  # fmt: skip


def reader(**values: object) -> Reader:
    """A row of these cells, the fifth of its sheet."""
    return Reader(SHEET, Row(5, values))


def blamed(read: Any) -> tuple[str, str]:
    """The column and the code that a reading is blamed with."""
    with pytest.raises(Blamed) as caught:
        read()
    return caught.value.field, caught.value.refused.code


@given(st.decimals("-180", "180", places=6))
def test_degrees_are_the_number_that_stands_in_the_cell(number: Decimal) -> None:
    for cell in (str(number), f" {number} ", float(number)):
        assert reader(lat=cell).degrees("lat") == float(number)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_is_the_citys_however_it_is_typed(day: date) -> None:
    for cell in (
        day, datetime(day.year, day.month, day.day), day.isoformat(), f"{day:%Y/%m/%d}", f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日", f"{day:%Y.%m.%d} 23:59",
    ):  # fmt: skip
        assert reader(day=cell).day("day") == day


def test_an_empty_cell_is_nothing_where_it_may_be_empty() -> None:
    row = reader(name="", size=" ", lat=None)
    assert (row.number("size"), row.count("size"), row.degrees("lat"), row.day("day"), row.text("kind")) == (
        None, None, None, None, ""
    )  # fmt: skip
    assert row.one_of("kind", {"甲": 1}, 0) == 0


@pytest.mark.parametrize(
    ("field", "method", "cell", "code"),
    [
        ("name", "text", " \u3000", "sites.missing"), ("code", "text", None, "sites.missing"),
        ("code", "text", 1e17, "tables.lost_digits"), ("size", "count", "三户", "tables.not_a_number"),
        ("size", "count", 2.5, "tables.not_whole"), ("size", "number", "NaN", "tables.not_a_number"),
        ("lat", "degrees", "北纬39度", "tables.not_a_number"), ("day", "day", "2026-02-30", "tables.not_a_time"),
        ("day", "day", "明天", "tables.not_a_time"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_blamed_on_its_own_column(field: str, method: str, cell: object, code: str) -> None:
    assert blamed(lambda: getattr(reader(**{field: cell}), method)(field)) == (field, code)


@given(st.text("甲乙丙a1", max_size=3))
def test_a_word_is_one_of_the_list_or_blamed(word: str) -> None:
    known = {"甲": 1, "乙": 2}
    if word in known or not word:
        assert reader(kind=word).one_of("kind", known, 0) == known.get(word, 0)
    else:
        assert blamed(lambda: reader(kind=word).one_of("kind", known, 0)) == ("kind", "sites.unknown_choice")


def test_a_choice_goes_by_its_code_or_its_chinese_word() -> None:
    assert by_word({"company": "物业公司", "none": "无物业"}) == {
        "company": "company", "none": "none", "物业公司": "company", "无物业": "none"
    }  # fmt: skip
    assert by_word({"a": Label("甲", "first")}) == {"a": "a", "甲": "a"}  # the English word is not asked for in a sheet


def take(row: Reader) -> bool:
    """Changed, unchanged, wrong in a column, or refused as a whole, as the name says."""
    name = row.text("name")
    row.count("size")
    if name == "拒":
        raise Refused("common.not_found")
    return name != "同"


#: name and size of a row → what becomes of it.
FATES = {
    ("新", None): "imported", ("同", None): "unchanged", ("拒", None): ("", "common.not_found"),
    ("", None): ("名称", "sites.missing"), ("新", "x"): ("数量", "tables.not_a_number"),
}  # fmt: skip


@pytest.mark.parametrize("preview", [False, True])
def test_every_row_is_counted_once_and_one_problem_keeps_all_out(db: None, preview: bool) -> None:
    for chosen in itertools.product(FATES, repeat=3):
        rows = [
            Row(number, {"code": f"C{number}", "name": name, "size": size})
            for number, (name, size) in enumerate(chosen, 2)
        ]
        written: list[bool] = []
        report = run(SHEET, rows, take, lambda done=written: done.append(True), preview=preview)
        fates = [FATES[row] for row in chosen]
        wrong = [(n, *fate) for n, fate in enumerate(fates, 2) if isinstance(fate, tuple)]
        assert [(problem.row, problem.field, problem.code) for problem in report.problems] == wrong
        assert (report.rows, report.rejected) == (3, len(wrong))
        kept = (0, 0) if wrong else (fates.count("imported"), fates.count("unchanged"))
        assert (report.imported, report.unchanged) == kept
        assert report.extra["applied"] is bool(written) is (not wrong and not preview)


def test_a_code_stands_once_in_a_file_and_the_first_row_is_named(db: None) -> None:
    rows = [Row(number, {"code": code, "name": "新"}) for number, code in ((2, "A"), (4, "B"), (7, " A "), (9, "A"))]
    report = run(SHEET, rows, take, lambda: None)
    assert [(problem.row, problem.field, problem.code) for problem in report.problems] == [
        (7, "编码", "sites.duplicate"), (9, "编码", "sites.duplicate")
    ]  # fmt: skip
    assert all("2" in problem.message for problem in report.problems)


def test_what_was_written_before_a_problem_is_taken_back(db: None) -> None:
    from chuangcheng.places.models import Division

    def save(row: Reader) -> bool:
        code = row.text("code")
        Division.objects.create(code=code, name=row.text("name"), level="city", path=f"{code}/")
        return True

    rows = [Row(2, {"code": "990100", "name": "江口市"}), Row(3, {"code": "990200", "name": ""})]
    assert run(SHEET, rows, save, lambda: None).extra["applied"] is False
    assert not Division.objects.exists()
    assert run(SHEET, rows[:1], save, lambda: None, preview=True).imported == 1
    assert not Division.objects.exists()
    assert run(SHEET, rows[:1], save, lambda: None).extra["applied"] is True
    assert Division.objects.get().name == "江口市"
