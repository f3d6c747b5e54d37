"""Exact weights."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework.weights import exact, points


@pytest.mark.parametrize(
    ("given_", "expected"),
    [("4/5", Fraction(4, 5)), (" 2 ", Fraction(2)), ("0.8", Fraction(4, 5)), (3, Fraction(3)), (0.1, Fraction(1, 10))],
)
def test_reads_what_a_sheet_may_hold(given_: object, expected: Fraction) -> None:
    assert exact(given_) == expected


@pytest.mark.parametrize("given_", ["", "two", "1/0", None, True, "nan", "1e", "二"])
def test_refuses_what_is_no_number(given_: object) -> None:
    with pytest.raises(ValueError):
        exact(given_)


relative = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 9).map(Fraction), min_size=1, max_size=30)


@given(st.fractions(min_value=1, max_value=100), relative)
def test_points_of_a_project_sum_to_its_weight_exactly(project: Fraction, weights: dict[str, Fraction]) -> None:
    shared = points(project, weights)
    assert sum(shared.values()) == project
    assert set(shared) == set(weights)


def test_nothing_cannot_be_shared_out() -> None:
    with pytest.raises(ValueError):
        points(Fraction(10), {"a": Fraction(0)})
