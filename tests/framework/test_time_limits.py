"""Which limit is in force: the rule of the longest prefix, held against the plainest way to say it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.framework import reference, selectors
from chuangcheng.framework.actions import save_time_rules
from chuangcheng.framework.models import TimeRule
from chuangcheng.history import versions
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused

Key = tuple[str, str]
PREFIXES = ["", "0", "06", "060", "0601", "06010", "06010F", "0602", "07", "07003", "1"]
CONDITIONS = ["default", "danger", "missing"]
KEYS = st.tuples(st.sampled_from(PREFIXES), st.sampled_from(CONDITIONS))
CODES = st.one_of(st.sampled_from([*PREFIXES, "06011", "06020", "07004", "99"]), st.text("0167F", max_size=6))
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row(key: Key, amount: object = 1, **more: Any) -> dict[str, Any]:
    return {
        "category_code": key[0], "condition": key[1], "condition_zh": "", "amount": str(amount), "unit": "work_hours",
        "close_when": "", "source_ref": "T", **more,
    }  # fmt: skip


def load(keys: Iterable[Key]) -> None:
    """Exactly these rules, each told apart by nothing but its key."""
    TimeRule.objects.all().delete()
    versions.forget()
    save_time_rules(actor=SYSTEM, rows=[row(key, number) for number, key in enumerate(sorted(keys), 1)])


def wanted(keys: set[Key], code: str, condition: str) -> Key | None:
    """By trying every rule: those of the condition first, of those the one that says most of the code."""
    for name in (condition, "default"):
        fitting = [key for key in keys if key[1] == name and code.startswith(key[0])]
        if fitting:
            return max(fitting, key=lambda key: len(key[0]))
    return None


def found(code: str, condition: str) -> Key | None:
    try:
        rule = selectors.time_rule(code, condition)
    except Refused as refused:
        assert refused.code == "framework.no_time_rule"
        return None
    return rule.category_code, rule.condition


@QUIET
@given(keys=st.sets(KEYS, max_size=12), code=CODES, condition=st.sampled_from([*CONDITIONS, "invented", ""]))
def test_the_rule_in_force_is_the_one_that_says_most(db: None, keys: set[Key], code: str, condition: str) -> None:
    load(keys)
    assert found(code, condition) == wanted(keys, code, condition)


@QUIET
@given(keys=st.sets(KEYS, max_size=12), code=CODES)
def test_the_conditions_to_choose_from_are_those_that_reach_the_category(db: None, keys: set[Key], code: str) -> None:
    load(keys)
    reaching = {condition for prefix, condition in keys if code.startswith(prefix)}
    offered = [(rule.category_code, rule.condition) for rule in selectors.conditions(code)]
    assert {condition for _, condition in offered} == reaching
    assert len(offered) == len(reaching)
    assert offered == [wanted(keys, code, condition) for _, condition in offered]
    if "default" in reaching:
        assert offered[0][1] == "default"


@QUIET
@given(amounts=st.lists(st.sampled_from(["1", "2", "2.5", "4"]), min_size=1, max_size=8))
def test_each_change_is_one_version_and_the_last_word_counts(db: None, amounts: list[str]) -> None:
    load([])
    written = [save_time_rules(actor=SYSTEM, rows=[row(("06", "default"), amount)]) for amount in amounts]
    changes = [True] + [before != after for before, after in itertools.pairwise(amounts)]
    assert written == [int(change) for change in changes]
    stored = TimeRule.objects.order_by("version")
    assert [rule.version for rule in stored] == list(range(1, sum(changes) + 1))
    assert [rule.amount for rule in stored] == [Decimal(a) for a, new in zip(amounts, changes, strict=True) if new]
    assert selectors.time_rule("06010").amount == Decimal(amounts[-1])


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "work_days"},
        {"close_when": "清理干净"},
        {"source_ref": "CITY"},
        {"condition_zh": "一般"},
        {"amount": "2"},
    ],
)
def test_whatever_a_limit_says_a_change_of_it_is_a_new_version(db: None, change: dict[str, Any]) -> None:
    load([("06", "default")])
    assert save_time_rules(actor=SYSTEM, rows=[row(("06", "default"))]) == 0
    assert save_time_rules(actor=SYSTEM, rows=[{**row(("06", "default")), **change}]) == 1
    rule = selectors.time_rule("06010")
    name, value = next(iter(change.items()))
    assert rule.version == 2
    assert str(getattr(rule, name)).removesuffix(".00") == value


def test_versions_of_one_rule_do_not_touch_another(db: None) -> None:
    load([("06", "default"), ("06", "danger"), ("07", "default")])
    save_time_rules(actor=SYSTEM, rows=[row(("06", "danger"), 9)])
    newest = {key: rule.version for key, rule in reference.newest_rules().items()}
    assert newest == {("06", "default"): 1, ("06", "danger"): 2, ("07", "default"): 1}


def test_a_rule_of_a_single_category_does_not_reach_its_neighbour(db: None) -> None:
    load([("", "default"), ("06010", "default")])
    assert found("06010", "default") == ("06010", "default")
    assert found("06010F", "default") == ("06010", "default")
    assert found("0601", "default") == ("", "default")
    assert found("06011", "default") == ("", "default")


def test_a_condition_of_everything_beats_the_default_of_the_category(db: None) -> None:
    """Danger is danger wherever it lies: the condition is looked for before the category's own default."""
    load([("", "danger"), ("06010", "default")])
    assert found("06010", "danger") == ("", "danger")
    assert found("06010", "default") == ("06010", "default")
    assert found("07003", "default") is None
