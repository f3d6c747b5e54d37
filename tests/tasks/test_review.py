"""Striking off, upholding, relapse: every stage, every wrong hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Person, Post
from chuangcheng.tasks import actions, selectors, timeline
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import TASK, VERBS
from tests.cases.play import picture
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_tasks import refused


@pytest.fixture
def at_work(make: Make, personas: Any) -> Task:
    """Under way at the department."""
    return actions.report_progress(actor=personas["department"], task_id=make().pk, words="开工", share=30)


def moves(actor: Actor, task: Task) -> set[str]:
    return {move.name for move in selectors.moves_for(actor, task)}


def test_unit_sub_command_office(at_work: Task, personas: Any) -> None:
    run = {"task_id": at_work.pk}
    found = refused("state.missing", actions.submit_task, actor=personas["department"], **run, words="已完成")
    assert found.params["missing"] == "proof"
    task = actions.submit_task(actor=personas["department"], **run, words="已完成", shots=[picture()])
    assert (task.state, task.stage, task.share) == ("in_review", "subcommand", 100)
    waits = {name: selectors.waiting_for(actor).count() for name, actor in personas.items()}
    assert {name for name, number in waits.items() if number} == {"subcommand"}
    refused("task.not_your_turn", actions.strike_off, actor=personas["office"], **run)
    refused("task.not_your_turn", actions.pass_task, actor=personas["office"], **run)
    refused("common.not_allowed", actions.pass_task, actor=personas["department"], **run)
    task = actions.pass_task(actor=personas["subcommand"], **run, words="属实")
    assert task.stage == "office" and moves(personas["subcommand"], task) == set()
    refused("task.not_your_turn", actions.pass_task, actor=personas["subcommand"], **run)
    refused("task.last_stage", actions.pass_task, actor=personas["office"], **run)
    refused("common.not_allowed", actions.strike_off, actor=personas["subcommand"], **run)
    assert selectors.waiting_for(personas["office"]).count() == 1
    task = actions.strike_off(actor=personas["office"], **run)
    assert (task.state, task.stage, task.ended_on, task.slip(date(2027, 1, 1))) == ("struck_off", "", TODAY, 0)
    refused("state.move_refused", actions.report_progress, actor=personas["department"], **run, words="x")
    entries = list(task.entries.all())
    story = timeline.of_task(task, entries)
    assert [entry.label.zh for entry in story] == ["下达任务", "填报进展", "申请销号", "审核通过", "销号"]
    assert story[1].note == "开工" and story[1].reason is not None and story[1].reason.zh == "进展 30%"


def test_each_stage_may_send_back(at_work: Task, personas: Any) -> None:
    run = {"task_id": at_work.pk}
    for number, (stage, name) in enumerate(
        [("subcommand", "subcommand"), ("office", "office"), ("subcommand", "office")]
    ):
        actions.submit_task(actor=personas["department"], **run, words="已完成", shots=[picture()])
        if stage == "office":
            actions.pass_task(actor=personas["subcommand"], **run)
            refused("task.not_your_turn", actions.send_back, actor=personas["subcommand"], **run, words="x")
        refused("state.missing", actions.send_back, actor=personas[name], **run, words=" ")
        task = actions.send_back(actor=personas[name], **run, words="照片看不清")
        assert (task.state, task.stage, task.returns) == ("under_way", "", number + 1)
    actions.submit_task(actor=personas["department"], **run, words="已完成")
    task = actions.withdraw_task(actor=personas["department"], **run)
    assert task.state == "under_way"


def test_nobody_passes_their_own(make: Make, ledger: Any, personas: Any) -> None:
    """One person with two posts: asks as the department, and would pass as sub-command or office."""
    person = Person.objects.get(username="department")
    second = {
        name: Actor(person.pk, Post.objects.create(person=person, role=name, unit=ledger[name]).pk, name)
        for name in ("subcommand", "office")
    }
    task = actions.report_progress(actor=personas["department"], task_id=make().pk, words="x", shots=[picture()])
    run = {"task_id": task.pk}
    actions.submit_task(actor=personas["department"], **run, words="完成")
    refused("task.own_work", actions.pass_task, actor=second["subcommand"], **run)
    actions.pass_task(actor=personas["subcommand"], **run)
    refused("task.own_work", actions.strike_off, actor=second["office"], **run)
    refused("task.own_work", actions.uphold_task, actor=second["office"], **run, days=7)
    actions.send_back(actor=second["office"], **run, words="补充")  # sending back is no favour
    own = make("office")
    actions.report_progress(actor=personas["office"], task_id=own.pk, words="x", shots=[picture()])
    own = actions.submit_task(actor=personas["office"], task_id=own.pk, words="完成")
    assert own.stage == "office"
    refused("task.own_work", actions.strike_off, actor=personas["office"], task_id=own.pk)
    assert actions.strike_off(actor=second["office"], task_id=own.pk).state == "struck_off"


def test_a_sub_commands_own_task_goes_to_the_office(make: Make, personas: Any) -> None:
    task = make("subcommand")
    assert task.reviewer is None
    actions.report_progress(actor=personas["subcommand"], task_id=task.pk, words="x", shots=[picture()])
    assert actions.submit_task(actor=personas["subcommand"], task_id=task.pk, words="完成").stage == "office"


def test_upheld_is_never_struck_off_but_checked(at_work: Task, personas: Any) -> None:
    run = {"task_id": at_work.pk}
    refused("state.missing", actions.uphold_task, actor=personas["office"], **run)
    refused("task.bad_days", actions.uphold_task, actor=personas["office"], **run, days=400)
    refused("common.not_allowed", actions.uphold_task, actor=personas["subcommand"], **run, days=30)
    task = actions.uphold_task(actor=personas["office"], **run, days=30)
    assert (task.state, task.due_on, task.upkeep_days) == ("upheld", TODAY + timedelta(days=30), 30)
    assert moves(personas["office"], task) == {"relapse", "amend", "void"}
    assert moves(personas["department"], task) == {"check", "arrange"}
    with clock.at(clock.now() + timedelta(days=31)):
        assert Task.objects.filter(selectors.overdue(clock.today().date())).exists()
        task = actions.check_upkeep(actor=personas["department"], **run, words="保持良好", shots=[picture()])
        assert task.due_on == TODAY + timedelta(days=61) and not task.is_overdue() and task.slip() == 0
        refused("state.missing", actions.mark_relapse, actor=personas["subcommand"], **run, words="又脏了", due_on=None)
        refused("task.bad_due", actions.mark_relapse, actor=personas["office"], **run, words="x", due_on=TODAY)
        due = TODAY + timedelta(days=40)
        task = actions.mark_relapse(actor=personas["office"], **run, words="又脏了", due_on=due)
        assert (task.state, task.relapses, task.share, task.due_on, task.slip()) == ("relapsed", 1, 0, due, 0)
        task = actions.report_progress(actor=personas["department"], **run, words="重新整治")
        assert task.state == "under_way"


def test_relapse_and_void(at_work: Task, personas: Any) -> None:
    Task.objects.filter(pk=at_work.pk).update(state="struck_off", ended_on=TODAY)
    due = TODAY + timedelta(days=5)
    refused(
        "common.not_allowed",
        actions.mark_relapse,
        actor=personas["department"],
        task_id=at_work.pk,
        words="x",
        due_on=due,
    )
    task = actions.mark_relapse(actor=personas["subcommand"], task_id=at_work.pk, words="反弹", due_on=due)
    assert task.ended_on is None
    refused("common.not_allowed", actions.void_task, actor=personas["subcommand"], task_id=at_work.pk, words="x")
    task = actions.void_task(actor=personas["office"], task_id=at_work.pk, words="与他项合并")
    assert task.state == "void" and task.slip(date(2028, 1, 1)) == 0


@pytest.mark.parametrize("state", [state.code for state in TASK.states])
def test_buttons_are_what_the_table_and_the_rights_allow(make: Make, personas: Any, state: str) -> None:
    """For every state and persona: a button stands there exactly if the move is in the table and not refused; the
    system has them all."""
    task = make(state=state)
    task.stage = "subcommand" if state == "in_review" else ""
    allowed = {move.name for move in TASK.moves_from(state)}
    assert moves(SYSTEM, task) == allowed
    mine = {name: moves(actor, task) for name, actor in personas.items()}
    assert mine["department"] == allowed & {"progress", "submit", "withdraw", "check", "arrange", "petition"}
    assert mine["subcommand"] == allowed & {"amend", "relapse", "pass", "send_back"}
    assert mine["office"] == allowed & {"amend", "postpone", "void", "relapse"} | (
        {"send_back"} & allowed | {"uphold"} & (allowed if state == "under_way" else set())
    )
    for name in ("leader", "street", "district", "community", "grid", "inspector", "auditor"):
        assert mine[name] == set(), name


def test_every_move_has_its_verb() -> None:
    assert {*VERBS} == {move.name for move in TASK.moves}
    assert set(timeline.DEEDS) >= {f"task.{verb}" for verb, _ in VERBS.values()}
