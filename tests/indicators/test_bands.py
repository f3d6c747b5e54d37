"""Bands of values against the judge that they draw."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.indicators.bands import bands, gap, is_falling, target_of
from chuangcheng.kernel.scoring import judge_standard

RULES: list[dict[str, Any]] = [
    {"kind": "threshold", "op": ">=", "target": 0.95},
    {"kind": "threshold", "op": ">=", "A": 0.95, "B": 0.9},
    {"kind": "threshold", "op": ">=", "A": 0.95, "B": 0.9, "C#": 0.8},
    {"kind": "threshold", "op": ">=", "A": 1.0, "B": 0.95, "C": 0.95},
    {"kind": "threshold", "op": ">", "A": 0.75, "B": 0.7, "C": 0.7, "C#": 0.5},
    {"kind": "threshold", "op": "<=", "A": 60, "B": 65, "C#": 70},
    {"kind": "threshold", "op": "<", "A": 60, "B": 65, "C": 65},
    {"kind": "threshold", "op": "<=", "target": 3},
]


@pytest.mark.parametrize("rule", RULES)
@given(value=st.decimals(min_value="0", max_value="100", places=3))
def test_a_value_lies_in_the_band_of_its_grade(rule: dict[str, Any], value: Decimal) -> None:
    inside = [
        band.grade
        for band in bands(rule)
        if (band.low is None or value > band.low) and (band.high is None or value < band.high)
    ]
    edges = {edge for band in bands(rule) for edge in (band.low, band.high)}
    assert value in edges or inside == [judge_standard(rule, value=value).grade]


@pytest.mark.parametrize("rule", RULES)
def test_bands_cover_everything_once(rule: dict[str, Any]) -> None:
    found = sorted(bands(rule), key=lambda band: Decimal("-Infinity") if band.low is None else band.low)
    assert found[0].low is None and found[-1].high is None
    assert all(one.high == other.low for one, other in pairwise(found))
    best = found[0] if is_falling(rule) else found[-1]
    assert best.grade == "A" and target_of(rule) in (best.low, best.high)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (RULES[0], "0.931", "-0.019"),
        (RULES[0], "0.97", "0.02"),
        (RULES[5], "58", "2"),
        (RULES[5], "63", "-3"),
        ({"kind": "ratio", "required": 4}, "3", "-1"),
        ({"kind": "abc_state"}, "3", None),
    ],
)
def test_the_distance_to_the_target_is_positive_once_met(
    rule: dict[str, Any], value: str, expected: str | None
) -> None:
    assert gap(rule, Decimal(value)) == (None if expected is None else Decimal(expected))


def test_what_has_no_steps_has_no_bands() -> None:
    assert bands({"kind": "ratio", "required": 4}) == [] and bands({"kind": "threshold"}) == [] == bands({})
