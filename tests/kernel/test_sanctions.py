"""Effects of the negative list, as the built-in edition words them and as a city may."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework import sample
from chuangcheng.kernel.sanctions import KINDS, Effect, counts, effect_of, settle, sum_of

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
        ({"all": "得分不超过85分"}, "nominee", "cap", 85),
        ({"all": "总分封顶 89.5 分"}, "holder", "cap", Fraction(179, 2)),
        ({"all": "at most 80 points that year"}, "applicant", "cap", 80),
        ({"all": "扣 2 分，且不超过90分"}, "nominee", "deduct", 2),
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
    assert points == sum(each.points for each in effects if each.kind == "deduct")
    if effects:
        assert gravest == next(kind for kind in KINDS if any(each.kind == kind for each in effects))
    else:
        assert gravest == ""


EFFECTS = st.one_of(
    st.builds(Effect, st.just("deduct"), st.fractions(0, 40, max_denominator=4)),
    st.builds(Effect, st.just("cap"), st.fractions(0, 100, max_denominator=4)),
    st.builds(Effect, st.sampled_from(["veto", "revoke", "other"])),
)
SCORE = st.fractions(0, 100, max_denominator=40)


@given(SCORE, st.lists(EFFECTS, max_size=8))
def test_a_score_under_the_list_explains_itself_line_by_line(score: Fraction, effects: list[Effect]) -> None:
    found = settle(score, enumerate(effects))
    assert sorted(line.key for line in found.lines) == list(range(len(effects)))
    before = score
    for line in found.lines:
        assert line.effect == effects[line.key]
        wanted = {"deduct": max(before - line.effect.points, Fraction(0)), "cap": min(before, line.effect.points)}
        assert line.after == wanted.get(line.effect.kind, before)
        before = line.after
    assert found.before == score and found.after == before and 0 <= found.after <= score
    assert found.barred is any(effect.kind == "veto" for effect in effects)


@given(SCORE, st.lists(EFFECTS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(score: Fraction, effects: list[Effect], dice: object) -> None:
    shuffled = list(effects)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settle(score, enumerate(effects)).after == settle(score, enumerate(shuffled)).after


@given(SCORE, st.lists(EFFECTS, max_size=8), EFFECTS)
def test_one_more_occurrence_never_helps(score: Fraction, effects: list[Effect], more: Effect) -> None:
    assert settle(score, enumerate([*effects, more])).after <= settle(score, enumerate(effects)).after


def test_deductions_come_before_caps_and_what_is_unknown_deducts_nothing() -> None:
    rows = [("cap", Effect("cap", Fraction(85))), ("x", Effect("veto")), ("a", Effect("deduct", Fraction(3))),
            ("b", Effect("deduct"))]  # fmt: skip
    found = settle(Fraction(90), rows)
    assert [(line.key, line.after) for line in found.lines] == [("a", 87), ("b", 87), ("cap", 85), ("x", 85)]
    assert found.barred and settle(Fraction(-1), rows[2:]).after == -1 and settle(Fraction(5), []).after == 5
    assert sum_of(effect for _key, effect in rows) == (Fraction(3), "veto"), "a cap is no deduction"
