"""Shares are exact, grades follow the published sheets, and every rule of the draft framework is understood."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.scoring import (
    GRADE_SHARES,
    KINDS,
    Verdict,
    grade_of,
    judge_item,
    judge_standard,
    parse_item,
    weighted,
)

B, C = Fraction(66, 100), Fraction(33, 100)
ITEMS = [
    "defect_count",
    "binary",
    "quota",
    "quota:1",
    "quota:3/500m",
    "threshold:0.4",
    "abc:A0,B1,C2,C#3",
    "abc:A0,C#1",
]
ABC = {
    "kind": "abc_state",
    "defects": {"A": 0, "B": 1, "C": 2, "C#": 3},
    "map": {"A": 1.0, "B": 0.66, "C": 0.33, "C#": 0.0},
}
SATISFACTION = {"kind": "satisfaction", "option_values": {"满意": 1.0, "基本满意": 0.8, "不满意": 0.0, "不清楚": None}}
MATERIAL = {"kind": "material_graded", "levels": {"conform": 1.0, "basic": 0.66, "partial": 0.33, "missing": 0.0}}


class TestItems:
    @pytest.mark.parametrize(
        ("scoring", "facts", "grade"),
        [
            ("defect_count", {"defects": 0}, "A"),
            ("defect_count", {"defects": 1}, "B"),
            ("defect_count", {"defects": 2}, "C"),
            ("defect_count", {"defects": 3}, "C#"),
            ("defect_count", {"defects": 30}, "C#"),
            ("binary", {"defects": 0}, "A"),
            ("binary", {"defects": 1}, "C#"),
            ("abc:A0,C#1", {"defects": 0}, "A"),
            ("abc:A0,C#1", {"defects": 1}, "C#"),
            ("abc:A0,B2,C4,C#5", {"defects": 2}, "B"),
            ("abc:A0,B2,C4,C#5", {"defects": 3}, "C"),
            ("quota", {"defects": 1}, "B"),
            ("quota", {"value": 0}, "C#"),
            ("quota:3", {"value": 3}, "A"),
            ("quota:3", {"value": 7}, "A"),
            ("quota:3", {"value": 2}, "B"),
            ("quota:3", {"value": 1}, "C"),
            ("quota:3", {"value": 0}, "C#"),
            ("quota:10", {"value": 7}, "C#"),
            ("quota:3", {"defects": 2}, "C"),
            ("quota:1", {"value": 0}, "C#"),
            ("quota:3/500m", {"value": 6, "metres": 1000}, "A"),
            ("quota:3/500m", {"value": 5, "metres": 1000}, "B"),
            ("quota:1/200m", {"value": 2, "metres": 450}, "B"),  # begun stretches count: three are needed
            ("quota:1/200m", {"value": 1, "metres": 50}, "A"),
            ("threshold:0.4", {"value": Decimal("0.4")}, "A"),
            ("threshold:0.4", {"value": 0.39}, "C#"),
            ("threshold:0.4", {"value": 0.5, "defects": 1}, "C#"),
            ("threshold:15min", {"value": 15}, "A"),
            ("threshold:15min", {"value": 16}, "C#"),
            ("threshold:50", {"value": 60}, "A"),
            ("threshold", {"defects": 0}, "A"),
            ("threshold", {"defects": 1}, "C#"),
        ],
    )
    def test_by_the_sheets(self, scoring: str, facts: dict[str, Any], grade: str) -> None:
        assert judge_item(scoring, **facts) == Verdict(grade, GRADE_SHARES[grade])

    @pytest.mark.parametrize(
        "bad", ["", "quota:", "quota:0", "quota:x", "abc:A1", "abc:B1,C2", "abc:A0,D1", "Binary", "threshold:many"]
    )
    def test_unknown_strings_are_refused(self, bad: str) -> None:
        with pytest.raises(ValueError, match="unknown scoring"):
            parse_item(bad)

    def test_a_negative_count_is_refused(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            judge_item("binary", defects=-1)

    def test_which_items_ask_for_a_number(self) -> None:
        assert parse_item("quota:3/500m").asks_value
        assert parse_item("threshold:15min").unit == "min"
        assert not parse_item("quota").asks_value

    @given(st.sampled_from(ITEMS), st.integers(0, 50), st.integers(0, 50))
    def test_more_defects_never_score_better(self, scoring: str, few: int, more: int) -> None:
        few, more = sorted([few, more])
        assert judge_item(scoring, defects=more).share <= judge_item(scoring, defects=few).share

    @given(
        st.sampled_from(["quota:1", "quota:5", "quota:5/100m", "threshold:20"]), st.integers(0, 50), st.integers(0, 50)
    )
    def test_more_found_never_scores_worse(self, scoring: str, few: int, more: int) -> None:
        few, more = sorted([few, more])
        assert judge_item(scoring, value=few).share <= judge_item(scoring, value=more).share


class TestStandards:
    @pytest.mark.parametrize(
        ("scoring", "facts", "grade", "share"),
        [
            (ABC, {"defects": 1}, "B", B),
            ({"kind": "binary"}, {"conforms": True}, "A", 1),
            ({"kind": "binary"}, {"conforms": False}, "C#", 0),
            ({"kind": "binary"}, {"defects": 2}, "C#", 0),
            ({"kind": "threshold", "op": ">=", "target": 0.41}, {"value": 0.41}, "A", 1),
            ({"kind": "threshold", "op": ">=", "target": 0.41}, {"value": Decimal("0.4099")}, "C#", 0),
            ({"kind": "threshold", "op": ">", "A": 0.85, "B": 0.8, "C": 0.8}, {"value": 0.85}, "B", B),
            ({"kind": "threshold", "op": ">", "A": 0.85, "B": 0.8, "C": 0.8}, {"value": 0.8}, "C", C),
            ({"kind": "threshold", "op": ">", "A": 0.75, "B": 0.7, "C": 0.7, "C#": 0.5}, {"value": 0.6}, "C", C),
            ({"kind": "threshold", "op": ">", "A": 0.75, "B": 0.7, "C": 0.7, "C#": 0.5}, {"value": 0.5}, "C#", 0),
            ({"kind": "threshold", "op": "<", "A": 60, "B": 65, "C": 65}, {"value": 59.9}, "A", 1),
            ({"kind": "threshold", "op": "<", "A": 60, "B": 65, "C": 65}, {"value": 65}, "C", C),
            ({"kind": "threshold", "op": "<=", "A": 60}, {"value": 61}, "C#", 0),
            ({"kind": "ratio", "required": 4, "cap": 1.0}, {"value": 3}, "B", Fraction(3, 4)),
            ({"kind": "ratio", "required": 8, "cap": 1.0}, {"value": 20}, "A", 1),
            ({"kind": "deduct", "required": 10, "deduct_per_missing": 2}, {"value": 8}, "B", Fraction(4, 5)),
            ({"kind": "deduct", "required": 10, "deduct_per_missing": 2}, {"value": 12}, "A", 1),
            (
                {"kind": "deduct", "required": 10, "deduct_per_missing": 2, "full": 100},
                {"missing": 3},
                "B",
                Fraction(94, 100),
            ),
            ({"kind": "deduct", "required": 2, "deduct_per_missing": 4}, {"missing": 5}, "C#", 0),
            ({"kind": "criteria_count", "levels": {"A": 3, "B": 2, "C": 1}}, {"met": 1}, "C", C),
            ({"kind": "criteria_count", "levels": {"A": 3, "B": 2, "C#": 0}}, {"met": 1}, "C#", 0),
            ({"kind": "criteria_count", "levels": {"A": 1}}, {"met": 2}, "A", 1),
            (MATERIAL, {"level": "basic"}, "B", B),
            (MATERIAL, {"levels": ["conform", "missing"]}, "C", Fraction(1, 2)),
            (SATISFACTION, {"answers": {"满意": 5, "基本满意": 5, "不清楚": 90}}, "B", Fraction(9, 10)),
            (SATISFACTION, {"value": Decimal("0.95")}, "B", Fraction(95, 100)),
        ],
    )
    def test_by_kind(self, scoring: dict[str, Any], facts: dict[str, Any], grade: str, share: Fraction) -> None:
        assert judge_standard(scoring, **facts) == Verdict(grade, Fraction(share))

    def test_what_cannot_be_judged_is_said(self) -> None:
        for scoring, facts, word in [
            ({"kind": "magic"}, {}, "unknown scoring kind"),
            ({"kind": "threshold", "target": 1}, {}, "needs value"),
            ({"kind": "threshold"}, {"value": 1}, "needs target"),
            (MATERIAL, {"level": "great"}, "unknown levels"),
            (SATISFACTION, {"answers": {"不清楚": 3}}, "no valid answers"),
            ({"kind": "binary"}, {}, "needs defects"),
        ]:
            with pytest.raises(ValueError, match=word):
                judge_standard(scoring, **facts)

    @given(st.fractions(0, 1), st.fractions(0, 1))
    def test_a_higher_share_never_has_a_lower_grade(self, low: Fraction, high: Fraction) -> None:
        low, high = sorted([low, high])
        order = list(GRADE_SHARES)
        assert order.index(grade_of(high)) <= order.index(grade_of(low))


class TestWeights:
    def test_nothing_has_no_mean(self) -> None:
        assert weighted([]) is None
        assert weighted([(Fraction(0), Fraction(1))]) is None

    def test_thirds_stay_thirds(self) -> None:
        assert weighted([(Fraction(1), Fraction(1)), (Fraction(2), Fraction(0))]) == Fraction(1, 3)

    @given(
        st.lists(st.tuples(st.fractions(Fraction(1, 9), 9), st.fractions(0, 1)), min_size=1),
        st.fractions(Fraction(1, 9), 9),
    )
    def test_the_mean_lies_between_and_scaling_the_weights_changes_nothing(self, parts, factor) -> None:
        mean = weighted(parts)
        shares = [share for _, share in parts]
        assert min(shares) <= mean <= max(shares)
        assert weighted([(weight * factor, share) for weight, share in parts]) == mean


@pytest.mark.shared
def test_every_rule_of_the_draft_framework_is_understood(shared: Path) -> None:
    draft = json.loads((shared / "framework" / "national_draft.json").read_text(encoding="utf-8"))
    assert set(draft["scoring_kinds"]) == set(KINDS)
    strings = {item["scoring"] for kind in draft["site_types"] for item in kind["items"]}
    assert len(strings) == 20
    for scoring in strings:
        assert judge_item(scoring, defects=0).grade == "A"
        assert judge_item(scoring, defects=99).grade == "C#"
    full = {"value": 10**6, "defects": 0, "met": 99, "missing": 0, "level": "conform"}
    none = {"value": 0, "defects": 99, "met": 0, "missing": 99, "level": "missing"}
    standards = [
        standard["scoring"]
        for framework in draft["frameworks"]
        for project in framework["projects"]
        for content in project["contents"]
        for standard in content["standards"]
    ]
    assert len(standards) == 155
    for scoring in standards:
        best, worst = (none, full) if str(scoring.get("op", "")).startswith("<") else (full, none)
        assert judge_standard(scoring, **best).grade == "A"
        assert judge_standard(scoring, **worst).share <= C
