"""Edges that plausible mistakes move by one: ends of ranges, defaults that apply, limits that are reached exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import clock, ids, reporting, tables
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.scoring import judge_standard
from chuangcheng.kernel.states import Move, State, StateTable
from chuangcheng.kernel.text import mask
from tests.kernel.workbooks import saved

NAME = Label("名", "name")
NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)


def table(*moves: tuple[str, str, str | None]) -> StateTable:
    """States a to d and moves (name, source, target)."""
    states = tuple(State(code, NAME) for code in "abcd")
    return StateTable("t", states, tuple(Move(name, (source,), target, "x", NAME) for name, source, target in moves))


@pytest.mark.parametrize(
    ("moves", "lost"),
    [
        ((), {"b", "c", "d"}), ((("m", "a", "b"), ("n", "b", "c"), ("o", "c", "d")), set()),
        ((("m", "a", "b"), ("n", "c", "d"), ("o", "d", "c")), {"c", "d"}), ((("m", "a", None), ("n", "d", "b")), {"b", "c", "d"}),
        ((("n", "c", "d"), ("m", "b", "c"), ("o", "a", "b")), set()),  # the order of the moves does not matter
    ],
)  # fmt: skip
def test_only_what_a_walk_from_the_beginning_reaches_is_reached(
    moves: tuple[tuple[str, str, str | None], ...], lost: set[str]
) -> None:
    assert table(*moves).unreachable() == lost


def test_a_number_is_a_day_only_within_our_century() -> None:
    assert tables.as_datetime(20_000, clock.CITY_ZONE) == datetime(1954, 10, 2, 16, tzinfo=UTC)
    assert tables.as_datetime(80_000.0, clock.CITY_ZONE) == datetime(2119, 1, 10, 16, tzinfo=UTC)
    for outside in (19_999, 19_999.9, 80_000.01, 80_001, 0, -1):
        with pytest.raises(Refused, match=r"tables\.not_a_time"):
            tables.as_datetime(outside, clock.CITY_ZONE)


def test_a_serial_day_keeps_its_seconds_and_rounds_its_noise() -> None:
    noon = 46_280 + 0.5 + 0.3 / 86_400
    assert tables.as_datetime(noon, UTC) == datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
    assert tables.as_datetime(46_280 + 1 / 86_400, UTC) == datetime(2026, 9, 15, 0, 0, 1, tzinfo=UTC)


WANTED = {"code": ["编号"], "name": ["名称"]}


def rows(cells: list[list[object]], *merged: str) -> list[dict[str, object]]:
    import openpyxl

    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    for block in merged:
        book.active.merge_cells(block)
    return [row.values for row in tables.read_table(saved(book), name="表.xlsx", wanted=WANTED).rows]


def test_a_block_over_several_rows_ends_where_it_ends() -> None:
    found = rows([["编号", "名称"], ["甲", "一"], [None, "二"], [None, "三"], ["乙", "四"]], "A2:A3")
    assert [row["code"] for row in found] == ["甲", "甲", None, "乙"]
    assert [row["name"] for row in found] == ["一", "二", "三", "四"]


def test_a_block_beside_the_table_fills_no_column_of_it() -> None:
    found = rows([["编号", "名称", "注"], ["甲", "一", "长注"], ["乙", None, None]], "C2:C3")
    assert found == [{"code": "甲", "name": "一"}, {"code": "乙", "name": None}]


def test_a_block_across_one_row_is_a_wide_cell_and_no_repetition() -> None:
    assert rows([["编号", "名称"], ["合计", None], ["甲", "一"]], "A2:B2")[0] == {"code": "合计", "name": None}


@pytest.mark.parametrize(
    ("scoring", "facts", "share"),
    [
        ({"kind": "ratio", "required": 4}, {"value": 5}, Fraction(1)), ({"kind": "ratio", "required": 4}, {"value": 4}, Fraction(1)),
        ({"kind": "ratio", "required": 4}, {"value": 3}, Fraction(3, 4)),
        ({"kind": "ratio", "required": 4, "cap": Fraction(1, 2)}, {"value": 3}, Fraction(1, 2)),
        ({"kind": "deduct", "required": 5, "deduct_per_missing": 2}, {"missing": 1}, Fraction(4, 5)),
        ({"kind": "deduct", "required": 5, "deduct_per_missing": 2, "full": 4}, {"missing": 1}, Fraction(1, 2)),
        ({"kind": "deduct", "required": 5, "deduct_per_missing": 2}, {"value": 9}, Fraction(1)),
        ({"kind": "deduct", "required": 5, "deduct_per_missing": 2}, {"value": 3}, Fraction(3, 5)),
        ({"kind": "deduct", "required": 5, "deduct_per_missing": 2}, {"missing": 9}, Fraction(0)),
    ],
)  # fmt: skip
def test_a_share_is_never_more_than_all_and_never_less_than_nothing(
    scoring: dict[str, object], facts: dict[str, object], share: Fraction
) -> None:
    assert judge_standard(scoring, **facts).share == share


@given(st.integers(0, 2**32), st.integers(1, 5))
def test_seeded_ids_repeat_themselves_and_are_of_the_moment(seed: int, count: int) -> None:
    def draw(at: datetime) -> list[UUID]:
        with clock.at(at), ids.seeded(Random(seed)):
            return [ids.new_id() for _ in range(count)]

    first = draw(NOON)
    assert first == draw(NOON)
    assert {one.version for one in first} == {7}
    assert {one.variant for one in first} == {"specified in RFC 4122"}
    assert {one.int >> 80 for one in first} == {int(NOON.timestamp() * 1000)}
    assert max(first) < min(draw(NOON + timedelta(milliseconds=1)))
    assert len(set(first)) == count


def test_all_bits_that_may_vary_do() -> None:
    with clock.at(NOON), ids.seeded(Random(1)):
        drawn = [ids.new_id().int & ((1 << 80) - 1) for _ in range(400)]
    ever, always = 0, (1 << 80) - 1
    for value in drawn:
        ever, always = ever | value, always & value
    free = ever & ~always
    assert free == ((1 << 80) - 1) & ~(0xF << 76) & ~(0b11 << 62), "12 bits and 62 bits, and no other"


def test_outside_of_the_block_ids_are_random_again() -> None:
    with ids.seeded(Random(1)):
        inside = ids.new_id()
    with pytest.raises(ZeroDivisionError), ids.seeded(Random(1)):
        raise ZeroDivisionError
    assert ids.new_id() != inside
    assert ids.new_id() != ids.new_id()


@given(st.binary(min_size=1, max_size=64))
def test_a_receipts_code_has_no_letter_that_reads_like_another(key: bytes) -> None:
    code = ids.receipt_code(key, uuid4())
    assert len(code) == 8
    assert not set(code) & set("01OIL")
    assert code == code.upper()


def test_codes_use_the_whole_alphabet() -> None:
    seen = {letter for _ in range(300) for letter in ids.receipt_code(b"key", uuid4())}
    assert seen == set("23456789ABCDEFGHJKMNPQRSTUVWXYZ")


@pytest.mark.parametrize(("serial", "number"), [(1, "AJ20260915-000001"), (999_999, "AJ20260915-999999"),
                                                (1_000_000, "AJ20260915-1000000")])  # fmt: skip
def test_a_busy_day_runs_over_six_digits_without_repeating(serial: int, number: str) -> None:
    assert ids.number("AJ", NOON, serial) == number


def test_the_last_kept_problem_and_the_first_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "KEPT", 3)
    report = ImportReport(rows=4)
    for row in range(3):
        report.note(RowProblem(row, "", "common.invalid", ""))
    assert (len(report.problems), report.problems_left_off) == (3, 0)
    report.reject(RowProblem(3, "", "common.invalid", ""))
    assert (len(report.problems), report.problems_left_off, report.rejected) == (3, 1, 1)
    assert report.unaccounted == 3
    assert [row["row"] for row in report.as_json(problems=2)["problems"]] == [0, 1]
    assert report.as_json()["problem_codes"] == {"common.invalid": 3}


def test_codes_of_equal_number_stand_in_the_order_of_the_alphabet() -> None:
    report = ImportReport()
    for code in ("b.x", "a.x", "c.x", "c.x"):
        report.reject(RowProblem(1, "", code, ""))
    assert list(report.codes().items()) == [("c.x", 2), ("a.x", 1), ("b.x", 1)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13912345678", "139****5678"), ("1391234567", "1391234567"), ("139123456789", "139123456789"),
        ("12912345678", "12912345678"), ("案件139-1234-5678号", "案件139******5678号"),
        ("AJ20260915-000001", "AJ20260915-000001"), ("2026年9月15日共123456件", "2026年9月15日共123456件"),
        ("１３９１２３４５６７８", "１３９****５６７８"),
    ],
)  # fmt: skip
def test_a_telephone_is_covered_and_other_numbers_are_not(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("110101199003071234，13912345678", "110***********1234，139****5678"),
        ("13912345678、13812345679", "139****5678、138****5679"),
        ("冀R12345，0316-2345678，13912345678", "冀R****5，**********78，139****5678"),
    ],
)
def test_what_was_covered_first_does_not_shift_what_comes_after(text: str, shown: str) -> None:
    assert mask(text) == shown
