"""Lists drawn from random tasks, held against a reckoning by hand; rules and documents that go with them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.bulletins.laggards import compose, rule_words, written
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Unit
from chuangcheng.risks import actions, rules
from chuangcheng.risks.actions import lists
from chuangcheng.risks.facts import ALL
from chuangcheng.risks.models import LaggardList
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases

FROM, TO = TODAY - timedelta(days=30), TODAY - timedelta(days=1)
NAMES = ("district", "department", "street", "street2")
BASE = {
    "code": "x",
    "zh": "名单",
    "en": "List",
    "measure": "late_tasks",
    "group": "all",
    "period": "month",
    "base": 1,
}


def in_force(monkeypatch: Any, **row: Any) -> rules.ListRule:
    found = rules.parse({"version": 4, "rules": [], "lists": [{**BASE, **row}]})
    monkeypatch.setattr(lists, "current", lambda: found)
    return found.lists[0]


def drawn(**more: Any) -> LaggardList:
    return actions.draft_list(actor=SYSTEM, code="x", from_on=FROM, to_on=TO, **more)


def codes(row: LaggardList) -> list[str]:
    return [one.unit.code for one in row.laggards.all()]


@pytest.mark.parametrize("seed", range(8))
def test_a_floor_by_hand(units: Any, tasks: Cases, monkeypatch: Any, seed: int) -> None:
    dice = random.Random(seed)
    floor, base = dice.randint(0, 3), dice.randint(1, 3)
    in_force(monkeypatch, floor=str(floor), base=base)
    late, every = {}, {}
    for name in NAMES:
        late[name], fine = dice.randint(0, 5), dice.randint(0, 2)
        every[name] = late[name] + fine
        tasks(late[name], unit=name, due=-5)
        tasks(fine, unit=name, due=5)
    row = drawn()
    wanted = [units[name].code for name in NAMES if every[name] >= base and late[name] > floor]
    order = {unit.code: unit.official_order for unit in Unit.objects.all()}
    assert codes(row) == sorted(wanted, key=order.__getitem__)
    for one in row.laggards.select_related("unit"):
        name = next(name for name in NAMES if units[name].pk == one.unit_id)
        assert (one.value, one.base, one.why) == (Decimal(late[name]), every[name], "floor")
        assert one.place == 1 + sum(late[other] > late[name] for other in NAMES if every[other] >= base)
    small = {each["name"] for each in row.counted if each["why"] == "small"}
    assert {units[name].short_name for name in NAMES if every[name] < base} <= small
    assert [str(each) for folded in ALL for each in folded.check()] == []


@pytest.mark.parametrize(
    ("counts", "share", "listed"),
    [
        ((4, 3, 2, 1), "1/4", ("district",)),
        ((4, 3, 2, 1), "1/2", ("district", "department")),
        ((1, 2, 3, 4), "1/2", ("street", "street2")),
        ((4, 4, 2, 1), "1/4", ()),
        ((4, 4, 2, 1), "1/2", ("district", "department")),
        ((3, 3, 3, 3), "1/2", ()),
        ((4, 3, 2, 1), "1/5", ()),
    ],
)
def test_a_share_by_hand(
    units: Any, tasks: Cases, monkeypatch: Any, counts: tuple[int, ...], share: str, listed: tuple[str, ...]
) -> None:
    in_force(monkeypatch, share=share)
    for name, count in zip(NAMES, counts, strict=True):
        tasks(count, unit=name, due=-5)
    assert codes(drawn()) == [units[name].code for name in listed]


@pytest.mark.parametrize(
    ("group", "compared"),
    [
        ("street", {"河东街道", "河西街道"}),
        ("city", {"城市管理局"}),
        ("district", {"东山区创城办"}),
        ("all", {"河东街道", "河西街道", "城市管理局", "东山区创城办"}),
    ],
)
def test_a_group_compares_its_own(units: Any, tasks: Cases, monkeypatch: Any, group: str, compared: set[str]) -> None:
    in_force(monkeypatch, floor="0", group=group)
    for name in NAMES:
        tasks(2, unit=name, due=-5)
    row = drawn()
    assert {each["name"] for each in row.counted} == compared
    assert {one.unit.short_name for one in row.laggards.all()} == compared
    names = rules.GROUPS[group].zh
    assert any(names in words for words in compose(row).texts())


def test_states_are_those_of_the_periods_end(units: Any, tasks: Cases, monkeypatch: Any) -> None:
    """What was late by the end of the period counts; what became late after it does not."""
    in_force(monkeypatch, floor="0")
    tasks(2, unit="street", due=-12)
    tasks(2, unit="department", due=-3)
    row = actions.draft_list(actor=SYSTEM, code="x", from_on=date(2026, 8, 10), to_on=TODAY - timedelta(days=6))
    assert codes(row) == [units["street"].code]


def test_a_period_that_ends_today_counts_until_now(units: Any, cases: Cases, monkeypatch: Any) -> None:
    in_force(monkeypatch, measure="overdue_share", floor="1/2", group="street")
    cases(3, unit="street", due=-0.1)
    cases(3, unit="street2", due=0.1)
    row = actions.draft_list(actor=SYSTEM, code="x", from_on=FROM, to_on=TODAY)
    assert codes(row) == [units["street"].code]
    assert [written(row, one.value) for one in row.laggards.all()] == ["100.0%"]


def test_an_old_list_is_explained_by_the_rule_that_made_it(units: Any, tasks: Cases, monkeypatch: Any) -> None:
    in_force(monkeypatch, floor="1")
    tasks(3, unit="street", due=-5)
    row = drawn()
    before = compose(row).texts()
    in_force(monkeypatch, floor="9", zh="另一规则")
    row.refresh_from_db()
    assert compose(row).texts() == before and "超过底线 1 " in rule_words(row.rule)


@pytest.mark.parametrize("code", [rule.code for rule in rules.of_file().lists])
def test_each_built_in_list_is_drawn_from_an_empty_city(units: Any, edition: Any, code: str) -> None:
    row = actions.draft_list(actor=SYSTEM, code=code, from_on=FROM, to_on=TO)
    assert not row.laggards.exists() and row.drafted_at == NOON
    assert compose(row).sections[1].table is not None
    assert Fraction(row.rule["share"] or row.rule["floor"]) > 0
