"""Wilson's interval: known values, and what it must do for every sample."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.estimate import wilson


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (3, 60, 0.0171, 0.1370)],
)  # fmt: skip
def test_known_values(found: int, of: int, low: float, high: float) -> None:
    interval = wilson(found, of)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)
    assert interval.share == found / of


@pytest.mark.parametrize(("found", "of"), [(0, 0), (1, 0), (-1, 5), (6, 5)])
def test_there_is_no_share_of_nothing(found: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(found, of)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_it_holds_the_share_and_stays_within_bounds(sample: tuple[int, int]) -> None:
    interval = wilson(*sample)
    assert 0 <= interval.low <= interval.share <= interval.high <= 1


@given(st.integers(1, 500), st.integers(2, 20))
def test_a_larger_sample_knows_better(of: int, times: int) -> None:
    found = of // 3
    few, many = wilson(found, of), wilson(found * times, of * times)
    assert many.high - many.low < few.high - few.low


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_other_side_is_its_mirror(sample: tuple[int, int]) -> None:
    found, of = sample
    one, other = wilson(found, of), wilson(of - found, of)
    assert one.low == pytest.approx(1 - other.high) and one.high == pytest.approx(1 - other.low)
