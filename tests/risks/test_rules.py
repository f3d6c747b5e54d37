"""Rules as data: the built-in ones, a city's own, and files that are wrong."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.risks import rules
from chuangcheng.risks.measures import MEASURES

GOOD = {
    "code": "a",
    "zh": "甲",
    "en": "A",
    "measure": "overdue_cases",
    "by": "unit",
    "threshold": "5",
    "days": 7,
    "kind": "order",
    "severity": 3,
    "likelihood": 3,
}
LIST = {
    "code": "l",
    "zh": "名单",
    "en": "List",
    "measure": "late_tasks",
    "group": "city",
    "period": "month",
    "floor": "1",
}


def document(rule: dict[str, Any] | None = None, row: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"version": 2, "rules": [{**GOOD, **(rule or {})}], "lists": [{**LIST, **(row or {})}]}


def test_the_built_in_rules_are_sound() -> None:
    found = rules.of_file()
    assert found.version == 1 and len(found.rules) >= 10 and len(found.lists) >= 3
    assert {rule.measure for rule in found.rules} == set(MEASURES), "every figure is watched by some rule"
    for rule in found.rules:
        assert rule.label.zh and rule.label.en and rule.by in MEASURES[rule.measure].by
        if MEASURES[rule.measure].share:
            assert rule.bounds.threshold <= 1
    for each in found.lists:
        assert each.cut.base > 0, "nobody is blamed for two cases"


def test_a_rule_is_read_exactly() -> None:
    found = rules.parse(document({"threshold": "1/3", "clear": "1/4", "base": 9}, {"share": "1/5"}))
    bounds = found.rule("a").bounds
    assert (bounds.threshold, bounds.clear, bounds.base, bounds.days) == (Fraction(1, 3), Fraction(1, 4), 9, 7)
    cut = found.list_rule("l").cut
    assert (cut.share, cut.floor, cut.high, cut.most) == (Fraction(1, 5), Fraction(1), False, 10)
    for asked in (found.rule, found.list_rule):
        with pytest.raises(Refused) as caught:
            asked("moon")
        assert caught.value.code == "common.not_found"


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ({"measure": "moon"}, {}),
        ({"by": "indicator"}, {}),
        ({"threshold": "five"}, {}),
        ({"threshold": "1/0"}, {}),
        ({"clear": "6"}, {}),
        ({"below": True, "clear": "4"}, {}),
        ({"days": 0}, {}),
        ({"days": 400}, {}),
        ({"kind": "moon"}, {}),
        ({"severity": 6}, {}),
        ({"likelihood": "x"}, {}),
        ({"code": "x" * 33}, {}),
        ({"code": "l"}, {}),
        ({}, {"measure": "score_drop"}),
        ({}, {"measure": "moon"}),
        ({}, {"group": "moon"}),
        ({}, {"period": "day"}),
        ({}, {"floor": "x"}),
        ({}, {"share": "0"}),
        ({}, {"share": "2/3"}),
    ],
)
def test_rules_that_are_wrong(rule: dict[str, Any], row: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        rules.parse(document(rule, row))
    assert caught.value.code == "risk.bad_rules"


@pytest.mark.parametrize("gone", ["code", "zh", "measure", "by", "threshold", "days", "kind", "severity"])
def test_nothing_may_be_missing(gone: str) -> None:
    rule = {name: value for name, value in GOOD.items() if name != gone}
    with pytest.raises(Refused):
        rules.parse({"version": 1, "rules": [rule]})
    with pytest.raises(Refused):
        rules.parse({"rules": [GOOD]})


def test_a_list_needs_a_share_or_a_floor() -> None:
    row = {name: value for name, value in LIST.items() if name != "floor"}
    with pytest.raises(Refused):
        rules.parse({"version": 1, "rules": [], "lists": [row]})


def test_a_citys_own_file_and_a_slip_of_the_pen(tmp_path: Path, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(rules.settings, "CITY", type("C", (), {"home": tmp_path})())
    assert rules.of_file().version == 1
    own = tmp_path / "risks.toml"
    lines = [f"{name} = {value!r}" for name, value in GOOD.items()]
    own.write_text("version = 5\n[[rules]]\n" + "\n".join(lines), encoding="utf-8")
    assert rules.of_file().version == 5 and [rule.code for rule in rules.of_file().rules] == ["a"]
    import os

    with caplog.at_level(logging.ERROR):
        own.write_text("version = ", encoding="utf-8")
        os.utime(own, (1, 1))
        assert rules.of_file().version == 5, "what was in force stays"
    assert "risks.toml is not used" in caplog.text
    own.unlink()
    assert rules.of_file().version == 1
