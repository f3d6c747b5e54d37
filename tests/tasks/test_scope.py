"""What one unit sees of another's tasks: nothing, by whichever way it asks."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.framework.actions import load_edition
from chuangcheng.history import sweep
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.notices.models import Notice
from chuangcheng.people import rights
from chuangcheng.tasks import actions, selectors
from chuangcheng.tasks.ledger import command
from chuangcheng.tasks.ledger.merging import compare
from chuangcheng.tasks.ledger.writing import write
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.policies import task_rows
from tests.framework.editions import small
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_tasks import refused
from tests.tasks.trying import move
from tests.tasks.workbook import cells, column

UNITS = ["office", "subcommand", "district", "department", "street", "street2", "community"]
#: Persona → the leads whose tasks it sees, by its unit, its line and its area.
SEES = {
    **{key: set(UNITS) for key in ("office", "leader", "inspector", "auditor")},
    "subcommand": {"subcommand", "department", "street"}, "district": {"district", "street", "street2", "community"},
    "department": {"department"}, "street": {"street", "community"}, "street2": {"street2"},
    "community": {"community"}, "grid": set(),
}  # fmt: skip


@pytest.fixture
def shelf(make: Make) -> dict[str, Task]:
    """One task a unit."""
    return {unit: make(unit) for unit in UNITS}


def test_each_sees_its_own_its_line_and_its_area(shelf: dict[str, Task], personas: Any) -> None:
    seen = {
        name: {unit for unit, task in shelf.items() if selectors.visible_to(actor).filter(pk=task.pk).exists()}
        for name, actor in personas.items()
    }
    assert seen == SEES
    assert selectors.visible_to(SYSTEM).count() == len(UNITS) and not selectors.visible_to(CITIZEN).exists()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(linked=st.dictionaries(st.sampled_from(UNITS), st.sets(st.sampled_from(UNITS), max_size=3)))
def test_support_is_sight_and_no_more(
    shelf: dict[str, Task], ledger: Any, personas: Any, linked: dict[str, set[str]]
) -> None:
    for unit, task in shelf.items():
        task.supports.set([ledger[name] for name in linked.get(unit, set())])
    for name in ("department", "street2", "community", "subcommand"):
        own = {unit for unit in UNITS if name in linked.get(unit, set())}
        actor = personas[name]
        assert {task.lead_id for task in selectors.visible_to(actor)} == {ledger[unit].pk for unit in SEES[name] | own}
        for permission in ("tasks.report", "tasks.edit", "tasks.review"):
            if rights.can(actor, permission):
                reached = Task.objects.filter(task_rows(actor, permission))
                assert {task.lead_id for task in reached} == {ledger[unit].pk for unit in SEES[name]}, permission
            else:
                assert not Task.objects.filter(task_rows(actor, permission)).exists()
        for unit in own - SEES[name]:
            asks = {"petition"} if rights.can(actor, "tasks.report") else set()
            assert {move.name for move in selectors.moves_for(actor, shelf[unit])} == asks, "it may ask for time"


def test_no_way_around(shelf: dict[str, Task], personas: Any) -> None:
    """A page, a photo's entry, a number, a standard, a comment: what is not seen is not there."""
    standard = load_edition(actor=SYSTEM, document=small()).standards.get(code="F-1-1-1")
    Task.objects.update(standard=standard)
    for task in shelf.values():
        move("progress", SYSTEM, task.pk)
    for name, seen in SEES.items():
        actor = personas[name]
        assert {task.pk for task in selectors.of_standard(actor, standard)} == {shelf[unit].pk for unit in seen}
        for unit, task in shelf.items():
            entry = task.entries.get()
            if unit in seen:
                assert selectors.get_task_for(actor, task.pk) == selectors.entry_for(actor, entry.pk).task == task
                assert selectors.by_numbers(actor, [task.number, task.number]) == [task]
                continue
            refused("common.not_found", selectors.get_task_for, actor=actor, task_id=task.pk)
            refused("common.not_found", selectors.entry_for, actor=actor, entry_id=entry.pk)
            refused("task.unknown_task", selectors.by_numbers, actor=actor, numbers=[task.number])
            code = "common.not_found" if rights.can(actor, "tasks.view") else "common.not_allowed"
            refused(code, actions.add_comment, actor=actor, task_id=task.pk, words="x")
    refused("common.not_found", selectors.get_task_for, actor=SYSTEM, task_id=uuid4())


def test_debts_and_turns_are_ones_own(shelf: dict[str, Task], ledger: Any, personas: Any) -> None:
    late = TODAY + timedelta(days=30)
    for name, seen in SEES.items():
        owing = {debt.unit.pk for debt in selectors.debts(selectors.visible_to(personas[name]), late)}
        assert owing == {ledger[unit].pk for unit in seen}, name
    for unit, task in shelf.items():
        stage = "subcommand" if task.reviewer_id else "office"
        Task.objects.filter(pk=task.pk).update(state="in_review", stage=stage)
        assert bool(task.reviewer_id) == (unit in {"department", "street"})
    turns = {name: set(selectors.waiting_for(actor)) for name, actor in personas.items()}
    assert turns.pop("subcommand") == {shelf["department"], shelf["street"]}
    assert turns.pop("office") == {task for task in shelf.values() if not task.reviewer_id}
    assert not any(turns.values()) and not selectors.waiting_for(CITIZEN).exists()


def test_a_workbook_reaches_no_further_than_its_hand(shelf: dict[str, Task], personas: Any, tmp_path: Any) -> None:
    """The whole ledger, brought back by one unit: others' rows are unknown to it, and none of them is missed."""
    file = BytesIO()
    write(file, list(Task.objects.select_related("lead").order_by("number")), actor=SYSTEM)
    for name in ("department", "street", "district", "grid"):
        lines = compare(actor=personas[name], source=file.getvalue(), name="x.xlsx")
        known = {line.number for line in lines if line.kind == "unchanged"}
        assert known == {shelf[unit].number for unit in SEES[name]}
        assert {(line.kind, line.why, line.number) for line in lines if line.number not in known} == {
            ("problem", "unknown", "")
        }
        path = tmp_path / f"{name}.xlsx"
        assert command.send_out(actor=personas[name], path=path) == len(SEES[name])
        rows = cells(path)
        assert {row[column(rows, "编号")] for row in rows[1:]} == known


#: Moves that ask for a later day than the one before.
LATER = ("postpone", "petition")


def test_who_is_told_of_what(make: Make, ledger: Any, personas: Any) -> None:
    """Each topic to whoever owes the next step, and to nobody else; a comment is no news."""
    unit, above, office = {"department"}, {"subcommand"}, {"office"}
    wanted = [
        ("progress", {}), ("arrange", {}), ("submit", {"task.submitted": above}), ("pass", {"task.passed": office}),
        ("send_back", {"task.sent_back": unit}), ("submit", {"task.submitted": above}),
        ("send_back", {"task.sent_back": unit}), ("postpone", {"task.extended": unit}), ("petition", {"petition.asked": above}),
        ("endorse", {"petition.endorsed": office}), ("grant", {"task.extended": unit}), ("petition", {"petition.asked": above}),
        ("decline", {"petition.declined": unit}), ("petition", {"petition.asked": above}), ("retract", {}), ("uphold", {"task.upheld": unit}),
        ("check", {}), ("relapse", {"task.relapsed": unit}), ("amend", {}), ("void", {"task.voided": unit}),
    ]  # fmt: skip
    task = make(supports=(ledger["street"],))
    Task.objects.filter(pk=task.pk).update(proofs=1)
    sweep.drain()
    assert set(Notice.objects.values_list("topic", "person__username")) == {("task.created", "department")}
    for name, told in wanted:
        Notice.objects.all().delete()
        later = {"due_on": Task.objects.get(pk=task.pk).due_on + timedelta(days=5)} if name in LATER else {}
        move(name, SYSTEM, task.pk, **later)
        actions.add_comment(actor=personas["street"], task_id=task.pk, words="请注意")
        sweep.drain()
        found: dict[str, set[str]] = {}
        for notice in Notice.objects.select_related("person"):
            found.setdefault(notice.topic, set()).add(notice.person.username)
            assert notice.url == f"/desk/tasks/{task.pk}/" and notice.subject_id == task.pk
        assert found == told, name
