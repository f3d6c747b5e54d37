"""Loads, books and verdicts against small models of their own: what an independent reckoning says, to the fen."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel import money
from chuangcheng.kernel.coverage import HEAVY, Asked, Bond, Member, measure
from chuangcheng.kernel.money import Entry
from chuangcheng.kernel.scoring import GRADE_SHARES, Verdict, grade_of, judge_item, judge_standard, parse_item

PART = {"lead": 4, "support": 2, "territory": 1}
CODES = ["A", "B", "C", "D"]
UNITS = ["U1", "U2", "U3", "D1", "D2"]


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[Asked], list[Member], list[Bond]]:
    """Standards, units and duties, some of them of nobody and of nothing."""
    asked = [
        Asked(code, Fraction(draw(st.integers(1, 30))), tuple(draw(st.sets(st.sampled_from(["onsite", "material", "observation"]), max_size=2))),
              tuple(draw(st.sets(st.just("photo")))), draw(st.booleans()))
        for code in CODES[: draw(st.integers(0, 4))]
    ]  # fmt: skip
    members = [Member(code, draw(st.booleans()), code.startswith("D")) for code in UNITS[: draw(st.integers(0, 5))]]
    bonds = draw(
        st.lists(
            st.tuples(st.sampled_from([*CODES, "?"]), st.sampled_from([*UNITS, "?"]), st.sampled_from(list(PART))),
            max_size=12,
            unique=True,
        )
    )
    return asked, members, [Bond(*bond) for bond in bonds]


@settings(max_examples=60)
@given(systems())
def test_loads_by_an_independent_reckoning(system: tuple[list[Asked], list[Member], list[Bond]]) -> None:
    asked, members, bonds = system
    found = measure(asked, members, bonds)
    known = [
        bond
        for bond in bonds
        if bond.standard in {one.code for one in asked} and bond.unit in {one.code for one in members}
    ]
    whole: Counter[str] = Counter()
    for bond in known:
        whole[bond.standard] += PART[bond.kind]
    points = {one.code: one.points for one in asked}
    carried: dict[str, Fraction] = {}
    for bond in known:
        share = points[bond.standard] * PART[bond.kind] / whole[bond.standard]
        carried[bond.unit] = carried.get(bond.unit, Fraction()) + share
    assert {load.unit: load.points for load in found.loads} == carried
    assert found.median == (median(carried.values()) if carried else 0)
    assert {load.unit for load in found.over_median} == {unit for unit, load in carried.items() if load > found.median}
    assert {load.unit for load in found.heavy} == {
        unit for unit, load in carried.items() if load > HEAVY * found.median
    }


@settings(max_examples=60)
@given(systems())
def test_lacks_by_an_independent_look(system: tuple[list[Asked], list[Member], list[Bond]]) -> None:
    asked, members, bonds = system
    found = measure(asked, members, bonds)
    units = {one.code for one in members}
    held = {(bond.standard, bond.unit) for bond in bonds if bond.unit in units}
    leads = Counter(bond.standard for bond in bonds if bond.kind == "lead" and bond.unit in units)
    assert found.orphans == [one.code for one in asked if not leads[one.code]]
    assert [code for code, _ in found.double_leads] == [one.code for one in asked if leads[one.code] > 1]
    assert found.without_evidence == [one.code for one in asked if not one.evidence]
    assert found.without_date == [one.code for one in asked if not one.has_date]
    busy = {unit for standard, unit in held if standard in {one.code for one in asked}}
    assert set(found.idle) == {one.code for one in members if not one.is_retired} - busy
    assert {unit for unit, _ in found.retired} == {one.code for one in members if one.is_retired} & busy
    assert found.bare == [
        (one.code, unit.code)
        for one in asked if {"onsite", "observation"} & set(one.methods)
        for unit in members if unit.is_district and not unit.is_retired and (one.code, unit.code) not in held
    ]  # fmt: skip


LINES = st.lists(
    st.tuples(st.sampled_from(list(money.KINDS)), st.integers(1, 9), st.sampled_from(["c1", "c2"]), st.booleans()),
    max_size=14,
)


@settings(max_examples=80)
@given(LINES, st.booleans())
def test_books_that_refuse_what_they_object_to_never_go_wrong(
    lines: list[tuple[str, int, str, bool]], strict: bool
) -> None:
    books: list[Entry] = []
    for kind, amount, contract, back in lines:
        if back:  # taking back is of a line that stands
            same = [one for one in books if one.kind == kind and not one.back]
            gone = [one for one in books if one.kind == kind and one.back]
            if len(gone) >= len(same):
                continue
            amount, contract = same[len(gone)].fen, str(same[len(gone)].contract or contract)
        new = Entry(kind, amount, None if kind == "budget" else contract, back)
        if not money.objection(books, new, strict=strict):
            books.append(new)
        for name in ("c1", "c2"):
            of = money.of_contract(books, name)
            assert 0 <= of.paid <= of.contract and 0 <= of.accepted <= of.contract
        everything = money.totals(books)
        assert everything.contract == sum(money.of_contract(books, name).contract for name in ("c1", "c2"))
        assert not (strict and everything.over_budget)
        assert everything.over_budget == max(everything.contract - everything.budget, 0)


@given(st.integers(0, money.MOST))
def test_fen_in_words_can_be_read_back(amount: int) -> None:
    assert Decimal(money.in_wan(amount).replace(",", "")) * 1_000_000 == amount
    assert Decimal(money.written(amount).replace(",", "")) * 100 == amount == money.yuan(amount) * 100
    assert not money.in_wan(amount).endswith(".") and not (
        "." in money.in_wan(amount) and money.in_wan(amount).endswith("0")
    )
    if amount:
        assert money.fen(money.written(amount)) == money.fen(money.yuan(amount)) == amount


@pytest.mark.parametrize(
    ("said", "fen"),
    [("0.01", 1), ("999,900,000,000.00", money.MOST), ("１２", None), (" 3 ", 300), ("3，000", 300_000), ("0", None), ("0.001", None),
     ("-1", None), ("999900000000.01", None), ("1e3", 100_000), ("NaN", None), ("Infinity", None), ("", None), ("3元", None)],
)  # fmt: skip
def test_amounts_beside_what_is_none(said: str, fen: int | None) -> None:
    if fen is None and said != "１２":
        with pytest.raises(ValueError, match="no amount"):
            money.fen(said)
    else:
        assert money.fen(said) == (fen or 1200), "Python's decimals read full-width digits"


class TestVerdicts:
    @given(st.integers(1, 30), st.integers(0, 40), st.integers(1, 9), st.integers(1, 900))
    def test_a_quota_of_a_length_counts_begun_stretches(
        self, each: int, found: int, hundreds: int, metres: int
    ) -> None:
        stretch = 100 * hundreds
        required = max(1, -(-each * metres // stretch))
        missing = max(required - found, 0)
        grade = "C#" if not found else {0: "A", 1: "B", 2: "C"}.get(missing, "C#")
        assert judge_item(f"quota:{each}/{stretch}m", value=found, metres=metres).grade == grade

    @given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 20))
    def test_levels_forgive_as_many_as_they_say(self, b: int, c: int, fatal: int, defects: int) -> None:
        verdict = judge_item(f"abc:A0,B{b},C{c},C#{fatal}", defects=defects)
        best = "A" if not defects else "B" if defects <= b else "C" if defects <= c else "C#"
        assert verdict == Verdict(best, GRADE_SHARES[best])

    @pytest.mark.parametrize("unit", ["min", "h", "s"])
    @given(bound=st.integers(0, 60), value=st.integers(0, 60))
    def test_waiting_is_better_the_shorter(self, unit: str, bound: int, value: int) -> None:
        assert (judge_item(f"threshold:{bound}{unit}", value=value).grade == "A") is (value <= bound)
        assert (judge_item(f"threshold:{bound}", value=value).grade == "A") is (value >= bound)
        assert parse_item(f"threshold:{bound}{unit}").at_most and not parse_item(f"threshold:{bound}%").at_most

    @given(st.integers(1, 20), st.integers(0, 30), st.fractions(Fraction(1, 10), 1, max_denominator=10))
    def test_a_ratio_goes_up_to_its_cap_and_never_beyond(self, required: int, value: int, cap: Fraction) -> None:
        verdict = judge_standard({"kind": "ratio", "required": required, "cap": cap}, value=value)
        assert verdict.share == min(Fraction(value, required), cap) and verdict.grade == grade_of(verdict.share)

    @given(st.lists(st.sampled_from(["conform", "basic", "partial", "missing"]), min_size=1, max_size=6))
    def test_parts_of_a_report_count_alike_in_any_order(self, levels: list[str]) -> None:
        scale = {"conform": 1.0, "basic": 0.66, "partial": 0.33, "missing": 0.0}
        rule = {"kind": "material_graded", "levels": scale}
        share = judge_standard(rule, levels=levels).share
        assert share == sum(Fraction(str(scale[level])) for level in levels) / len(levels)
        assert share == judge_standard(rule, levels=levels[::-1]).share

    @given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 500))
    def test_those_who_do_not_know_change_nothing(self, yes: int, half: int, no: int, unknown: int) -> None:
        rule = {"kind": "satisfaction", "option_values": {"满意": 1.0, "基本满意": 0.8, "不满意": 0.0, "不清楚": None}}
        answers = {"满意": yes, "基本满意": half, "不满意": no, "不清楚": unknown}
        if yes + half + no == 0:
            with pytest.raises(ValueError, match="no valid answers"):
                judge_standard(rule, answers=answers)
        else:
            share = judge_standard(rule, answers=answers).share
            assert share == Fraction(10 * yes + 8 * half, 10 * (yes + half + no))

    @pytest.mark.parametrize(("op", "sign"), [(">=", 1), (">", 1), ("<=", -1), ("<", -1)])
    @given(value=st.integers(0, 100), data=st.data())
    def test_a_better_value_never_has_a_worse_grade(self, op: str, sign: int, value: int, data: st.DataObject) -> None:
        bounds = sorted(data.draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)), reverse=sign > 0)
        rule = {"kind": "threshold", "op": op, **dict(zip(("A", "B", "C#"), bounds, strict=True))}
        here, better = (judge_standard(rule, value=one).share for one in (value, value + sign))
        assert here <= better
        at_bound = judge_standard(rule, value=bounds[0]).grade
        assert (at_bound == "A") is op.endswith("=")
