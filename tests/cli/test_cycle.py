"""``chuangcheng cycle``: what it prints for people and programs, in both languages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.cli.commands import cycle as command
from chuangcheng.cli.main import COMMANDS
from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.models import Cycle
from chuangcheng.kernel import clock
from tests.conftest import NOON
from tests.cycle.conftest import TODAY, cycle, edition

__all__ = ["cycle", "edition"]


@pytest.fixture(autouse=True)
def ready(monkeypatch: Any) -> None:
    """The test's database stands for the home's."""
    monkeypatch.setattr(command.home, "open_ready_home", lambda: None)


def told() -> dict[str, Any]:
    """The JSON as it is printed."""
    data = command.run(command.argparse.Namespace()).data
    return dict(json.loads(json.dumps(data)))


def test_it_is_a_command() -> None:
    assert COMMANDS["cycle"].zh and COMMANDS["cycle"].en


def test_before_any_cycle(db: None) -> None:
    result = command.run(command.argparse.Namespace())
    assert (result.data, result.code, len(result.lines)) == ({"cycle": None}, 0, 1)


@pytest.mark.parametrize("days", [0, 76, 77, 200, 300, 500, 1000])
def test_the_json_is_the_position_of_the_day(cycle: Cycle, days: int) -> None:
    with clock.at(NOON + timedelta(days=days)):
        at, data = selectors.position(), told()
    assert at is not None
    assert data["as_of"] == (TODAY + timedelta(days=days)).isoformat()
    assert (data["status"], data["year"], data["days_left"]) == ("nominee", at.year, at.days)
    assert data["phase"] == (at.phase.kind if at.phase else None)
    assert data["national_in"] == at.national_in
    assert data["year_weight"] == (None if at.weight is None else float(at.weight))


def test_only_freezes_of_today_are_named(cycle: Cycle, personas: Any) -> None:
    for name, first, last in (("甲", 0, 3), ("乙", 2, 5), ("丙", -3, 0)):
        actions.set_freeze(
            actor=personas["office"], cycle_id=cycle.pk, name=name, from_on=TODAY + timedelta(days=first),
            to_on=TODAY + timedelta(days=last), covers=["duties"],
        )  # fmt: skip
    assert [row["name"] for row in told()["freezes"]] == ["丙", "甲"]
    with clock.at(NOON + timedelta(days=4)):
        assert [row["name"] for row in told()["freezes"]] == ["乙"]


def test_the_lines_say_the_same(cycle: Cycle) -> None:
    lines = list(command.run(command.argparse.Namespace()).lines)
    assert lines[0].startswith("第七届全国文明城市 · 提名 · 2026-09-15")
    assert "self_check" in lines[1] and "76" in lines[1] and "167" in lines[1]
    assert len(lines) == 3
