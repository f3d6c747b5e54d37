"""Rows made directly, so that a figure can be reckoned by hand: cases, tasks, looks. Imports stand in the fixtures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import NOON
from tests.cycle.conftest import cycle
from tests.sites.conftest import edition, site

__all__ = ["cycle", "edition", "site"]
TODAY = date(2026, 9, 15)
Cases = Callable[..., list[Any]]


@pytest.fixture
def units(small_city: Any, personas: Any, noon: Any) -> dict[str, Any]:
    """The units; the department answers to the sub-command in its line."""
    unit = small_city.units["department"]
    unit.line_parent = small_city.units["subcommand"]
    unit.save()
    return dict(small_city.units)


@pytest.fixture
def cases(units: dict[str, Any], small_city: Any) -> Cases:
    """``cases(3, unit="street", due=-1, filed=10, **fields)``: open cases of a unit, due so many days from now."""
    from chuangcheng.cases.models import Case

    made: list[Any] = []

    def make(count: int, *, unit: str = "street", due: float | None = -1, filed: float = 10, **more: Any) -> list[Any]:
        street = small_city.streets[1 if unit == "street2" else 0]
        found = [
            Case(
                number=f"AJ-{len(made) + n}",
                text="垃圾积存",
                source="patrol",
                state=more.get("state", "handling"),
                holder=units[unit],
                responsible=units[unit],
                division=street,
                division_path=street.path,
                filed_at=NOON - timedelta(days=filed),
                due_at=None if due is None else NOON + timedelta(days=due),
                **{name: value for name, value in more.items() if name != "state"},
            )
            for n in range(count)
        ]
        Case.objects.bulk_create(found)
        made.extend(found)
        return found

    return make


@pytest.fixture
def tasks(units: dict[str, Any]) -> Cases:
    """``tasks(2, unit="department", due=-3, state="under_way")``."""
    from chuangcheng.tasks.models import Task

    made: list[Any] = []

    def make(
        count: int, *, unit: str = "department", due: int = -3, state: str = "under_way", **more: Any
    ) -> list[Any]:
        day = TODAY + timedelta(days=due)
        found = [
            Task(
                number=f"RW-{len(made) + n}",
                body_digest="x",
                problem="积存",
                lead=units[unit],
                due_on=day,
                first_due_on=day,
                state=state,
                created_at=NOON - timedelta(days=40),
                **more,
            )
            for n in range(count)
        ]
        Task.objects.bulk_create(found)
        made.extend(found)
        return found

    return make


@pytest.fixture
def debts(monkeypatch: Any, units: dict[str, Any]) -> Any:
    """One rule alone in force: three late tasks at a unit, relieved below two, over thirty days."""
    from chuangcheng.risks import rules, watch

    row = {
        "code": "debts",
        "zh": "任务欠账",
        "en": "Tasks are owed",
        "measure": "late_tasks",
        "by": "unit",
        "threshold": "3",
        "clear": "2",
        "days": 30,
        "kind": "progress",
        "severity": 3,
        "likelihood": 4,
    }
    found = rules.parse({"version": 7, "rules": [row]})
    monkeypatch.setattr(watch, "current", lambda: found)
    return found.rules[0]
