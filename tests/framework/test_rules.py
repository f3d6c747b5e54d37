"""The rules of an edition: exact, each its own, refused when they cannot be what they say."""

from __future__ import annotations

import copy
import json
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework import documents
from chuangcheng.framework.rules import DEFAULTS, Budget, Rules
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import editions, small

FRACTIONS = st.fractions(min_value=0, max_value=1, max_denominator=60)
#: A rule, another value of it, and the one field of the typed rules that then differs.
OTHERS: list[tuple[str, Any, str, Any]] = [
    ("year_weights", ["1/2", "1/2"], "year_weights", (Fraction(1, 2), Fraction(1, 2))),
    ("method_shares", {"onsite": 1}, "method_shares", {"onsite": Fraction(1)}),
    ("method_of_observation", "survey", "method_of_observation", "survey"),
    ("minors_framework", "MIN", "minors_framework", "MIN"),
    ("minors_share", "0.25", "minors_share", Fraction(1, 4)),
    ("minors_gate", 90, "minors_gate", Fraction(90)),
    ("grade_shares", {"A": 1, "B": "0.7"}, "grade_shares", {"A": Fraction(1), "B": Fraction(7, 10)}),
    ("grade_severity", {"B": 2}, "grade_severity", {"B": 2}),
    ("visit_budget", {"visits": 2, "days": 7}, "budget", Budget(2, 7)),
]


@pytest.mark.parametrize(("name", "value", "field", "typed"), OTHERS, ids=lambda value: str(value)[:20])
def test_each_rule_changes_its_own_field_and_no_other(name: str, value: Any, field: str, typed: Any) -> None:
    usual, other = Rules.of({}), Rules.of({name: value})
    changed = {one.name for one in fields(Rules) if getattr(usual, one.name) != getattr(other, one.name)}
    assert changed == {field}
    assert getattr(other, field) == typed


def test_the_deduction_is_two_fields() -> None:
    rules = Rules.of({"case_deduction": {"per_overdue_open": "1/100", "cap": "0.1"}})
    assert (rules.per_overdue_open, rules.deduction_cap) == (Fraction(1, 100), Fraction(1, 10))


def test_reading_rules_leaves_the_usual_ones_alone() -> None:
    before = copy.deepcopy(DEFAULTS)
    Rules.of({"method_shares": {"onsite": "1"}, "visit_budget": {"visits": 1, "days": 1}})
    assert before == DEFAULTS


@given(st.lists(FRACTIONS, min_size=1, max_size=4))
def test_years_share_the_whole_or_are_refused(parts: list[Fraction]) -> None:
    given_ = {"year_weights": [str(part) for part in parts]}
    if sum(parts) == 1:
        assert Rules.of(given_).year_weights == tuple(parts)
    else:
        with pytest.raises(ValueError, match="year_weights"):
            Rules.of(given_)
    rest = [str(part) for part in [*parts, 1 - sum(parts)]]
    assert sum(Rules.of({"year_weights": rest}).year_weights) == 1


@given(st.dictionaries(st.sampled_from(["onsite", "material", "survey"]), FRACTIONS, min_size=1))
def test_method_shares_survive_json_exactly(shares: dict[str, Fraction]) -> None:
    total = sum(shares.values())
    shares = {**shares, "rest": 1 - total}
    written = json.loads(json.dumps({"method_shares": {name: str(share) for name, share in shares.items()}}))
    assert Rules.of(written).method_shares == shares


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("method_shares", {"onsite": "1/2"}), ("year_weights", ["1/3", "1/3"]), ("visit_budget", {"visits": 6}),
        ("visit_budget", {"visits": "viele", "days": 30}), ("grade_shares", {"A": "eins"}), ("minors_gate", "hoch"),
        ("case_deduction", {"cap": "1/5"}), ("grade_severity", {"B": "x"}), ("year_weights", 3),
    ],
)  # fmt: skip
def test_an_edition_with_an_unreadable_rule_is_refused_by_its_row(rule: str, value: Any) -> None:
    document = small()
    document["rules"] = {"minors_share": "1/5", rule: value}
    with pytest.raises(Refused) as caught:
        documents.normalise(document)
    assert [(one.field, one.code, one.row) for one in caught.value.fields] == [("说明.值", "bad_rule", 10)]
    assert rule in caught.value.fields[0].message


@given(document=editions())
def test_a_document_survives_json_as_text(document: dict[str, Any]) -> None:
    """What is exported as a file and handed to another city is the same edition."""
    text = json.dumps(documents.normalise(document), ensure_ascii=False)
    assert documents.normalise(json.loads(text)) == document


@given(document=editions(), data=st.data())
def test_the_weights_of_a_changed_document_are_never_rounded(document: dict[str, Any], data: st.DataObject) -> None:
    projects = document["frameworks"][0]["projects"]
    share = data.draw(st.fractions(min_value="1/7", max_value=50, max_denominator=70))
    if len(projects) > 1:
        projects[0]["weight"] = str(share)
        rest = [Fraction(project["weight"]) for project in projects[1:-1]]
        projects[-1]["weight"] = str(100 - share - sum(rest, Fraction()))
    plain = documents.normalise(document)
    weights = [Fraction(project["weight"]) for project in plain["frameworks"][0]["projects"]]
    assert sum(weights) == 100
    if len(projects) > 1:
        assert weights[0] == share
