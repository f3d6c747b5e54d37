"""Effects of the negative list, as the built-in edition words them and as a city may."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework import sample
from chuangcheng.kernel.sanctions import KINDS, Effect, counts, effect_of, sum_of

ACCIDENT = {
    "title_holder": "suspend title 1 year",
    "nominee": "deduct 3 points in that year",
    "applicant": "ineligible",
    "window_months": 12,
}


@pytest.mark.parametrize(
    ("effect", "status", "kind", "points"),
    [
        (ACCIDENT, "holder", "revoke", 0),
        (ACCIDENT, "nominee", "deduct", 3),
        (ACCIDENT, "applicant", "veto", 0),
        (ACCIDENT, "ended", "other", 0),
        ({"all": "ineligible"}, "nominee", "veto", 0),
        ({"all": "title revoked or suspended"}, "holder", "revoke", 0),
        ({"all": "deduct or suspend"}, "nominee", "deduct", 0),
        ({"all": "扣 2.5 分"}, "nominee", "deduct", Fraction(5, 2)),
        ({"all": "一票否决"}, "applicant", "veto", 0),
        ({"all": "取消申报资格"}, "applicant", "veto", 0),
        ({"all": "停止称号一年"}, "holder", "revoke", 0),
        ({"all": "ineligible", "nominee": "deduct 1 point"}, "nominee", "deduct", 1),
        ({"all": "通报批评"}, "nominee", "other", 0),
        ({}, "nominee", "other", 0),
    ],
)
def test_what_a_line_leads_to(effect: dict[str, object], status: str, kind: str, points: Fraction) -> None:
    assert effect_of(effect, status) == Effect(kind, Fraction(points))


def test_every_line_of_the_sample_is_understood() -> None:
    for line in sample.document()["negative_items"]:
        for status in ("applicant", "nominee", "holder"):
            assert effect_of(line["effect"], status).kind != "other", line["code"]


@pytest.mark.parametrize(
    ("months", "happened", "day", "still"),
    [
        (12, date(2025, 9, 16), date(2026, 9, 15), True),
        (12, date(2025, 9, 15), date(2026, 9, 15), False),
        (12, date(2026, 9, 15), date(2026, 9, 15), True),
        (12, date(2026, 9, 16), date(2026, 9, 15), False),
        (None, date(2001, 1, 1), date(2026, 9, 15), True),
    ],
)
def test_how_long_it_counts(months: int | None, happened: date, day: date, still: bool) -> None:
    effect = {} if months is None else {"window_months": months}
    assert counts(effect, happened, day) is still


@given(st.lists(st.builds(Effect, st.sampled_from([*KINDS]), st.integers(0, 5).map(Fraction))))
def test_effects_together(effects: list[Effect]) -> None:
    points, gravest = sum_of(effects)
    assert points == sum(each.points for each in effects)
    if effects:
        assert gravest == next(kind for kind in KINDS if any(each.kind == kind for each in effects))
    else:
        assert gravest == ""
