"""Rules set in the browser: versions that follow each other, the file beside them, and what values would raise now."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.risks import actions, rules
from chuangcheng.risks.facts import RULEBOOKS
from chuangcheng.risks.models import Risk, Rulebook
from chuangcheng.risks.rule_text import Values, document, toml
from chuangcheng.risks.rules import Rule
from chuangcheng.risks.watch import Stand, Watched, stand_with, watch
from tests.risks.conftest import Cases

CODE = "debts_unit"


def values(**more: Any) -> Values:
    return replace(Values.of(rules.current().rule(CODE)), **more)


def change(actor: Any = SYSTEM, version: int | None = None, **more: Any) -> Rulebook:
    seen = rules.current().version if version is None else version
    return actions.change_rule(actor=actor, code=CODE, values=values(**more), version=seen)


def test_each_change_is_a_version_in_history_and_the_highest_counts(personas: Any, noon: Any, tmp_path: Path) -> None:
    assert rules.current().version == 1 and not Rulebook.objects.exists()
    first = change(personas["office"], threshold=Fraction(4), severity=5)
    assert (first.version, rules.current().version, str(first)) == (2, 2, "v2")
    rule = rules.current().rule(CODE)
    assert (rule.bounds.threshold, rule.severity, rule.bounds.clear) == (4, 5, 1)
    second = change(personas["office"], on=False)
    assert (second.version, rules.current().rule(CODE).on) == (3, False)
    back = actions.put_back(actor=personas["office"], book_id=first.pk)
    assert back.version == 4 and rules.current().rule(CODE) == rule
    told = Event.objects.filter(subject_kind="rulebook").order_by("recorded_at", "subject_id")
    assert {(event.action, event.after["version"]) for event in told} == {
        ("rulebook.changed", 2), ("rulebook.changed", 3), ("rulebook.put_back", 4),
    }  # fmt: skip
    assert {event.actor_person for event in told} == {personas["office"].person_id}
    assert Outbox.objects.filter(topic="risk.rules_changed").count() == 3
    assert list(RULEBOOKS.check()) == [] and verify(tmp_path) == []


def test_a_file_of_a_higher_version_goes_before_and_is_built_upon(
    personas: Any, noon: Any, tmp_path: Path, settings: Any
) -> None:
    settings.CITY = replace(settings.CITY, home=tmp_path)
    change(threshold=Fraction(4))
    own = document(rules.of_file())
    (tmp_path / "risks.toml").write_text(toml({**own, "version": 9}), encoding="utf-8")
    assert rules.current().version == 9 and rules.current().rule(CODE).bounds.threshold == 1
    assert change(threshold=Fraction(6)).version == 10 and rules.current().rule(CODE).bounds.threshold == 6


def test_a_set_out_of_a_file_becomes_the_next_version(personas: Any, noon: Any) -> None:
    given = document(rules.of_file())
    del given["rules"][0]
    book = actions.take_rules(actor=personas["office"], source=toml({**given, "version": 77}).encode("utf-8-sig"))
    assert book.version == 2 and len(rules.current().rules) == len(rules.of_file().rules) - 1
    for wrong in (b"version = ", b"\xff\xfe", b"x = 1", toml({**given, "rules": [{"code": "a"}]}).encode()):
        with pytest.raises(Refused, match=r"risk\.bad_rules"):
            actions.take_rules(actor=personas["office"], source=wrong)
    with pytest.raises(Refused, match=r"risk\.same_rules"):
        actions.take_rules(actor=personas["office"], source=toml(given).encode())


def test_what_is_refused(personas: Any, noon: Any) -> None:
    book = change(severity=5)
    refused = [
        ("risk.same_rules", lambda: change()),
        ("risk.rules_moved", lambda: change(version=1, severity=1)),
        ("risk.bad_rules", lambda: change(days=0)),
        ("risk.same_rules", lambda: actions.put_back(actor=SYSTEM, book_id=book.pk)),
        ("common.not_found", lambda: actions.put_back(actor=SYSTEM, book_id=Risk().pk)),
        ("common.not_found", lambda: actions.change_rule(actor=SYSTEM, code="no", values=values(), version=2)),
    ]
    for code, call in refused:
        with pytest.raises(Refused) as told:
            call()
        assert told.value.code == code
    holders = {who for who, actor in personas.items() if rights.can(actor, "risks.rules")}
    assert holders == {"office"}
    for who, actor in personas.items():
        if who not in holders:
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                change(actor, severity=4)
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                actions.put_back(actor=actor, book_id=book.pk)
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                actions.take_rules(actor=actor, source=b"")
    assert Rulebook.objects.count() == 1


def bound(rule: Rule, **more: Any) -> Rule:
    return replace(rule, bounds=replace(rule.bounds, **more))


def test_what_values_would_raise_now(debts: Rule, tasks: Cases, units: Any) -> None:
    tasks(4)
    name = units["department"].short_name
    assert stand_with(debts) == Stand(new=(name,)) and stand_with(debts).number == 1
    assert stand_with(bound(debts, threshold=Fraction(5))).number == 0
    assert stand_with(bound(debts, base=5)).number == 0, "too few rows"
    assert not Risk.objects.exists(), "a try writes nothing"
    assert watch() == Watched(raised=1)
    assert stand_with(debts) == Stand(stays=(name,))
    high = bound(debts, threshold=Fraction(9), clear=Fraction(8))
    assert stand_with(high) == Stand(relieved=(name,))
    assert stand_with(replace(high, on=False)) == Stand(stays=(name,)), "off: nothing is relieved"
    risk = Risk.objects.get()
    Risk.objects.filter(pk=risk.pk).update(state="closed")
    assert stand_with(debts) == Stand(), "closed in this window: left alone"
    assert stand_with(replace(debts, on=False)) == Stand()


def test_a_rule_that_is_off_is_not_watched(
    debts: Rule, tasks: Cases, units: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chuangcheng.risks import watch as watching

    off = rules.Rules(8, (replace(debts, on=False),), ())
    monkeypatch.setattr(watching, "current", lambda: off)
    tasks(9)
    assert watch() == Watched() and not Risk.objects.exists()
