"""Grades of an attainment drive and the cheapest way up, held against trying everything."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import attainment
from chuangcheng.kernel.attainment import Item, Rule, grade, missing, of_failed, upgrade

RULE = Rule(90, 60)
ITEMS = [
    Item("A", "有议事协商机制", weight=30, must=True, effort=2),
    Item("B", "楼道无堆放", weight=30, effort=1),
    Item("C", "志愿服务次数", "number", weight=20, at_least=Fraction(12), effort=3),
    Item("D", "积存垃圾处数", "number", weight=20, at_most=Fraction(2), effort=1),
]
GOOD: dict[str, Any] = {"A": True, "B": True, "C": 12, "D": "2"}


@pytest.mark.parametrize(
    ("changed", "but", "expected", "share"),
    [
        ({}, (), "met", 100),
        ({"A": False}, (), "improve", 70),
        ({"B": False}, (), "improve", 70),
        ({"C": 11}, (), "improve", 80),
        ({"D": "2.5"}, (), "improve", 80),
        ({"A": False, "D": 9}, (), "weak", 50),
        ({}, ("A",), "improve", 70),
        ({}, ("A", "B"), "weak", 40),
        ({"C": "100"}, (), "met", 100),
    ],
)
def test_grades(changed: dict[str, Any], but: tuple[str, ...], expected: str, share: int) -> None:
    found = grade(ITEMS, GOOD | changed, RULE, but)
    assert (found.grade, found.share * 100) == (expected, share)
    assert expected in attainment.GRADES


def test_a_must_keeps_from_being_met_however_many_points() -> None:
    items = [Item("X", "必达", weight=1, must=True), Item("Y", "其余", weight=99)]
    assert grade(items, {"X": False, "Y": True}, RULE).grade == "improve"
    assert upgrade(items, ["X"], RULE).steps == (items[0],)


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, ["A", "B", "C", "D"]),
        ({"A": True, "B": True, "C": 1}, ["D"]),
        (GOOD | {"A": 1}, ["A"]),
        (GOOD | {"C": True}, ["C"]),
        (GOOD | {"C": "多"}, ["C"]),
        (GOOD | {"C": "nan"}, ["C"]),
        (GOOD | {"Z": True}, ["Z"]),
        (GOOD | {"D": 10**9}, ["D"]),
        (GOOD, []),
    ],
)
def test_answers_that_are_missing_or_none(answers: dict[str, Any], wrong: list[str]) -> None:
    assert missing(ITEMS, answers) == wrong
    if wrong:
        with pytest.raises(ValueError, match="missing"):
            grade(ITEMS, answers, RULE)


@pytest.mark.parametrize(
    ("failed", "target", "steps"),
    [
        ([], "met", ""),
        (["B"], "met", "B"),
        (["C", "D"], "met", "DC"),
        (["A", "D"], "improve", "D"),
        (["A", "B", "C", "D"], "improve", "BA"),
        (["A", "B"], "improve", "B"),
        (["C"], "met", "C"),
    ],
)
def test_the_way_up(failed: list[str], target: str, steps: str) -> None:
    found = upgrade(ITEMS, failed, RULE)
    assert (found.target, "".join(item.code for item in found.steps)) == (target, steps)
    assert found.effort == sum(item.effort for item in found.steps)


def test_stored_and_read_again() -> None:
    assert [Item.of_json(item.as_json()) for item in ITEMS] == ITEMS


@pytest.mark.parametrize(
    ("met", "improve", "sound"), [(90, 60, True), (60, 60, False), (101, 60, False), (50, 0, False)]
)
def test_a_rule_has_bounds_apart(met: int, improve: int, sound: bool) -> None:
    assert Rule(met, improve).is_sound() is sound


@st.composite
def lists(draw: Any) -> tuple[list[Item], set[str], Rule]:
    count = draw(st.integers(1, 7))
    items = [
        Item(f"I{n}", "", weight=draw(st.integers(1, 9)), must=draw(st.booleans()), effort=draw(st.integers(1, 5)))
        for n in range(count)
    ]
    failed = {item.code for item in items if draw(st.booleans())}
    low = draw(st.integers(1, 99))
    return items, failed, Rule(draw(st.integers(low + 1, 100)), low)


@given(lists())
def test_mending_the_steps_is_enough_and_nothing_cheaper_is(case: tuple[list[Item], set[str], Rule]) -> None:
    items, failed, rule = case
    now = of_failed(items, failed, rule).grade
    found = upgrade(items, failed, rule)
    if now == "met":
        assert found.steps == ()
        return
    reached = attainment.ORDER.index(of_failed(items, failed - {item.code for item in found.steps}, rule).grade)
    assert reached >= attainment.ORDER.index(found.target) > attainment.ORDER.index(now)
    broken = [item for item in items if item.code in failed]
    every = chain.from_iterable(combinations(broken, size) for size in range(len(broken) + 1))
    enough = [
        sum(item.effort for item in chosen)
        for chosen in every
        if attainment.ORDER.index(of_failed(items, failed - {item.code for item in chosen}, rule).grade)
        >= attainment.ORDER.index(found.target)
    ]
    assert found.effort == min(enough)


@given(lists(), st.data())
def test_mending_never_lowers_a_grade(case: tuple[list[Item], set[str], Rule], data: st.DataObject) -> None:
    items, failed, rule = case
    mended = {code for code in failed if data.draw(st.booleans())}
    before, after = (of_failed(items, each, rule) for each in (failed, failed - mended))
    assert attainment.ORDER.index(before.grade) <= attainment.ORDER.index(after.grade)
    assert before.share <= after.share <= 1
