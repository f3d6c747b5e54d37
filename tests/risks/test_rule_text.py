"""A set of rules as a document and a file, other values of one rule, how two sets differ: all without a database."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.risks import rule_text, rules
from chuangcheng.risks.rule_text import FIELDS, Change, Values, changes, document, toml, with_values

BUILT_IN = rules.parse(tomllib.loads(rules.BUILT_IN.read_text(encoding="utf-8")))
CODES = [rule.code for rule in BUILT_IN.rules]


def edited(code: str, **more: Any) -> rules.Rules:
    values = replace(Values.of(BUILT_IN.rule(code)), **more)
    return rules.parse(with_values(BUILT_IN, code, values))


def test_the_built_in_set_is_the_same_after_a_document_and_after_a_file() -> None:
    assert rules.parse(document(BUILT_IN)) == BUILT_IN
    assert rules.parse(tomllib.loads(toml(document(BUILT_IN)))) == BUILT_IN


@st.composite
def values(draw: st.DrawFn) -> Values:
    """Values that a rule which fires upwards may have."""
    fires = draw(st.fractions(min_value=0, max_value=1000, max_denominator=97))
    clear = draw(st.fractions(min_value=0, max_value=fires, max_denominator=97).filter(lambda each: each <= fires))
    step, days = st.integers(1, 5), st.integers(1, 366)
    return Values(threshold=fires, clear=clear, base=draw(st.integers(0, 1000)), days=draw(days),
                  severity=draw(step), likelihood=draw(step), on=draw(st.booleans()))  # fmt: skip


@given(values(), st.sampled_from(CODES))
def test_whatever_is_set_comes_out_of_the_file_exactly_and_alone(given: Values, code: str) -> None:
    if not BUILT_IN.rule(code).bounds.at_least:
        given = replace(given, threshold=given.clear, clear=given.threshold)
    made = rules.parse(tomllib.loads(toml(with_values(BUILT_IN, code, given))))
    assert Values.of(made.rule(code)) == given
    assert [rule for rule in made.rules if rule.code != code] == [rule for rule in BUILT_IN.rules if rule.code != code]
    assert made.lists == BUILT_IN.lists and made.version == BUILT_IN.version
    told = {change.field: (change.before, change.after) for change in changes(BUILT_IN, made)}
    before = Values.of(BUILT_IN.rule(code))
    assert told == {
        name: (getattr(before, name), getattr(given, name))
        for name in FIELDS if getattr(before, name) != getattr(given, name)
    }  # fmt: skip


@given(st.text(max_size=40))
def test_any_name_survives_the_file(name: str) -> None:
    made = document(BUILT_IN)
    made["rules"][0]["zh"] = name
    assert tomllib.loads(toml(made))["rules"][0]["zh"] == name


WRONG = [{"days": 0}, {"days": 367}, {"severity": 6}, {"likelihood": 0}, {"clear": Fraction(99)}]


@pytest.mark.parametrize("more", WRONG, ids=lambda more: "-".join(more))
def test_values_that_make_no_rule_are_refused_where_the_set_is_read(more: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"risk\.bad_rules"):
        edited("overdue_unit", **more)


def test_rules_that_come_and_go_are_told_after_the_values() -> None:
    made = document(edited("overdue_unit", severity=5))
    gone, first = BUILT_IN.rules[-1], made["rules"][0]
    made["rules"] = [*made["rules"][:-1], {**first, "code": "new"}]
    found = changes(BUILT_IN, rules.parse(made))
    new = rules.parse(made).rule("new")
    rule = rules.parse(made).rule("overdue_unit")
    assert found == [
        Change(rule, "severity", 3, 5), Change(new, "", None, True), Change(gone, "", True, None),
    ]  # fmt: skip


def test_a_rule_is_on_unless_its_file_says_otherwise() -> None:
    plain = document(BUILT_IN)
    for row in plain["rules"]:
        del row["on"]
    assert all(rule.on for rule in rules.parse(plain).rules)
    assert not edited(CODES[0], on=False).rule(CODES[0]).on
    assert set(FIELDS) == set(Values.__slots__) == set(rule_text.Values.of(BUILT_IN.rules[0]).plain())
