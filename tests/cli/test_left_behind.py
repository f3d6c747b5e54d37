"""What the doctor says of persons who left and units that ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chuangcheng.cli.left_behind import left_behind
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.tasks.actions import TaskInput, create_task


@pytest.fixture
def owed(small_city: Any, personas: dict[str, Actor], noon: Any) -> Person:
    """The department's person answers for two tasks of the unit."""
    owner = Person.objects.get(username="department")
    for n in range(2):
        lead = small_city.units["department"]
        given = TaskInput(problem=f"第{n}件", lead=lead, owner=owner, due_on=date(2026, 10, 1))
        create_task(actor=personas["office"], given=given)
    return owner


def said() -> dict[str, tuple[str, str]]:
    return {each.name: (each.level, each.said) for each in left_behind()}


def test_nothing_is_said_while_everybody_is_there(owed: Person) -> None:
    assert {name: level for name, (level, _said) in said().items()} == {"persons_left": "ok", "units_left": "ok"}


def test_who_left_and_what_ended_with_work_is_counted_without_names(
    owed: Person, small_city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Post.objects.filter(person=owed).update(valid_to=date(2026, 9, 14))
    unit = small_city.units["department"]
    Unit.objects.filter(pk=unit.pk).update(valid_to=date(2026, 9, 14))
    monkeypatch.setenv("CHUANGCHENG_LANGUAGE", "zh-hans")
    found = said()
    assert found["persons_left"] == ("warn", "1 名离岗人员名下有未交接的事项（任务 2），请在“人员”中交接")
    assert found["units_left"] == ("warn", f"1 个已撤销单位名下有未移交的工作（任务 2）：{unit.code}")
    assert not any(owed.name in text or owed.username in text for _level, text in found.values())
