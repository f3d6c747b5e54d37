"""Public money to the fen: what is an amount, what sums say, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import measures, money
from chuangcheng.kernel.money import Entry


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("231000000", 23_100_000_000),
        ("0.01", 1),
        (" 1,234.50 ", 123_450),
        ("60，000", 6_000_000),
        (7, 700),
        (Decimal("12.300"), 1230),
        ("0.1", 10),
    ],
)
def test_amounts(said: str, fen: int) -> None:
    assert money.fen(said) == fen


@pytest.mark.parametrize("said", ["", "0", "-1", "0.001", "一万", "nan", "inf", "1e30", "1.2.3", "--", "0.00"])
def test_what_is_no_amount(said: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        money.fen(said)


@pytest.mark.parametrize(
    ("fen", "yuan", "wan"),
    [
        (23_100_000_000, "231,000,000.00", "23,100"),
        (1, "0.01", "0.000001"),
        (1_234_500, "12,345.00", "1.2345"),
        (0, "0.00", "0"),
        (-50_00, "-50.00", "-0.005"),
        (6_000_000_000, "60,000,000.00", "6,000"),
    ],
)
def test_writing(fen: int, yuan: str, wan: str) -> None:
    assert money.written(fen) == yuan
    assert money.in_wan(fen) == wan
    assert money.yuan(fen) * 100 == fen


BOOKS = [Entry("budget", 1000), Entry("contract", 600, "a"), Entry("contract", 300, "b"), Entry("paid", 200, "a")]


@pytest.mark.parametrize(
    ("new", "strict", "why"),
    [
        (Entry("paid", 400, "a"), True, ""),
        (Entry("paid", 401, "a"), True, "paid_above"),
        (Entry("paid", 401, "a"), False, "paid_above"),
        (Entry("paid", 1, "c"), True, "no_contract"),
        (Entry("accepted", 300, "b"), True, ""),
        (Entry("accepted", 301, "b"), True, "accepted_above"),
        (Entry("contract", 100, "d"), True, ""),
        (Entry("contract", 101, "d"), True, "over_budget"),
        (Entry("contract", 101, "d"), False, ""),
        (Entry("budget", 5), True, ""),
        (Entry("contract", 600, "a", back=True), True, "still_used"),
        (Entry("contract", 300, "b", back=True), True, ""),
        (Entry("paid", 200, "a", back=True), True, ""),
        (Entry("budget", 101, back=True), True, "below_contracts"),
        (Entry("budget", 101, back=True), False, ""),
        (Entry("budget", 100, back=True), True, ""),
    ],
)
def test_what_speaks_against_one_more_line(new: Entry, strict: bool, why: str) -> None:
    assert money.objection(BOOKS, new, strict=strict) == why


def test_sums() -> None:
    found = money.totals(BOOKS)
    assert (found.budget, found.contract, found.paid, found.accepted, found.over_budget) == (1000, 900, 200, 0, 0)
    assert found.share("paid") == 0.2 and money.totals([]).share("paid") is None
    assert money.of_contract(BOOKS, "a").paid == 200
    assert money.totals([*BOOKS, Entry("contract", 200, "e")]).over_budget == 100


amounts = st.integers(1, 10_000)


@given(st.lists(st.tuples(st.sampled_from(["paid", "accepted", "contract"]), amounts, st.sampled_from("ab"))))
def test_no_contract_is_ever_overdrawn(lines: list[tuple[str, int, str]]) -> None:
    """Whatever is tried: if only what is not objected to is entered, nothing exceeds contract or budget."""
    books = [Entry("budget", 20_000), Entry("contract", 5_000, "a")]
    for line in (Entry(*each) for each in lines):
        if not money.objection(books, line, strict=True):
            books.append(line)
    assert money.totals(books).over_budget == 0
    for contract in "ab":
        one = money.of_contract(books, contract)
        assert max(one.paid, one.accepted) <= one.contract


@given(st.decimals(min_value="0.01", max_value="9999999999", places=2))
def test_amounts_come_back_as_they_went_in(amount: Decimal) -> None:
    assert money.yuan(money.fen(amount)) == amount
    assert money.fen(money.written(money.fen(amount))) == money.fen(amount)


@pytest.mark.parametrize(
    ("value", "code", "zh", "en"),
    [
        ("47000", "spaces", "47,000 个泊位", "47,000 spaces"),
        ("93.1000", "pct", "93.1%", "93.1%"),
        ("120000.0000", "m", "120,000 米", "120,000 m"),
        ("12", "count", "12 个", "12"),
        ("-0.5", "t", "-0.5 吨", "-0.5 t"),
    ],
)
def test_values_in_their_measure(value: str, code: str, zh: str, en: str) -> None:
    assert measures.said(Decimal(value), code) == zh
    assert measures.said(Decimal(value), code, "en") == en
    assert measures.code_of(measures.MEASURES[code].zh) == measures.code_of(code) == code


@pytest.mark.parametrize("word", ["", "furlong", "斤", " "])
def test_unknown_measures(word: str) -> None:
    with pytest.raises(ValueError, match="no measure"):
        measures.code_of(word)


@pytest.mark.parametrize(
    ("code", "given", "places"),
    [("count", ["500", "120.0000"], 0), ("count", [], 0), ("homes", ["500", "12.5"], 1), ("pct", ["95", "80"], 2),
     ("km", ["12"], 2), ("times", ["0"], 0)],
)  # fmt: skip
def test_what_is_counted_comes_whole_unless_it_was_given_otherwise(code: str, given: list[str], places: int) -> None:
    assert measures.places(code, *map(Decimal, given)) == places
