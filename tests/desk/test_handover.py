"""What the rooms above bind to persons is handed over with them: tasks, duties, instructions, teams."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.cases import instructions
from chuangcheng.cases.models import Instruction
from chuangcheng.framework.models import Duty, Edition, Standard
from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions as people
from chuangcheng.people import handover
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import actor_of
from chuangcheng.sites.teams.actions import TeamInput, set_up_team
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.cases.test_instructions import entered, judged, replied
from tests.tasks.conftest import Make


def person(actor: Actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


@pytest.fixture
def newcomer(small_city: Any) -> Person:
    return people.save_person(actor=SYSTEM, username="newcomer", name="新人")


def hand(personas: dict[str, Actor], old: Person, new: Person, **more: Any) -> dict[str, int]:
    made = handover.hand_over(actor=personas["office"], person_id=old.pk, successor_id=new.pk, **more)
    return dict(made.counts)


def sound(name: str) -> bool:
    """Whether a projection agrees with history."""
    return [str(each) for each in registered()[name].check()] == []


def test_tasks_go_over_in_every_open_state(make: Make, personas: dict[str, Actor], newcomer: Person) -> None:
    old = person(personas["department"])
    rows = {state: make(owner=old, leader=old, state=state) for state in ("not_started", "in_review", "upheld")}
    ended, other = make(owner=old, state="struck_off"), make(owner=person(personas["street"]))
    held = handover.held_by([old.pk])["tasks"]
    assert sorted((row.what, row.how.zh) for row in held) == sorted(
        (task.number, how) for task in rows.values() for how in ("责任人", "责任领导")
    )
    with pytest.raises(Refused, match=r"people\.still_holds.*6"):
        handover.retire(actor=personas["office"], person_id=old.pk)
    assert hand(personas, old, newcomer, only=["tasks"]) == {"tasks": 6}
    for state, task in rows.items():
        task.refresh_from_db()
        assert (task.owner, task.leader, task.state) == (newcomer, newcomer, state)
        event = Event.objects.filter(subject_id=task.pk).latest("seq")
        assert event.action == "task.handed_over" and event.after["owner_id"] == str(newcomer.pk)
        assert event.before["leader_id"] == str(old.pk)
    assert [Task.objects.get(pk=task.pk).owner for task in (ended, other)] == [old, person(personas["street"])]
    assert "tasks" not in handover.held_by([old.pk])


def test_only_the_part_that_is_theirs(make: Make, personas: dict[str, Actor], newcomer: Person) -> None:
    old, boss = person(personas["department"]), person(personas["leader"])
    task = make(owner=old, leader=boss)
    hand(personas, boss, newcomer, only=["tasks"])
    task.refresh_from_db()
    assert (task.owner, task.leader) == (old, newcomer)


def test_duties_that_name_a_person(sample: Edition, personas: dict[str, Actor], newcomer: Person) -> None:
    from chuangcheng.framework.actions import assign_duty

    old = person(personas["department"])
    standards = list(Standard.objects.filter(edition=sample).order_by("order")[:2])
    unit = personas["department"] and Duty.objects.filter(standard__edition=sample).first().unit  # type: ignore[union-attr]
    for standard in standards:
        assign_duty(actor=personas["office"], standard=standard, unit=unit, kind="support", person=old)
    held = handover.held_by([old.pk])["duties"]
    assert [(row.what, row.how.zh) for row in held] == [(standard.code, "配合") for standard in standards]
    assert hand(personas, old, newcomer, only=["duties"]) == {"duties": 2}
    assert Duty.objects.filter(person=newcomer).count() == 2 and not Duty.objects.filter(person=old).exists()


def test_a_frozen_edition_is_a_record(sample: Edition, personas: dict[str, Actor]) -> None:
    old = person(personas["department"])
    Duty.objects.filter(standard__edition=sample).update(person=old)
    Edition.objects.filter(pk=sample.pk).update(state="frozen")
    assert "duties" not in handover.held_by([old.pk])


def test_a_successor_judges_the_replies_and_the_words_stay_the_leaders(play: Play, personas: dict[str, Actor]) -> None:
    leader = person(personas["leader"])
    row = entered(play, "street")
    assert [(one.what, one.how.zh) for one in handover.held_by([leader.pk])["instructions"]] == [
        (row.number, "批示领导")
    ]
    post = people.give_post(
        actor=SYSTEM, person=people.save_person(actor=SYSTEM, username="newleader", name="新领导"), role="leader",
        unit=play.units["office"], division=play.units["office"].division,
    )  # fmt: skip
    new = actor_of(post)
    assert instructions.waiting(new) == 0 and instructions.waiting(personas["leader"]) == 1
    hand(personas, leader, post.person, only=["instructions"])
    row.refresh_from_db()
    assert (row.leader, row.keeper) == (leader, post.person)
    assert instructions.waiting(new) == 1 and instructions.waiting(personas["leader"]) == 0
    assert "instructions" not in handover.held_by([leader.pk])
    assert [one.what for one in handover.held_by([post.person_id])["instructions"]] == [row.number]
    play.by["newleader"] = new
    reply = replied(play, row)
    judged(play, reply, by="newleader")
    assert Instruction.objects.get(pk=row.pk).state == "done"
    assert handover.held_by([post.person_id]).keys() == {"posts"}
    assert Event.objects.filter(subject_id=row.pk, action="instruction.handed_over").count() == 1


def test_teams_find_a_leader_in_the_lead_unit(
    small_city: Any, personas: dict[str, Actor], newcomer: Person, noon: Any
) -> None:
    old, unit = person(personas["street"]), small_city.units["street"]
    team = set_up_team(actor=SYSTEM, given=TeamInput(
        name="永安夜市专班", lead_unit=unit, since=date(2026, 9, 15), until=date(2026, 9, 15) + timedelta(days=30),
        goal="占道经营每周不超过 2 起", division=small_city.streets[0], leader=old.posts.get(),
        members=(old, person(personas["grid"])),
    ))  # fmt: skip
    assert [row.how.zh for row in handover.held_by([old.pk])["teams"]] == ["负责人", "成员"]
    assert hand(personas, old, newcomer) == {"teams": 2, "posts": 1}
    team.refresh_from_db()
    assert team.leader is not None and (team.leader.person, team.leader.unit) == (newcomer, unit)
    assert set(team.members.all()) == {newcomer, person(personas["grid"])}


def test_projections_agree_after_a_handover(make: Make, personas: dict[str, Actor], newcomer: Person) -> None:
    old = person(personas["department"])
    make(owner=old, leader=old)
    hand(personas, old, newcomer)
    assert sound("tasks.task")
    assert handover.left_behind() == {}
