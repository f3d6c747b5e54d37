"""What comes back by itself, what is told to whom, and rows held against their history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chuangcheng.history import duties, projections, sweep
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions, effects
from chuangcheng.tasks.models import Routine, Task
from tests.cases.play import picture
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_tasks import refused


def test_the_next_one_comes_when_the_last_ones_day_has_passed(make: Make, ledger: Any, personas: Any) -> None:
    task = make(days=3, supports=(ledger["street"],), measure="每周一次", goal="无积存")
    by = {"actor": personas["office"], "task_id": task.pk}
    refused("task.bad_rule", actions.set_routine, **by, every="yearly")
    refused("task.bad_rule", actions.set_routine, **by, every="weekly", until_on=task.due_on)
    refused("common.not_allowed", actions.set_routine, **{**by, "actor": personas["department"]}, every="weekly")
    refused("common.not_found", actions.end_routine, **by)
    routine = actions.set_routine(**by, every="weekly", until_on=TODAY + timedelta(days=35))
    refused("task.already_routine", actions.set_routine, **by, every="weekly")
    assert actions.make_due(today=TODAY + timedelta(days=3)) == 0
    with clock.at(clock.now() + timedelta(days=4)):
        assert (effects.make_tasks(), effects.make_tasks()) == (1, 0)
    second = Task.objects.get(routine=routine, period_on=TODAY + timedelta(days=10))
    assert (second.due_on, second.start_on) == (TODAY + timedelta(days=10), TODAY + timedelta(days=4))
    assert (second.measure, second.state, second.place) == ("每周一次", "not_started", 2)
    assert list(second.supports.all()) == [ledger["street"]]
    actions.amend_task(actor=personas["office"], task_id=second.pk, goal="日产日清")
    with clock.at(clock.now() + timedelta(days=26)):  # two periods passed with nobody there: they stay unmade
        assert actions.make_due(today=clock.today().date()) == 1
    third = Task.objects.get(routine=routine, period_on=TODAY + timedelta(days=31))
    assert third.goal == "日产日清"
    assert actions.make_due(today=TODAY + timedelta(days=33)) == 0, "its last day has passed by then"
    assert actions.end_routine(**by).state == "ended"
    refused("state.move_refused", actions.end_routine, **by)
    assert actions.make_due(today=TODAY + timedelta(days=34)) == 0
    assert whole()


def whole() -> bool:
    found = [each for name in ("tasks.task", "tasks.routine") for each in projections.registered()[name].check()]
    assert found == []
    return True


@pytest.fixture
def lived(make: Make, ledger: Any, personas: Any) -> Task:
    """A task that went through everything."""
    task = make(days=5, supports=(ledger["street"],), waits_for=(make(state="").pk,))
    office, unit, run = personas["office"], personas["department"], {"task_id": task.pk}
    actions.amend_task(actor=office, **run, waits_for=(), place=9)
    actions.extend_task(actor=office, **run, due_on=TODAY + timedelta(days=8), words="雨")
    actions.report_progress(actor=unit, **run, words="开工", share=50, shots=[picture()])
    actions.submit_task(actor=unit, **run, words="完成")
    actions.send_back(actor=personas["subcommand"], **run, words="再补")
    actions.submit_task(actor=unit, **run, words="补好")
    actions.pass_task(actor=personas["subcommand"], **run)
    actions.strike_off(actor=office, **run)
    return actions.mark_relapse(actor=personas["subcommand"], **run, words="反弹", due_on=TODAY + timedelta(days=30))


def test_a_whole_life_is_what_history_says(lived: Task, tmp_path: Any) -> None:
    assert whole() and list(verify(tmp_path)) == []


@pytest.mark.parametrize("column", ["state", "share", "due_on", "lead_id", "supports", "gone", "unknown"])
def test_a_row_that_was_tampered_with_is_named_and_mended(lived: Task, ledger: Any, column: str) -> None:
    rows, projection = Task.objects.filter(pk=lived.pk), projections.registered()["tasks.task"]
    if column == "supports":
        lived.supports.set([ledger["street2"]])
    elif column == "gone":
        rows.delete()
    elif column == "unknown":
        lived.entries.all().delete()
        lived.supports.clear()
        rows.update(id=UUID(int=7))
    else:
        rows.update(
            **{column: {"state": "void", "share": 7, "due_on": date(2030, 1, 1)}.get(column, ledger["street"].pk)}
        )
    found = [each.what for each in projection.check()]
    assert found and (column in found[0] or column in {"gone", "unknown"})
    written = projection.rebuild()
    if column in {"gone", "unknown"}:
        assert written == 0 and len(found) >= 1
    else:
        assert written == 1 and whole()


def told(**which: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for topic, name in Notice.objects.filter(**which).values_list("topic", "person__username"):
        found.setdefault(topic, set()).add(name)
    return found


def test_whoever_owes_the_next_step_is_told(lived: Task) -> None:
    sweep.drain()
    assert told(subject_id=lived.pk) == {
        "task.created": {"department"}, "task.extended": {"department"}, "task.sent_back": {"department"}, "task.struck_off": {"department"},
        "task.relapsed": {"department"},
    }  # fmt: skip


def test_a_date_is_told_once_ahead_and_once_after(make: Make, personas: Any) -> None:
    task, _far = make(days=6), make(days=60)
    assert "tasks.dates" in duties.registered() and "tasks.routines" in duties.registered()
    for days, topics in ((0, {"task.due_soon"}), (1, {"task.due_soon"}), (7, {"task.due_soon", "task.overdue"}),
                         (8, {"task.due_soon", "task.overdue"})):  # fmt: skip
        with clock.at(clock.now() + timedelta(days=days)):
            effects.tell_of_dates()
        assert set(told()) == topics
    assert Notice.objects.filter(subject_id=task.pk).count() == 2
    actions.extend_task(actor=personas["office"], task_id=task.pk, due_on=TODAY + timedelta(days=20), words="x")
    with clock.at(clock.now() + timedelta(days=16)):
        effects.tell_of_dates()
    assert Notice.objects.filter(topic="task.due_soon").count() == 2, "the new date is news again"


def test_the_person_named_is_told_too_and_a_void_task_tells_no_reviewer(make: Make, personas: Any) -> None:
    task = make(owner=Person.objects.get(username="leader"))
    sweep.drain()
    assert told() == {"task.created": {"department", "leader"}}
    Task.objects.filter(pk=task.pk).update(state="under_way", proofs=1)
    actions.submit_task(actor=SYSTEM, task_id=task.pk, words="完成")
    actions.withdraw_task(actor=SYSTEM, task_id=task.pk)
    sweep.drain()
    assert "task.submitted" not in told(), "nobody waits for a review that was taken back"
    actions.submit_task(actor=SYSTEM, task_id=task.pk, words="完成")
    sweep.drain()
    actions.pass_task(actor=personas["subcommand"], task_id=task.pk)
    sweep.drain()
    assert told()["task.submitted"] == {"subcommand"} and told()["task.passed"] == {"office"}
    assert Routine.objects.count() == 0
