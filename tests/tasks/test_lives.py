"""Random lives of tasks: whoever tries whatever on whichever day, history tells it all, nobody passes their own, and the
laws of dates and counts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.history.selectors import events_of
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Post
from chuangcheng.tasks import actions, petitions, selectors
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.states import OWED, TASK, VERBS
from tests.cases.play import picture
from tests.conftest import NOON
from tests.tasks.conftest import Make
from tests.tasks.trying import ANSWERS, MOVES, move

LEADS = ["department", "community", "subcommand", "street"]
MOVED = {f"task.{verb}": name for name, (verb, _topic) in VERBS.items()}
COUNTED = {"extensions": "task.extended", "returns": "task.sent_back", "relapses": "task.relapsed"}
PICTURE = picture()


class Year(RuleBasedStateMachine):
    """The office sets tasks, units work, everybody tries everything, days pass."""

    make: ClassVar[Make]
    actors: ClassVar[dict[str, Actor]]
    units: ClassVar[dict[str, Any]]
    taken: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()
        with clock.at(self.now):
            for unit in LEADS[:2]:
                move("progress", SYSTEM, self.make(unit).pk, shots=[PICTURE])

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def run(self, call: Callable[[], object]) -> bool:
        """One try, and whether anything came of it; a refusal leaves nothing behind."""
        before = Event.objects.count()
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call()
            except Refused:
                assert Event.objects.count() == before
                return False
        return Event.objects.count() > before

    def one(self, which: int) -> Task:
        rows = list(Task.objects.order_by("created_at", "number"))
        return rows[which % len(rows)]

    @rule(unit=st.sampled_from(LEADS), days=st.integers(-1, 40), often=st.sampled_from([None, 7, 30]))
    def enter(self, unit: str, days: int, often: int | None) -> None:
        due = self.now.date() + timedelta(days=days)
        given = actions.TaskInput(problem="楼道堆物", lead=self.units[unit], due_on=due, upkeep_days=often)
        self.run(lambda: actions.create_task(actor=self.actors["office"], given=given))

    @rule(data=st.data(), which=st.integers(0, 9), shown=st.booleans())
    def step(self, data: st.DataObject, which: int, shown: bool) -> None:
        self.try_one(data, which, shown)

    @rule(data=st.data(), which=st.integers(0, 1))
    def go_on(self, data: st.DataObject, which: int) -> None:
        """The first two tasks live longest."""
        for _ in range(3):
            self.try_one(data, which, True)

    @rule(data=st.data(), which=st.integers(0, 1))
    def object(self, data: st.DataObject, which: int) -> None:
        """Somebody who may sends one of the two back, which chance alone would seldom do."""
        task = self.one(which)
        may = [actor for actor in self.actors.values() if "send_back" in self.open_to(actor, task)]
        actor = data.draw(st.sampled_from([*may, self.actors["leader"]]))
        if self.run(lambda: move("send_back", actor, task.pk)):
            self.taken.add("send_back")

    def try_one(self, data: st.DataObject, which: int, shown: bool) -> None:
        """Any move of the table from where the task stands, by anybody who may or may not."""
        task = self.one(which)
        allowed = [each.name for each in TASK.moves_from(task.state) if each.name not in {"void", "amend", "arrange"}]
        name = data.draw(st.sampled_from([*allowed * 3, *MOVES]))
        may = [actor for actor in self.actors.values() if name in self.open_to(actor, task)]
        actor = data.draw(st.sampled_from([*may * 3, *self.actors.values()]))
        more: dict[str, Any] = {"shots": [PICTURE]} if shown and name in {"progress", "submit", "check"} else {}
        if name == "arrange":
            more = {"measure": f"措施{which}"}
        if self.run(lambda: move(name, actor, task.pk, **more)):
            assert actor in may, f"{actor.label} was offered no {name}"
            self.taken.add(name)

    def open_to(self, actor: Actor, task: Task) -> set[str]:
        offered = [*selectors.moves_for(actor, task), *petitions.moves_for(actor, task)]
        return {each.name for each in offered}

    @rule(data=st.data(), which=st.integers(0, 4), days=st.integers(-2, 30))
    def ask_for_time(self, data: st.DataObject, which: int, days: int) -> None:
        """More time is asked for and answered, by anybody who may or may not."""
        task = self.one(which)
        name = data.draw(st.sampled_from([*(ANSWERS if task.petition_on else ["petition"]), "postpone"]))
        may = [actor for actor in self.actors.values() if name in self.open_to(actor, task)]
        actor = data.draw(st.sampled_from([*may * 3, *self.actors.values()]))
        more = {"due_on": task.due_on + timedelta(days=days)} if name in {"petition", "grant", "postpone"} else {}
        if self.run(lambda: move(name, actor, task.pk, **more)):
            assert actor in may, f"{actor.label} was offered no {name}"
            self.taken.add(name)

    @rule(which=st.integers(0, 9), ahead=st.integers(0, 9))
    def wait_for(self, which: int, ahead: int) -> None:
        task, other = self.one(which), self.one(ahead)
        self.run(lambda: actions.amend_task(actor=SYSTEM, task_id=task.pk, waits_for=(other.pk,)))

    @rule(which=st.integers(0, 9), every=st.sampled_from(["weekly", "monthly", "quarterly"]), ending=st.booleans())
    def come_back(self, which: int, every: str, ending: bool) -> None:
        run: dict[str, Any] = {"actor": self.actors["office"], "task_id": self.one(which).pk}
        self.run(lambda: actions.end_routine(**run) if ending else actions.set_routine(**run, every=every))

    @rule(who=st.sampled_from(["office", "department", "street", "leader"]), which=st.integers(0, 9))
    def say(self, who: str, which: int) -> None:
        self.run(lambda: actions.add_comment(actor=self.actors[who], task_id=self.one(which).pk, words="请抓紧"))

    @rule(days=st.integers(1, 20))
    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)
        with clock.at(self.now):
            actions.make_due(today=self.now.date())

    @invariant()
    def history_tells_it_all(self) -> None:
        for name in ("tasks.task", "tasks.routine", "tasks.petition"):
            assert [str(found) for found in registered()[name].check()] == []

    @invariant()
    def the_laws_hold(self) -> None:
        for row in Task.objects.all():
            assert (row.stage != "") == (row.state == "in_review")
            assert row.stage != "subcommand" or row.reviewer_id
            assert (row.ended_on is not None) == TASK.state(row.state).final
            assert row.first_due_on <= row.due_on
            assert (row.first_due_on < row.due_on) <= (row.extensions > 0)
            assert (row.routine_id is None) == (row.period_on is None)
            assert row.state not in {"in_review", "struck_off", "upheld"} or row.share == 100
            assert row.state not in {"in_review", "struck_off"} or row.proofs > 0
            assert row.state != "upheld" or row.upkeep_days
            assert row.state not in OWED or row.slip(self.now.date()) >= (row.due_on - row.first_due_on).days

    @invariant()
    def one_petition_waits_where_the_task_says_so(self) -> None:
        waiting = Petition.objects.filter(state="waiting").values_list("task_id", "wanted_on", "stage")
        said = Task.objects.exclude(petition_on=None).values_list("pk", "petition_on")
        assert {pk: day for pk, day, _stage in waiting} == dict(said) and len(waiting) == len(said)
        assert all(stage for *_task, stage in waiting) and not Petition.objects.exclude(state="waiting").exclude(
            stage=""
        )
        for row in Petition.objects.filter(state="granted").select_related("task"):
            assert row.granted_on and row.granted_on > row.from_on and row.decided_at

    @invariant()
    def counts_are_those_of_history(self) -> None:
        for row in Task.objects.all():
            told = [event.action for event in events_of("task", row.pk)]
            assert {name: getattr(row, name) for name in COUNTED} == {
                name: told.count(verb) for name, verb in COUNTED.items()
            }

    @invariant()
    def nobody_passes_their_own(self) -> None:
        for row in Task.objects.all():
            for event, asked, passed in judged(row):
                assert event.actor_person not in {asked, passed}, f"{event.action} by who asked or passed before"

    @invariant()
    def nothing_waits_in_a_circle(self) -> None:
        ahead: dict[Any, set[Any]] = {}
        for one, other in Task.waits_for.through.objects.values_list("from_task", "to_task"):
            ahead.setdefault(one, set()).add(other)
        for start in ahead:
            reached, waiting = set(), set(ahead[start])
            while waiting:
                reached |= waiting
                waiting = {far for near in waiting for far in ahead.get(near, ())} - reached
            assert start not in reached


def judged(row: Task) -> Iterator[tuple[Event, Any, Any]]:
    """Each verdict on a request, with who asked and who passed it before, read from history alone."""
    asked = passed = None
    state = "not_started"
    for event in events_of("task", row.pk):
        name = MOVED.get(event.action)
        if name == "submit":
            asked, passed = event.actor_person, None
        elif name in {"pass", "strike_off", "uphold"} and state == "in_review":
            yield event, asked, passed
            passed = event.actor_person
        state = event.after.get("state", state)


@pytest.mark.parametrize("examples", [5, pytest.param(30, marks=pytest.mark.full)])
def test_random_years(make: Make, ledger: Any, personas: dict[str, Actor], examples: int, tmp_path: Any) -> None:
    """One person holds posts on every side, and would pass what they asked for."""
    person = Person.objects.get(username="department")
    sides = {
        name: Actor(person.pk, Post.objects.create(person=person, role=name, unit=ledger[name]).pk, f"{name} 2")
        for name in ("subcommand", "office")
    }
    few = ("office", "subcommand", "department", "community", "street", "leader")
    Year.make, Year.units, Year.taken = staticmethod(make), ledger, set()
    Year.actors = {name: personas[name] for name in few} | {f"{name}2": actor for name, actor in sides.items()}
    run_state_machine_as_test(
        Year,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    assert len(Year.taken) >= 4, "most of it came to something"
    assert examples < 60 or {"strike_off", "send_back", "relapse"} <= Year.taken, "in sixty years there is all of it"
    assert list(verify(tmp_path)) == []
