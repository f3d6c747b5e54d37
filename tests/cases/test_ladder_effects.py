"""Climbing: who hears of a case when, and that whatever was done in time is heard of no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chuangcheng.cases import actions, ladder, ladder_effects
from chuangcheng.cases.models import Case
from chuangcheng.history import duties, sweep
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.notices import alarms
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Alarm, Delivery, Notice
from chuangcheng.people.models import Person, Post, Unit
from tests.cases.play import Play
from tests.conftest import City

# A litter case of 4 working hours, filed at 12:00 of Tuesday: due at 18:00.
HALF, MOST, DUE = (datetime(2026, 9, 15, *at, tzinfo=UTC) for at in ((8, 0), (9, 12), (10, 0)))
DAY = timedelta(days=1)
Told = dict[str, set[str]]


def told() -> Told:
    """Rung → who was reminded."""
    found: Told = {}
    for notice in Notice.objects.filter(topic=ladder_effects.TOPIC).select_related("person").order_by("created_at"):
        found.setdefault(notice.key.split(":")[3], set()).add(notice.person.username)
    return found


def climb(*moments: datetime) -> Told:
    """Work the outbox off now, then the ladder at each moment."""
    sweep.drain()
    for moment in moments:
        with clock.at(moment):
            ladder_effects.climb()
    return told()


def test_reminders_go_to_the_holder_before_the_deadline(play: Play) -> None:
    play.handling()
    assert climb(HALF - timedelta(seconds=1)) == {}
    assert climb(HALF) == {"half": {"street"}}
    assert climb(MOST) == {"half": {"street"}, "most": {"street"}}


def test_a_rung_speaks_once(play: Play) -> None:
    play.handling()
    climb(HALF, HALF, HALF + timedelta(minutes=1))
    assert Notice.objects.filter(topic=ladder_effects.TOPIC).count() == 1


def test_two_workers_at_one_alarm(play: Play) -> None:
    play.handling()
    sweep.drain()
    alarm = Alarm.objects.get()
    with clock.at(HALF):
        assert ladder_effects._answer(alarm)
        assert not ladder_effects._answer(alarm)
    assert Notice.objects.filter(topic=ladder_effects.TOPIC).count() == 1


@pytest.fixture
def line(small_city: City, play: Play) -> None:
    """The street answers to its district by territory and to the sub-command through the department; it has a head."""
    units: dict[str, Any] = small_city.units
    Unit.objects.filter(pk=units["street"].pk).update(parent=units["district"], line_parent=units["department"])
    Unit.objects.filter(pk=units["department"].pk).update(parent=units["subcommand"])
    head = Person.objects.create_user(username="head", password=None)
    Post.objects.create(person=head, role="leader", unit=units["street"], title="街道办主任")


def test_overdue_climbs_by_post_up_the_line(play: Play, line: None) -> None:
    play.handling()
    found = climb(HALF, MOST, DUE, DUE + DAY, DUE + 3 * DAY)
    handlers = {"street"}
    assert found["half"] == handlers
    assert found["most"] == found["overdue"] == handlers | {"head"}
    assert found["above"] == handlers | {"head", "department", "district", "subcommand"}
    assert found["office"] == {"head", "department", "district", "subcommand", "office"}


def test_the_last_rung_repeats_and_then_rests(play: Play) -> None:
    play.handling()
    found = climb(*(DUE + timedelta(days=number) for number in range(60)))
    assert {name for name in found if name.startswith("office")} == {
        "office", *(f"office.{number}" for number in range(2, 11)),
    }  # fmt: skip
    assert not Alarm.objects.exists()


def test_what_is_urgent_breaks_the_quiet(play: Play) -> None:
    from chuangcheng.notices import devices
    from tests.notices.test_web_push import Browser

    devices.subscribe(actor=play.by["street"], given=Browser("https://push.example/1").subscription)
    play.handling()
    night = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
    sweep.drain()
    Alarm.objects.update(due_at=HALF)
    with clock.at(night):
        ladder_effects.climb()
    assert told() == {"overdue": {"street"}}
    assert Delivery.objects.latest("id").due_at == night


@pytest.mark.parametrize(("more", "waits"), [({}, True), ({"severity": 3}, False), ({"condition": "dangerous"}, False)])
def test_at_night_a_reminder_waits_unless_the_limit_does_not(play: Play, more: dict[str, Any], waits: bool) -> None:
    from chuangcheng.notices import devices
    from tests.notices.test_web_push import Browser

    devices.subscribe(actor=play.by["street"], given=Browser("https://push.example/1").subscription)
    case = play.handling(**more)
    half = next(ring for ring in ladder_effects.rings_of(case) if ring.name == "half")
    night = datetime(2026, 9, 15, 15, 30, tzinfo=UTC)
    with clock.at(night):
        assert ladder_effects._tell(case, half)
    assert (Delivery.objects.get().due_at > night) == waits


def test_after_a_stop_the_highest_rung_speaks_for_all(play: Play) -> None:
    play.handling()
    assert climb(DUE + timedelta(minutes=1)) == {"overdue": {"street"}}


def test_nobody_holds_it_then_the_dispatchers_hear(play: Play) -> None:
    play.filed()
    assert climb(HALF, DUE) == {"half": {"office"}, "overdue": {"office"}}


def test_a_unit_without_anybody_sends_it_up(play: Play, small_city: City, noon: datetime) -> None:
    play.dispatched("street2")
    Post.objects.filter(unit=small_city.units["street2"]).update(valid_to=noon.date() - DAY)
    assert climb(HALF) == {"half": {"office"}}


ENDS = {
    "handled": lambda play, case: (play.prove(case), actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")),
    "suspended": lambda play, case: play.decide(
        actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="汛期", until=clock.now() + 30 * DAY), granted=True),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("worked_off", [True, False], ids=["worked off", "alarm still set"])
def test_what_was_handled_or_suspended_is_heard_of_no_more(play: Play, end: str, worked_off: bool) -> None:
    case = play.handling()
    sweep.drain()
    ENDS[end](play, case)
    if not worked_off:
        Outbox.objects.update(done_at=clock.now())  # the effect that ends the alarm has not run
    assert climb(HALF, DUE, DUE + 5 * DAY) == {}
    assert not Alarm.objects.exists()


def test_a_void_case_is_heard_of_no_more(play: Play) -> None:
    case = play.dispatched()
    sweep.drain()
    actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="mistake")
    assert climb(HALF, DUE) == {}


def test_who_gave_it_on_is_reminded_no_more_and_who_got_it_from_then_on(play: Play) -> None:
    case = play.handling("district")
    sweep.drain()
    with clock.at(HALF - timedelta(minutes=1)):
        actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
        sweep.drain()
    assert climb(HALF) == {}, "half of the new holder's own time has not run"
    with clock.at(datetime(2026, 9, 15, 9, 1, tzinfo=UTC)):
        ladder_effects.climb()
    assert told() == {"half": {"street"}}


def test_a_case_given_back_speaks_to_who_holds_it_now(play: Play) -> None:
    case = play.handling()
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    assert climb(DUE) == {"overdue": {"office"}}


def test_an_extension_moves_the_rungs(play: Play) -> None:
    case = play.asked("extension")
    sweep.drain()
    with clock.at(HALF):
        ladder_effects.climb()
    assert told() == {"half": {"street"}}
    with clock.at(HALF + timedelta(minutes=1)):
        play.decide(case, granted=True)  # 4 working hours more: 8 in all, due at 12:00 of Wednesday
        sweep.drain()
    assert climb(MOST, DUE) == {"half": {"street"}}, "the old deadline rings no more, half of the new one did already"
    morning = datetime(2026, 9, 16, 2, 24, tzinfo=UTC)  # 10:24: 6.4 of 8 hours
    assert climb(morning - timedelta(seconds=1), morning) == {"half": {"street"}, "most": {"street"}}


def test_a_suspension_s_end_winds_the_clock_up_again(play: Play) -> None:
    case = play.suspended()
    assert climb(DUE) == {}
    with clock.at(datetime(2026, 9, 17, 0, 0, tzinfo=UTC)):
        actions.resume_case(actor=play.by["office"], case_id=case.id)
        sweep.drain()
    case.refresh_from_db()
    assert case.due_at is not None and case.due_at > DUE
    assert climb(case.due_at)["overdue"] == {"street"}


def test_a_rework_rings_anew(play: Play) -> None:
    case = play.handled()
    sweep.drain()
    assert not Alarm.objects.exists()
    actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
    assert climb(DUE) == {"overdue": {"street"}}


def test_a_deadline_that_moved_without_a_word_is_noticed_when_it_rings(play: Play) -> None:
    case = play.handling()
    sweep.drain()
    Case.objects.filter(pk=case.pk).update(due_at=DUE + DAY)
    case.assignments.update(due_at=DUE + DAY)
    assert climb(HALF) == {}
    assert Alarm.objects.get().due_at > HALF


def test_overdue_blocks_nothing(play: Play) -> None:
    case = play.handling()
    climb(HALF, DUE, DUE + DAY)
    with clock.at(DUE + 4 * DAY):
        ladder_effects.climb()
        play.prove(case)
        done = actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
        assert done.state == "handled"
        closed = actions.close_case(
            actor=play.by["office"], case_id=actions.verify_case(actor=play.by["inspector"], case_id=case.id).id
        )
    assert (closed.state, closed.on_time) == ("closed", False)


def test_the_words_name_case_and_deadline_and_no_text_of_a_citizen(play: Play) -> None:
    case = play.handling(text="张三丰家门口 13900001234")
    climb(HALF)
    notice = Notice.objects.get(topic=ladder_effects.TOPIC)
    assert notice.text["zh"] == f"时限已过半：{case.number} 暴露垃圾，时限 9月15日 18:00"
    assert "13900001234" not in str(notice.text) and notice.url == f"/desk/cases/{case.pk}/"


def test_in_a_demo_nothing_is_asked_or_written(play: Play, django_assert_num_queries: Any) -> None:
    play.handling()
    rows = list(Outbox.objects.all())
    with sink(), django_assert_num_queries(0):
        for row in rows:
            ladder_effects.follow(row)
    assert not Alarm.objects.exists()


def test_what_came_without_a_word_speaks_from_its_next_rung_on(play: Play) -> None:
    with sink():
        late = play.handling()
        play.handling("street2")
        sweep.drain()
    Case.objects.filter(pk=late.pk).update(filed_at=DUE - DAY, due_at=DUE - DAY, holder_since=DUE - 2 * DAY)
    late.assignments.update(due_at=DUE - DAY)
    assert not Alarm.objects.exists()
    assert duties.registered()["cases.ladder_seed"].work() == 2
    assert duties.registered()["cases.ladder_seed"].work() == 0
    assert climb(HALF - timedelta(hours=1)) == {}
    assert climb(DUE) == {"above": {"street"}, "overdue": {"street2"}}


def test_what_lies_far_back_or_rests_gets_no_alarm(play: Play) -> None:
    with sink():
        old, resting = play.handling(), play.suspended("street2")
        sweep.drain()
    far = DUE - ladder.current().reach - DAY
    Case.objects.filter(pk=old.pk).update(filed_at=far, due_at=far)
    old.assignments.update(due_at=far)
    assert ladder_effects.seed() == 0
    assert resting.state == "suspended"


def test_a_case_without_a_limit_never_rings(play: Play) -> None:
    case = play.filed()
    Case.objects.filter(pk=case.pk).update(due_at=None)
    sweep.drain()
    assert not Alarm.objects.exists()
    case.refresh_from_db()
    assert ladder_effects.rings_of(case) == []


def test_an_alarm_whose_case_is_gone_ends(play: Play, noon: datetime) -> None:
    alarms.put("case", play.unit("street"), noon)
    assert ladder_effects.climb() == 0
    assert not Alarm.objects.exists()


def test_the_duty_runs_only_when_something_rings(play: Play) -> None:
    duty = duties.registered()["cases.ladder"]
    play.handling()
    sweep.drain()
    assert duty.needed is not None and not duty.needed()
    with clock.at(HALF):
        assert duty.needed()
        duty.work()
        assert not duty.needed()


def test_a_thousand_alarms_are_answered_in_portions(play: Play, noon: datetime) -> None:
    from uuid import UUID

    alarms.put_many("case", [(UUID(int=number), noon, "") for number in range(1, 1001)])
    assert len(alarms.due("case")) == 200
    alarms.put_many("case", [(UUID(int=1), noon + DAY, "moved")])
    assert Alarm.objects.count() == 1000
    assert Alarm.objects.get(subject_id=UUID(int=1)).note == "moved"
