"""What comes back: for any rule and any days on which a worker ran, each period once, none twice, none too late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.recurrence import due_before, due_from
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions
from chuangcheng.tasks.actions.routines import COPIED
from chuangcheng.tasks.models import Every, Routine, Task
from chuangcheng.tasks.states import TASK
from tests.conftest import NOON
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_keeping import whole
from tests.tasks.test_tasks import refused
from tests.tasks.trying import move

RUNS = st.lists(st.integers(1, 45), min_size=1, max_size=8)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(every=st.sampled_from(Every.values), first=st.integers(0, 40), gaps=RUNS, until=st.sampled_from([None, 60, 200]))
def test_each_period_once_and_none_that_has_passed(
    make: Make, every: str, first: int, gaps: list[int], until: int | None
) -> None:
    with transaction.atomic():
        task = make(days=first)
        until_on = TODAY + timedelta(days=first + until) if until else None
        routine = actions.set_routine(actor=SYSTEM, task_id=task.pk, every=every, until_on=until_on)
        expected, day = [task.due_on], TODAY
        for gap in gaps:
            day += timedelta(days=gap)
            due = due_from(task.due_on, every, day)
            fits = expected[-1] < day and (until_on is None or due <= until_on)
            with clock.at(NOON + timedelta(days=(day - TODAY).days)):
                assert actions.make_due(today=day) == fits
                assert actions.make_due(today=day) == 0, "a second worker makes no second one"
            expected += [due] if fits else []
        made = list(routine.tasks.order_by("period_on"))
        assert [each.period_on for each in made] == expected
        for each in made[1:]:
            assert each.due_on == each.first_due_on == each.period_on
            assert each.start_on == due_before(task.due_on, every, each.due_on) + timedelta(days=1) <= each.due_on
            assert each.created_at.date() <= each.due_on, "nobody is late on the day of its making"
            assert each.state == TASK.initial and not each.is_overdue(each.due_on)
        assert len({each.number for each in made}) == len({each.place for each in made}) == len(made)
        transaction.set_rollback(True)


def test_the_next_one_is_like_the_last_one_as_it_stands(make: Make, ledger: Any, personas: Any) -> None:
    person, leader = (Person.objects.get(username=name) for name in ("department", "leader"))
    task = make(days=2, measure="一周一清", source="campaign", source_note="百日攻坚", origin=("drive", ledger["office"].pk),
                supports=(ledger["street"],), owner=person, leader=leader, upkeep_days=9, waits_for=(make().pk,))  # fmt: skip
    routine = actions.set_routine(actor=SYSTEM, task_id=task.pk, every="weekly")
    actions.amend_task(actor=SYSTEM, task_id=task.pk, lead=ledger["street2"], supports=(ledger["community"],))
    actions.extend_task(actor=SYSTEM, task_id=task.pk, due_on=TODAY + timedelta(days=30), words="雨")
    assert actions.make_due(today=TODAY + timedelta(days=3)) == 1, "the period is the rule's, not the extension's"
    task.refresh_from_db()
    second = routine.tasks.exclude(pk=task.pk).get()
    assert {name: getattr(second, name) for name in COPIED} == {name: getattr(task, name) for name in COPIED}
    assert (second.lead, second.reviewer, [*second.supports.all()]) == (ledger["street2"], None, [ledger["community"]])
    assert not second.waits_for.exists(), "last week's task need not end first again"
    assert (second.share, second.proofs, second.extensions, second.slip(TODAY)) == (0, 0, 0, 0)
    event = events_of("task", second.pk).get()
    assert (event.action, event.actor_person) == ("task.created", None)
    assert (event.after["routine_id"], event.after["period_on"]) == (str(routine.pk), str(TODAY + timedelta(days=9)))
    assert whole()


@pytest.mark.parametrize("state", ["struck_off", "void", "upheld", "in_review", "relapsed"])
def test_it_comes_back_whatever_became_of_the_last_one(make: Make, state: str) -> None:
    task = make(days=1)
    actions.set_routine(actor=SYSTEM, task_id=task.pk, every="monthly")
    Task.objects.filter(pk=task.pk).update(state=state)
    assert actions.make_due(today=TODAY + timedelta(days=2)) == 1
    assert Task.objects.exclude(pk=task.pk).get().due_on == date(2026, 10, 16)


def test_a_rule_is_set_once_and_ended_once_by_who_may_edit(make: Make, personas: Any) -> None:
    task = make(days=4)
    run: dict[str, Any] = {"task_id": task.pk}
    for name, code in (
        ("department", "common.not_allowed"),
        ("district", "task.other_unit"),
        ("leader", "common.not_allowed"),
    ):
        refused(code, actions.set_routine, actor=personas[name], **run, every="weekly")
    for wrong in ({"every": "daily"}, {"every": ""}, {"every": "weekly", "until_on": TODAY + timedelta(days=4)}):
        refused("task.bad_rule", actions.set_routine, actor=personas["office"], **run, **wrong)
    assert not Routine.objects.exists()
    until = TODAY + timedelta(days=5)
    routine = actions.set_routine(actor=personas["subcommand"], **run, every="weekly", until_on=until)
    assert [event.after for event in events_of("routine", routine.pk)] == [
        {"every": "weekly", "anchor_on": str(task.due_on), "until_on": str(until), "state": "active"}
    ]
    for name in ("department", "district", "street"):
        with pytest.raises(Exception, match=r"common\.not_allowed|task\.other_unit"):
            actions.end_routine(actor=personas[name], **run)
    assert actions.make_due(today=TODAY + timedelta(days=5)) == 0, "the next period lies behind its last day"
    actions.end_routine(actor=personas["office"], **run)
    assert [event.action for event in events_of("routine", routine.pk)] == ["routine.set", "routine.ended"]
    refused("task.already_routine", actions.set_routine, actor=personas["office"], **run, every="weekly")
    assert whole()


def test_two_rules_do_not_mix(make: Make) -> None:
    one, other, ended = make(days=1), make("street", days=1), make("street2", days=1)
    for task, every in ((one, "weekly"), (other, "quarterly"), (ended, "weekly")):
        actions.set_routine(actor=SYSTEM, task_id=task.pk, every=every)
    actions.end_routine(actor=SYSTEM, task_id=ended.pk)
    assert actions.make_due(today=TODAY + timedelta(days=2)) == 2
    assert actions.make_due(today=TODAY + timedelta(days=9)) == 1
    dues = {code: [] for code in ("U-CGJ", "U-990101001", "U-990101002")}  # type: dict[str, list[int]]
    for code, due in Task.objects.order_by("due_on").values_list("lead__code", "due_on"):
        dues[code].append((due - TODAY).days)
    assert dues == {"U-CGJ": [1, 8, 15], "U-990101001": [1, 92], "U-990101002": [1]}
    move("void", SYSTEM, one.pk)
    assert Routine.objects.filter(state="active").count() == 2, "a void task does not end its rule"
