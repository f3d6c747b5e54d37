"""The matrix in a sheet: every mistake is named by row and column, and a sound one is read cell by cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.duty_sheet import CODE, HEADERS, UNIT_CODE, WORD, Known, header_of, read

KNOWN = Known(
    frozenset({"S1", "S2", "S3"}), {"U1": "城管局", "U2": "教育局", "U3": "河东"},
    {"城管局": "U1", "教育局": "U2", "市教育局": "U2", "河东": "U3", "同名": ""}, {"S3": frozenset({"U1", "U2"})},
)  # fmt: skip
Rows = list[list[object]]


def sheet(*rows: list[object], names: tuple[str, ...] = ("城管局", "教育局", "河东"),
          codes: tuple[str, ...] = ("U1", "U2", "U3")) -> Rows:  # fmt: skip
    return [["某市责任矩阵"], [*HEADERS, *names], [UNIT_CODE, "", "", "", *codes], *rows]


def row(code: str, *marks: object) -> list[object]:
    return [code, "项目", "内容", f"标准{code}", *marks]


def test_a_sound_sheet_is_read_cell_by_cell() -> None:
    found = read(sheet(row("S1", "牵头", "配", ""), [], row("S2", "l", "—", " 属地 ")), KNOWN)
    assert found.problems == []
    assert found.rows == 2
    assert {place: kind for place, kind in found.cells.items() if kind} == {
        ("S1", "U1"): "lead", ("S1", "U2"): "support", ("S2", "U1"): "lead", ("S2", "U3"): "territory",
    }  # fmt: skip
    assert found.cells["S2", "U2"] == ""  # named, and empty: no duty


@pytest.mark.parametrize(
    ("rows", "column", "number", "code"),
    [
        (sheet(row("S9", "牵头")), "A", 4, "unknown_standard"),
        (sheet(row("", "牵头")), "A", 4, "unknown_standard"),
        (sheet(row("S1"), row("S2"), row("S1")), "A", 6, "duplicate_standard"),
        (sheet(row("S1", "", "负责")), "F", 4, "unknown_kind"),
        (sheet(row("S1", "牵头", "牵头")), "A", 4, "two_leads"),
        (sheet(row("S1"), codes=("U1", "U9", "U3")), "F", 3, "unknown_unit"),
        (sheet(row("S1"), codes=("U2", "U1", "U3")), "E", 3, "wrong_column"),
        (sheet(row("S1"), codes=("U1", "U3", "U2")), "F", 3, "wrong_column"),
        (sheet(row("S1"), names=("城管局", "新局", "河东"), codes=("U1", "", "U3")), "F", 3, "unknown_unit"),
        (sheet(row("S1"), names=("城管局", "同名", "河东"), codes=("U1", "", "U3")), "F", 3, "unknown_unit"),
        (sheet(row("S1"), names=("城管局", "甲", "乙"), codes=("U1", "U1", "U3")), "F", 3, "duplicate_unit"),
    ],
)
def test_every_mistake_has_its_place(rows: Rows, column: str, number: int, code: str) -> None:
    found = read(rows, KNOWN)
    assert (found.problems[0].field, found.problems[0].row, found.problems[0].code) == (column, number, code)
    assert found.cells == {}
    assert "{" not in found.problems[0].said("en") + found.problems[0].message
    assert found.problems[0].said("en") != found.problems[0].message


def test_a_unit_may_be_named_instead_of_coded_and_other_columns_are_passed_over() -> None:
    rows = sheet(row("S1", "牵头", "配合", "备忘"), names=("城管局", "市教育局", ""), codes=("", "", ""))
    found = read(rows, KNOWN)
    assert {place for place, kind in found.cells.items() if kind} == {("S1", "U1"), ("S1", "U2")}


def test_leads_that_stand_may_stay_two_and_a_third_is_refused() -> None:
    assert read(sheet(row("S3", "牵头", "牵头", "")), KNOWN).problems == []
    assert [p.code for p in read(sheet(row("S3", "牵头", "牵头", "牵头")), KNOWN).problems] == ["two_leads"]
    rest = sheet(row("S3", "牵头"), names=("河东",), codes=("U3",))  # those that stand are in no column
    assert "3个牵头单位：河东、城管局、教育局" in read(rest, KNOWN).problems[0].message
    assert read(sheet(row("S3", "牵头", "配合", "")), KNOWN).problems == []  # one of them steps down


def test_many_mistakes_stand_in_the_order_of_the_sheet() -> None:
    found = read(sheet(row("S9"), row("S1", "x", "y"), codes=("U1", "U2", "Q")), KNOWN)
    assert [(p.row, p.field) for p in found.problems] == [(3, "G"), (4, "A"), (5, "E"), (5, "F")]


@pytest.mark.parametrize(
    "rows", [[], [[]], [[CODE, "甲"]], [[CODE], ["S1"]], [["a"], [UNIT_CODE]], [["x"]] * 30 + sheet(row("S1"))]
)
def test_other_tables_are_none(rows: Rows) -> None:
    assert header_of(rows) == -1


CELL = st.sampled_from(["lead", "support", "territory", ""])


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=3, max_size=3))
def test_what_is_written_is_read(cells: list[tuple[str, str, str]]) -> None:
    leads = [sum(kind == "lead" for kind in some) for some in cells]
    rows = sheet(*(row(f"S{n}", *(WORD[kind] for kind in some)) for n, some in enumerate(cells, 1)))
    found = read(rows, Known(KNOWN.standards, KNOWN.units, KNOWN.names))
    if max(leads) > 1:
        assert {p.code for p in found.problems} == {"two_leads"}
        assert len(found.problems) == sum(n > 1 for n in leads)
    else:
        assert found.cells == {
            (f"S{n}", f"U{m}"): kind for n, some in enumerate(cells, 1) for m, kind in enumerate(some, 1)
        }  # fmt: skip
