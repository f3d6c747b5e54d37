"""A department below a sub-command, whose ledger the office fills. Imports stand in the fixtures, as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.tasks.models import Task

TODAY = date(2026, 9, 15)
Make = Callable[..., Any]


@pytest.fixture
def ledger(small_city: Any, personas: dict[str, Actor], noon: Any) -> dict[str, Any]:
    """The city's units; the department and the street answer to the sub-command in their line."""
    for name in ("department", "street"):
        unit = small_city.units[name]
        unit.line_parent = small_city.units["subcommand"]
        unit.save()
    return dict(small_city.units)


@pytest.fixture
def make(ledger: dict[str, Any], personas: dict[str, Actor]) -> Make:
    """Sets a task: ``make(unit="department", days=10, actor="office", state="under_way", **input)``."""
    from chuangcheng.tasks import actions
    from chuangcheng.tasks.models import Task

    def set_task(unit: str = "department", days: int = 10, actor: str = "office", state: str = "", **more: Any) -> Task:
        given = {
            "problem": "背街小巷垃圾清运不及时",
            "lead": ledger[unit],
            "due_on": TODAY + timedelta(days=days),
            **more,
        }
        task, created = actions.create_task(actor=personas[actor], given=actions.TaskInput(**given))
        assert created
        if state:
            Task.objects.filter(pk=task.pk).update(state=state)
            task.refresh_from_db()
        return task

    return set_task
