"""Categories, time limits, and what speaks for what."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.framework import selectors
from chuangcheng.framework.actions import load_edition, load_sample, save_categories, save_time_rules
from chuangcheng.framework.models import Category, Edition, TimeRule
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small


@pytest.fixture
def edition(db: None) -> Edition:
    return load_sample(actor=SYSTEM)


def limit(code: str, condition: str = "default") -> tuple[str, str, str]:
    rule = selectors.time_rule(code, condition)
    return (f"{rule.amount.normalize():f}", rule.unit, rule.source_ref)


@pytest.mark.parametrize(
    ("code", "condition", "expected"),
    [
        ("06010", "default", ("4", "work_hours", "RRE;JYU")),  # its own rule
        ("06005", "default", ("1", "work_days", "CK")),  # its class
        ("09006", "default", ("4", "work_hours", "CK")),
        ("", "default", ("5", "work_days", "CK")),  # nothing known
        ("01001F", "missing", ("2", "urgent_hours", "YCG")),  # a manhole cover, by condition
        ("01001F", "broken", ("4", "work_hours", "YCG")),
        ("01001F", "default", ("2", "work_days", "YCG")),
        ("01037F", "missing", ("3", "work_days", "CK")),  # a lamp has no such condition: the default of its class
        ("06001", "default", ("20", "work_days", "RRE;JYU")),
        ("06025", "default", ("15", "work_days", "JYU")),
        ("07003", "danger", ("2", "urgent_hours", "CK")),  # a condition of everything
        ("06012", "invented", ("2", "work_hours", "RRE;JYU")),
    ],
)
def test_the_longest_prefix_with_the_condition_wins(
    edition: Edition, code: str, condition: str, expected: tuple[str, str, str]
) -> None:
    assert limit(code, condition) == expected


def test_every_category_has_a_limit_of_at_most_a_month(edition: Edition) -> None:
    for category in selectors.categories():
        rule = selectors.time_rule(category.code)
        assert 0 < rule.amount <= 22, category.code


def test_without_any_rule_the_gap_is_named(db: None) -> None:
    with pytest.raises(Refused, match=r"framework\.no_time_rule"):
        selectors.time_rule("06010")


def test_conditions_to_choose_from(edition: Edition) -> None:
    assert [rule.condition for rule in selectors.conditions("01001F")] == [
        "default", "broken", "danger", "missing", "own", "rattling", "surround", "unclaimed",
    ]  # fmt: skip
    assert [rule.condition for rule in selectors.conditions("09006")] == ["default", "danger"]


def test_reference_data_costs_no_query_once_read(edition: Edition) -> None:
    selectors.category("06010")
    with CaptureQueriesContext(connection) as queries:
        assert selectors.category("06010").zh == "暴露垃圾"  # type: ignore[union-attr]
        assert selectors.category("nothing") is None
        selectors.time_rule("06010")
    assert len(queries) == 0


def test_a_changed_category_is_seen_at_once(edition: Edition, personas: dict[str, Actor]) -> None:
    category = selectors.category("06010")
    assert category is not None
    row = {name: getattr(category, name) for name in ("code", "kind", "class_code", "class_zh", "taxonomy", "is_top")}
    assert save_categories(actor=personas["office"], rows=[{**row, "zh": "垃圾暴露"}]) == 1
    assert selectors.category("06010").zh == "垃圾暴露"  # type: ignore[union-attr]
    assert save_categories(actor=personas["office"], rows=[{**row, "zh": "垃圾暴露"}]) == 0
    assert Category.objects.count() == 403


def test_only_the_office_changes_categories_and_limits(personas: dict[str, Actor]) -> None:
    for role in ("department", "street", "inspector", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            save_categories(actor=personas[role], rows=[])
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            save_time_rules(actor=personas[role], rows=[])


def test_an_old_limit_stays_for_the_deadlines_it_made(edition: Edition) -> None:
    before = selectors.time_rule("06010")
    row = {
        "category_code": "06010", "condition": "default", "condition_zh": "", "amount": "6", "unit": "work_hours",
        "close_when": "清理干净", "source_ref": "CITY",
    }  # fmt: skip
    assert save_time_rules(actor=SYSTEM, rows=[row]) == 1
    now = selectors.time_rule("06010")
    assert (now.version, now.amount, before.version) == (2, 6, 1)
    assert TimeRule.objects.get(pk=before.pk).amount == 4


def test_a_case_is_filed_under_a_fault_never_under_a_component(edition: Edition) -> None:
    def filed(*codes: str) -> str | None:
        found = selectors.case_category(codes)
        return found.code if found else None

    assert filed("03001", "06042") == "03001F"
    assert filed("99999", "06010") == "06010"
    assert filed("06010", "03001") == "06010"
    assert filed() is None
    assert filed("99999") is None


def test_the_heaviest_standard_speaks_first(edition: Edition) -> None:
    kind = selectors.kind_by_code(edition, "arterial_road")
    assert kind is not None
    items = {item.code: item for item in selectors.items_of(kind)}
    assert len(items) == 31
    by_weight = sorted(items["ROAD-ENV-04"].standards.all(), key=lambda standard: -standard.weight)
    assert selectors.heaviest_standard(items["ROAD-ENV-04"]) == by_weight[0]
    assert selectors.checklist(kind.pk) == items


def test_an_item_without_standards_has_no_heaviest(db: None) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    kind = selectors.kind_by_code(edition, "lane")
    assert kind is not None
    assert selectors.heaviest_standard(selectors.checklist(kind.pk)["LANE-2"]) is None


def test_a_category_leads_to_its_standards(edition: Edition) -> None:
    rubbish = [standard.code for standard in selectors.standards_for_category(edition, "06010")]
    assert "CIV-07-01-01" in rubbish
    weights = [standard.weight for standard in selectors.standards_for_category(edition, "06010")]
    assert weights == sorted(weights, reverse=True)
    assert selectors.standards_for_category(edition, "03001F")
    assert selectors.standards_for_category(edition, "06038F") == []


def test_the_tree_reads_in_order(edition: Edition) -> None:
    codes = [standard.code for standard in selectors.standards_of(edition)]
    assert codes == sorted(codes)
    first = selectors.standard_by_code(edition, "CIV-07-01-01")
    assert first is not None
    assert first.content.parent is not None
    assert first.content.parent.code == "CIV-07"
    assert selectors.get_standard(first.pk) == first
    assert selectors.rules_of(edition).budget.visits == 6


def test_an_unknown_standard_is_not_found(edition: Edition) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_standard(edition.pk)
