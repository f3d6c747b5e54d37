"""What speaks against a number that was handed in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.plausible import CALM, DOUBTS, FAR, LEAST, MOST, as_figure, doubts, is_jump
from chuangcheng.kernel.problems import Refused

D = Decimal
STEADY = [D("0.95"), D("0.951"), D("0.949"), D("0.95")]
SHARES = st.decimals(min_value="0", max_value="1", places=4)
FIGURES = st.decimals(min_value="-1000", max_value="1000", places=4)


@pytest.mark.parametrize(
    ("value", "more", "expected"),
    [
        ("0.95", {}, ()),
        ("1", {}, ()),
        ("1.0001", {}, ("over_100",)),
        ("1.2", {"high": D(1)}, ("over_100",)),  # said once, not as a range too
        ("0.8", {"high": D("0.5")}, ("range",)),
        ("-0.1", {"low": D(0)}, ("range",)),
        ("0.5", {"low": D("0.5"), "high": D("0.5")}, ()),
        ("0.9", {"numerator": D(9), "denominator": D(10)}, ()),
        ("1", {"numerator": D(10), "denominator": D(10)}, ()),
        ("1.1", {"numerator": D(11), "denominator": D(10)}, ("numerator", "over_100")),
        ("0.95", {"ahead": True}, ("future",)),
        ("0.95", {"earlier": STEADY}, ()),
        ("0.30", {"earlier": STEADY}, ("jump",)),
        ("0.30", {"earlier": STEADY[:3]}, ()),
        (
            "5",
            {"ahead": True, "earlier": STEADY, "numerator": D(5), "denominator": D(1)},
            ("future", "numerator", "over_100", "jump"),
        ),
    ],
)
def test_what_is_doubted_of_a_share(value: str, more: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert doubts(D(value), is_share=True, **more) == expected


@pytest.mark.parametrize(
    ("value", "more", "expected"),
    [
        ("9.2", {"numerator": D(920), "denominator": D(100)}, ()),  # m² a head: the numerator is larger, and right
        ("1001", {"low": D(0), "high": D(1000)}, ("range",)),
        ("58", {"low": D(20), "high": D(120), "earlier": [D(57), D(58), D(57), D(58)]}, ()),
        ("85", {"low": D(20), "high": D(120), "earlier": [D(57), D(58), D(57), D(58)]}, ("jump",)),
    ],
)
def test_what_is_doubted_of_anything_else(value: str, more: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert doubts(D(value), is_share=False, **more) == expected


@pytest.mark.parametrize(
    ("value", "earlier", "jumps"),
    [
        ("0.86", STEADY, False),  # a calm series is not held to its last decimal: 2 % of the median are believed
        ("0.85", STEADY, True),
        ("1.05", STEADY, True),
        ("0.60", [D("0.95")] * 5 + [D("0.6")], False),  # a level that was reached once is no jump again
        ("0.60", [D("0.6"), *[D("0.95")] * 5], True),
        ("0.95", [D("0.95"), D("0.95"), D("9"), D("0.95")], False),  # one wild reading widens nothing
        ("9", [D("0.95"), D("0.95"), D("9"), D("0.95")], True),
        ("0", [D(0)] * 6, False),
        ("0.01", [D(0)] * 6, True),
        ("0.5", [D("0.9")] * 3 + [D("0.5")] * MOST, False),  # what lies longer back is forgotten
        ("70", [D(10), D(30), D(50), D(20), D(40), D(60)], False),  # a restless series
    ],
)
def test_what_jumps(value: str, earlier: list[Decimal], jumps: bool) -> None:
    assert is_jump(D(value), earlier) is jumps


@given(value=FIGURES, earlier=st.lists(FIGURES, max_size=LEAST - 1))
def test_nothing_jumps_before_anything_is_usual(value: Decimal, earlier: list[Decimal]) -> None:
    assert not is_jump(value, earlier)


@given(earlier=st.lists(FIGURES, min_size=LEAST, max_size=20))
def test_the_last_value_again_never_jumps(earlier: list[Decimal]) -> None:
    assert not is_jump(earlier[-1], earlier)


@given(level=SHARES.filter(lambda level: level > 0), n=st.integers(LEAST, 20))
def test_a_still_series_has_a_width(level: Decimal, n: int) -> None:
    width = FAR * CALM * level
    assert not is_jump(level + width, [level] * n)
    assert is_jump(level + width + D("0.0001"), [level] * n)


@given(value=SHARES, low=st.none() | SHARES, high=st.none() | SHARES, ahead=st.booleans())
def test_codes_stand_in_the_tables_order_and_once(
    value: Decimal, low: Decimal | None, high: Decimal | None, ahead: bool
) -> None:
    found = doubts(value, is_share=True, low=low, high=high, ahead=ahead)
    assert list(found) == [code for code in DOUBTS if code in found]
    assert ("range" in found) == ((low is not None and value < low) or (high is not None and value > high))
    assert ("future" in found) == ahead


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("93.1%", "0.931"),
        ("93.1％", "0.931"),
        ("93.1", "0.931"),
        (93.1, "0.931"),
        (0.931, "0.931"),
        ("0.931", "0.931"),
        ("１００％", "1"),
        ("1", "1"),
        (1, "1"),
        (100, "1"),
        ("0", "0"),
        ("0.5%", "0.005"),
        ("1.5%", "0.015"),
        ("150%", "1.5"),
        ("150", "1.5"),
        ("-5", "-5"),
        ("1,234%", "12.34"),
        (" 95 % ", "0.95"),
    ],
)
def test_a_share_is_read_however_it_is_written(given_: object, expected: str) -> None:
    assert as_figure(given_, is_share=True) == D(expected)


@pytest.mark.parametrize("given_", ["1.5", 1.01, "2", 2])
def test_what_may_be_a_share_or_a_percentage_is_asked_back(given_: object) -> None:
    with pytest.raises(Refused, match=r"indicators\.percent_unclear"):
        as_figure(given_, is_share=True)
    assert as_figure(given_, is_share=False) == D(str(given_))


@pytest.mark.parametrize("given_", [None, "", "  "])
def test_nothing_is_nothing(given_: object) -> None:
    assert as_figure(given_, is_share=True) is None and as_figure(given_, is_share=False) is None


@pytest.mark.parametrize("given_", ["viel", "93.1.2", "NaN", True, "约95%"])
def test_words_are_no_figures(given_: object) -> None:
    with pytest.raises(Refused, match=r"tables\.not_a_number"):
        as_figure(given_, is_share=True)


@given(SHARES)
def test_a_percentage_with_its_sign_means_what_it_says(share: Decimal) -> None:
    assert as_figure(f"{share * 100}%", is_share=True) == share
    assert as_figure(str(share), is_share=True) == share
