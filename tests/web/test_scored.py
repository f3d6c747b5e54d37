"""Scores in words: no needless zeros, no rounding away of what decides a rank, no code where a word is known."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.bulletins.document import Table
from chuangcheng.web import scored
from chuangcheng.web.templatetags import judge


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "—"), (0, "0"), (Fraction(531, 10), "53.1"), (Decimal("92.4400000"), "92.44"), (100, "100"), (0.005, "0.01"),
     (Fraction(1, 3), "0.33"), (1234.5, "1,234.5"), (10, "10"), (Fraction(43, 1000), "0.04")],
)  # fmt: skip
def test_points_keep_two_decimals(value: Any, said: str) -> None:
    assert scored.points(value) == said


@given(st.decimals(min_value=0, max_value=100, places=2))
def test_points_can_be_read_back(value: Decimal) -> None:
    assert Decimal(scored.points(value)) == value


@pytest.mark.parametrize(
    ("scoring", "zh", "en"),
    [("defect_count", "缺陷计数", "Count of defects"), ("binary", "符合性", "Conforms or not"), ("quota", "数量要求", "Quota"),
     ("quota:3", "数量要求 3", "Quota 3"), ("quota:5/100m", "数量要求 5/100 m", "Quota 5/100 m"),
     ("threshold:0.3", "指标阈值 0.3", "Threshold 0.3"), ("threshold:15min", "指标阈值 ≤ 15 min", "Threshold ≤ 15 min"),
     ("abc:A0,C#1", "缺陷计数", "Count of defects"), ("magic:7", "magic:7", "magic:7")],
)  # fmt: skip
def test_items_in_words(scoring: str, zh: str, en: str) -> None:
    with override("zh-hans"):
        assert scored.item_words(scoring) == zh
    with override("en"):
        assert scored.item_words(scoring) == en


@pytest.mark.parametrize(
    ("scoring", "lines"),
    [({"kind": "binary"}, ["符合性"]),
     ({"kind": "threshold", "op": ">=", "unit": "ratio", "A": 0.8, "target": 0.9}, ["指标阈值", "A ≥80%", "目标 ≥90%"]),
     ({"kind": "threshold", "op": ">", "unit": "ratio", "A": 0.75, "B": 0.7, "C#": 0.5}, ["指标阈值", "A ＞75%，B ＞70%，C# ＞50%"]),
     ({"kind": "threshold", "op": "<=", "unit": "dB(A)", "target": 58}, ["指标阈值", "目标 ≤58 dB(A)"]),
     ({"kind": "abc_state", "defects": {"A": 0, "C#": 3}, "map": {"A": 1.0}}, ["状态描述", "缺陷数 A 0 · C# 3"]),
     ({"kind": "criteria_count", "criteria": 3, "levels": {"A": 3, "B": 2}}, ["达标项数", "共 3 项", "A 3 · B 2"]),
     ({"kind": "material_graded", "levels": {"conform": 1.0, "basic": 0.66}}, ["材料评级", "符合 100% · 基本符合 66%"]),
     ({"kind": "satisfaction", "option_values": {"满意": 1.0, "不清楚": None}}, ["满意度", "满意 100% · 不清楚 —"]),
     ({"kind": "deduct", "required": 5, "deduct_per_missing": 2, "unit": "ads"}, ["扣分", "要求 5 ads", "每缺一项扣 2 分"]),
     ({"kind": "oracle"}, ["oracle"]), ({}, [""])],
)  # fmt: skip
def test_rules_in_lines(scoring: dict[str, Any], lines: list[str]) -> None:
    with override("zh-hans"):
        assert scored.rule_lines(scoring) == lines


def test_periods_in_both_tongues() -> None:
    from datetime import date

    with override("zh-hans"):
        assert scored.period_words("quarter", date(2026, 7, 1)) == "2026年第3季度"
    with override("en"):
        assert scored.period_words("month", date(2026, 7, 1)) == "2026-07"


def test_a_row_says_its_text_in_the_readers_tongue() -> None:
    class Row:
        zh, en = "集贸市场", "Market"

    with override("en"):
        assert scored.tongue(Row()) == "Market"
    with override("zh-hans"):
        assert scored.tongue(Row()) == "集贸市场"
    Row.en = ""
    with override("en"):
        assert scored.tongue(Row()) == "集贸市场"


def test_methods_in_words() -> None:
    with override("en"):
        assert [judge.method_word(code) for code in ("onsite", "material", "séance")] == [
            "On site",
            "Documents",
            "séance",
        ]


def test_categories_and_roles_in_words(small_city: Any) -> None:
    from chuangcheng.framework.models import Category

    Category.objects.create(code="06010", zh="暴露垃圾", kind="matter", class_code="06", class_zh="市容环境")
    assert judge.category_word("06010") == "暴露垃圾"
    assert judge.category_word("99999") == "99999"
    assert judge.role_units("subdistrict") == "河东街道、河西街道"
    assert judge.role_units("nobody") == "nobody"


def test_bars_end_at_a_hundred() -> None:
    assert judge.points_bar(Fraction(531, 10)) == {"width": "53.10", "tone": "", "text": "53.10"}
    assert judge.points_bar(None) == {"width": "0.00", "tone": "", "text": "—"}
    assert judge.points_bar(120)["width"] == "100.00"


def test_the_first_word_of_a_row_is_its_link() -> None:
    table = Table(("名次", "街道", "得分"), (("1", "河东", "9"), ("2", "河西", "8")), (True, False, True), ("/a", ""))
    assert judge.linked_rows(table) == [
        [("1", True, ""), ("河东", False, "/a"), ("9", True, "")],
        [("2", True, ""), ("河西", False, ""), ("8", True, "")],
    ]
    assert judge.heads(table) == [("名次", True), ("街道", False), ("得分", True)]
    assert judge.linked_rows(Table(("类别",), (("垃圾",),), (False,))) == [[("垃圾", False, "")]]


def test_figures_have_their_name_in_both_tongues() -> None:
    figure = {"label": {"zh": "结案", "en": "Cases closed"}}
    with override("en"):
        assert judge.figure_name(figure) == "Cases closed"
    with override("zh-hans"):
        assert judge.figure_name(figure) == "结案"
