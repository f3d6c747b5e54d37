"""Tasks are entered, worked on and changed; allowed beside refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person
from chuangcheng.photos.selectors import of_many
from chuangcheng.tasks import actions, selectors
from chuangcheng.tasks.models import Task
from tests.cases.play import picture
from tests.tasks.conftest import TODAY, Make


def refused(code: str, run: Any, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        run(**given)
    assert caught.value.code == code
    return caught.value


def test_a_task_stands_in_its_units_ledger(make: Make, ledger: Any, personas: Any) -> None:
    person = Person.objects.get(username="department")
    first = make(supports=(ledger["street"],), owner=person, start_on=TODAY, source="meeting", source_note="9月调度会")
    second = make(measure="增加夜间清运", goal="日产日清", waits_for=(first.pk,))
    assert first.number.startswith("RW20260915") and (first.place, second.place) == (1, 2)
    assert (first.week, first.month) == ("2026-W39", "2026-09")
    assert (
        first.state == "not_started" and first.reviewer == ledger["subcommand"] and first.first_due_on == first.due_on
    )
    event = events_of("task", first.pk).get()
    assert event.after["supports"] == [str(ledger["street"].pk)] and event.after["owner_id"] == str(person.pk)
    assert "清运" not in str(list(Event.objects.values_list("after", flat=True)))
    assert list(second.waits_for.all()) == [first]


def test_the_same_again_answers_with_the_same(make: Make, ledger: Any, personas: Any) -> None:
    given = {"id": uuid4(), "problem": "占道", "lead": ledger["street"], "due_on": TODAY}
    run = {"actor": personas["office"]}
    first, created = actions.create_task(**run, given=actions.TaskInput(**given))
    again, twice = actions.create_task(**run, given=actions.TaskInput(**given))
    assert (created, twice) == (True, False) and again.number == first.number
    other = actions.TaskInput(**{**given, "problem": "别的"})
    refused("common.different_body", actions.create_task, **run, given=other)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"problem": " "}, "problem"), ({"problem": "长" * 2001}, "problem"), ({"goal": "a\0"}, "goal"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"), ({"due_on": TODAY + timedelta(days=9999)}, "due_on"),
        ({"start_on": TODAY + timedelta(days=30)}, "start_on"), ({"source": "rumour"}, "source"),
        ({"source": "standard"}, "standard"), ({"source_note": "长" * 121}, "source_note"), ({"upkeep_days": 0}, "upkeep_days"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(make: Make, wrong: dict[str, Any], field: str) -> None:
    found = refused("common.invalid", make, **wrong)
    assert [problem.field for problem in found.fields] == [field]


def test_who_sets_tasks_for_whom(make: Make, ledger: Any) -> None:
    found = refused("common.invalid", make, supports=(ledger["department"],))
    assert found.fields[0].field == "supports"
    for actor, unit in (("office", "street2"), ("subcommand", "department"), ("district", "street2")):
        assert make(unit, actor=actor).lead == ledger[unit]
    for actor, unit in (("subcommand", "street2"), ("district", "department")):
        refused("task.other_unit", make, unit=unit, actor=actor)
    for actor in ("leader", "department", "street", "community", "grid", "inspector", "auditor"):
        refused("common.not_allowed", make, actor=actor)


def test_who_sees_which(make: Make, ledger: Any, personas: Any) -> None:
    one, other = make(supports=(ledger["street2"],)), make("community")
    seen = {name: {task.pk for task in selectors.visible_to(actor)} for name, actor in personas.items()}
    both = {one.pk, other.pk}
    for name in ("office", "leader", "inspector", "auditor"):
        assert seen[name] == both, name
    assert seen["department"] == {one.pk} == seen["subcommand"] == seen["street2"]
    assert seen["community"] == {other.pk} == seen["street"] == seen["district"] and seen["grid"] == set()
    refused("common.not_found", selectors.get_task_for, actor=personas["street"], task_id=one.pk)
    assert selectors.get_task_for(personas["street2"], one.pk) == one


def test_progress_with_proof(make: Make, personas: Any) -> None:
    task = make()
    by = {"actor": personas["department"], "task_id": task.pk}
    task = actions.report_progress(**by, words="已签清运合同", share=40, shots=[picture(), picture()])
    assert (task.state, task.share, task.proofs) == ("under_way", 40, 2)
    task = actions.report_progress(**by, words="设备到位")
    entries = list(task.entries.all())
    assert [(entry.words, entry.share) for entry in entries] == [("已签清运合同", 40), ("设备到位", None)]
    assert len(of_many("taskentry", [entries[0].pk])[entries[0].pk]) == 2
    refused("task.bad_share", actions.report_progress, **by, words="x", share=101)
    refused("state.missing", actions.report_progress, **by, words="")
    refused("task.too_long", actions.report_progress, **by, words="长" * 2001)
    refused("task.too_many_photos", actions.report_progress, **by, words="x", shots=[b""] * 10)
    for name in ("street", "subcommand", "office", "district"):
        refused("task.other_unit", actions.report_progress, actor=personas[name], task_id=task.pk, words="x")
    refused("common.not_allowed", actions.report_progress, actor=personas["leader"], task_id=task.pk, words="x")
    refused("common.not_found", actions.report_progress, actor=personas["office"], task_id=uuid4(), words="x")


def test_a_street_reports_for_its_community(make: Make, personas: Any) -> None:
    task = make("community")
    for name in ("community", "street", "district"):
        actions.report_progress(actor=personas[name], task_id=task.pk, words=name)
    refused("task.other_unit", actions.report_progress, actor=personas["street2"], task_id=task.pk, words="x")


def test_changes_leave_a_trace_only_where_something_differs(make: Make, ledger: Any, personas: Any) -> None:
    task, by = make(), {"actor": personas["office"]}
    actions.amend_task(**by, task_id=task.pk, problem=task.problem, place=1, supports=())
    assert events_of("task", task.pk).count() == 1
    supports = [ledger["street"], ledger["street2"]]
    task = actions.amend_task(**by, task_id=task.pk, goal="达标", place=7, supports=supports)
    after = events_of("task", task.pk).last().after  # type: ignore[union-attr]
    assert after["place"] == 7 and after["reworded"] == ["goal"] and len(after["supports"]) == 2
    task = actions.amend_task(**by, task_id=task.pk, lead=ledger["community"])
    assert task.reviewer_id is None
    for values in ({"problem": " "}, {"start_on": TODAY + timedelta(days=99)}, {"lead": ledger["street"]}):
        refused("common.invalid", actions.amend_task, **by, task_id=task.pk, **values)
    with pytest.raises(ValueError, match="due_on"):
        actions.amend_task(**by, task_id=task.pk, due_on=TODAY)
    refused("task.other_unit", actions.amend_task, actor=personas["subcommand"], task_id=make("street2").pk, place=3)
    mine = make("department")
    refused(
        "task.other_unit", actions.amend_task, actor=personas["subcommand"], task_id=mine.pk, lead=ledger["street2"]
    )


def test_the_unit_arranges_how_and_by_whom(make: Make, personas: Any) -> None:
    task, person = make(), Person.objects.get(username="department")
    actor = personas["department"]
    task = actions.arrange_task(actor=actor, task_id=task.pk, measure="错峰清运", owner=person)
    assert (task.measure, task.owner) == ("错峰清运", person)
    refused("common.not_allowed", actions.amend_task, actor=actor, task_id=task.pk, goal="易")
    with pytest.raises(ValueError, match="goal"):
        actions.arrange_task(actor=actor, task_id=task.pk, goal="易")


def test_tasks_wait_for_others_and_never_in_a_circle(make: Make, personas: Any) -> None:
    first = make()
    second = make(waits_for=(first.pk,))
    third = make(waits_for=(second.pk,))
    office, unit = personas["office"], personas["department"]
    refused("task.circle", actions.amend_task, actor=office, task_id=first.pk, waits_for=(third.pk,))
    refused("task.circle", actions.amend_task, actor=office, task_id=first.pk, waits_for=(first.pk,))
    refused("task.unknown_task", actions.amend_task, actor=office, task_id=first.pk, waits_for=(uuid4(),))
    actions.report_progress(actor=unit, task_id=second.pk, words="准备", share=90)
    found = refused("task.waiting", actions.report_progress, actor=unit, task_id=second.pk, words="完成", share=100)
    assert found.params["numbers"] == first.number
    refused("task.waiting", actions.submit_task, actor=unit, task_id=second.pk, words="完成", shots=[picture()])
    actions.void_task(actor=office, task_id=first.pk, words="重复")
    actions.report_progress(actor=unit, task_id=second.pk, words="完成", share=100)
    task = actions.amend_task(actor=office, task_id=third.pk, waits_for=())
    assert not task.waits_for.exists()


def test_comments_come_from_whoever_sees_it(make: Make, ledger: Any, personas: Any) -> None:
    task = make(supports=(ledger["street2"],))
    for name in ("street2", "leader", "department"):
        actions.add_comment(actor=personas[name], task_id=task.pk, words="请注意")
    assert task.entries.filter(verb="commented").count() == 3
    refused("common.not_found", actions.add_comment, actor=personas["street"], task_id=task.pk, words="x")
    refused("common.not_allowed", actions.add_comment, actor=personas["grid"], task_id=task.pk, words="x")
    refused("state.missing", actions.add_comment, actor=personas["leader"], task_id=task.pk, words=" ")
    assert Task.objects.get(pk=task.pk).state == "not_started"


def test_a_date_moves_by_extension_only_and_the_slip_is_counted(make: Make, personas: Any) -> None:
    task, office = make(days=2), personas["office"]
    run = {"actor": office, "task_id": task.pk}
    task = actions.extend_task(**run, due_on=TODAY + timedelta(days=9), words="连续降雨")
    assert (task.due_on - task.first_due_on, task.extensions, task.slip()) == (timedelta(days=7), 1, 7)
    refused("task.not_later", actions.extend_task, **run, due_on=task.due_on, words="x")
    refused("task.bad_due", actions.extend_task, **run, due_on=TODAY - timedelta(days=1), words="x")
    refused("state.missing", actions.extend_task, **run, due_on=TODAY + timedelta(days=20), words="")
    refused("common.not_allowed", actions.extend_task, actor=personas["subcommand"], task_id=task.pk,
            due_on=TODAY + timedelta(days=20), words="x")  # fmt: skip
    assert (
        not task.is_overdue() and task.is_overdue(TODAY + timedelta(days=10)) and task.slip(TODAY + timedelta(12)) == 10
    )
    with clock.at(clock.now() + timedelta(days=10)):
        late, on_plan = Task.objects.get(pk=task.pk), make(days=20)
        assert late.is_overdue() and not on_plan.is_overdue() and on_plan.slip() == 0
        assert list(Task.objects.filter(selectors.overdue(clock.today().date()))) == [late]
        assert list(Task.objects.filter(selectors.slipped(clock.today().date()))) == [late]


def test_the_debt_list(make: Make, ledger: Any, personas: Any) -> None:
    make(days=1)
    make(days=3)
    extended = make("street", days=4)
    make("street2", days=90)
    actions.extend_task(actor=personas["office"], task_id=extended.pk, due_on=TODAY + timedelta(days=40), words="x")
    debts = selectors.debts(selectors.visible_to(personas["office"]), TODAY + timedelta(days=6))
    told = [(d.unit.code, d.running, d.late, d.oldest, d.late_days, d.slipped, d.slip_days) for d in debts]
    assert told == [
        (ledger["department"].code, 2, 2, TODAY + timedelta(days=1), 8, 2, 8),
        (ledger["street"].code, 1, 0, None, 0, 1, 36),
    ]
    assert selectors.counts(Task.objects.all(), TODAY) == {"running": 4, "overdue": 0, "soon": 2, "in_review": 0}
