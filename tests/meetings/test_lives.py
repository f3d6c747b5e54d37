"""From the plan to the issued minutes: every move, what it refuses, what history keeps, and that decisions become
tasks once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.history import sweep
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import actions, projections, selectors
from chuangcheng.meetings.models import AgendaItem, Decision, Meeting
from chuangcheng.meetings.states import MEETING, VERBS
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Task
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY, Make

SOON = date(2026, 9, 25)


def told(meeting: Meeting) -> list[str]:
    rows = Event.objects.filter(subject_kind="meeting", subject_id=meeting.pk).order_by("seq")
    return [action.removeprefix("meeting.") for action in rows.values_list("action", flat=True)]


def decision(
    lead: Any, words: str = "九月底前完成背街小巷亮化", due_on: date = SOON, **more: Any
) -> actions.DecisionInput:
    return actions.DecisionInput(words=words, lead=lead, due_on=due_on, **more)


def test_a_life_from_plan_to_tasks(plan: Plan, ledger: Any, personas: Any) -> None:
    office = personas["office"]
    meeting = plan(chair=Person.objects.get(username="leader"), persons=(Person.objects.get(username="grid"),))
    assert (meeting.state, meeting.number[:2], meeting.kind_label.zh) == ("planned", "HY", "创城办例会")
    actions.call_meeting(actor=office, meeting_id=meeting.pk)
    sweep.drain()
    assert set(Notice.objects.filter(topic="meeting.called").values_list("person__username", flat=True)) == {
        "leader", "grid", "department", "street",
    }  # fmt: skip
    assert "周例会" not in str(list(Notice.objects.values_list("text", flat=True)))
    with pytest.raises(Refused, match=r"meeting\.not_yet"):
        actions.hold_meeting(actor=office, meeting_id=meeting.pk)
    with clock.at(NOON + timedelta(days=2, hours=1)):
        actions.hold_meeting(actor=office, meeting_id=meeting.pk, present=[ledger["street"]])
        first, _new = actions.decide(
            actor=office, meeting_id=meeting.pk, given=decision(ledger["department"], supports=(ledger["street"],))
        )
        again = actions.DecisionInput(id=first.pk, words="别的", lead=ledger["street"], due_on=SOON)
        assert actions.decide(actor=office, meeting_id=meeting.pk, given=again) == (first, False)
        second, _new = actions.decide(actor=office, meeting_id=meeting.pk, given=decision(ledger["street"], "清运加密"))
        wrong, _new = actions.decide(actor=office, meeting_id=meeting.pk, given=decision(ledger["street"], "录错了"))
        actions.drop_decision(actor=office, meeting_id=meeting.pk, decision_id=wrong.pk)
        assert Task.objects.count() == 0
        actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="  会议听取汇报。\n\n议定两件事。 ")
        issued = actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    assert (issued.state, issued.minutes) == ("issued", "会议听取汇报。\n议定两件事。")
    task = Task.objects.get(pk=first.pk)
    assert (task.lead, task.due_on, task.source, task.origin_kind, task.origin_id) == (
        ledger["department"], SOON, "meeting", "meeting", meeting.pk,
    )  # fmt: skip
    assert list(task.supports.all()) == [ledger["street"]] and task.source_note == f"创城办例会 {meeting.number}"
    assert {row.task_id for row in meeting.decisions.all()} == {first.pk, second.pk} and Task.objects.count() == 2
    assert {row.unit.short_name: row.present for row in meeting.invitations.all()} == {
        "城市管理局": False, "河东街道": True,
    }  # fmt: skip
    for attempt in (
        lambda: actions.issue_minutes(actor=office, meeting_id=meeting.pk),
        lambda: actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="改"),
        lambda: actions.decide(actor=office, meeting_id=meeting.pk, given=decision(ledger["street"])),
        lambda: actions.drop_decision(actor=office, meeting_id=meeting.pk, decision_id=first.pk),
    ):
        with pytest.raises(Refused, match=r"state\.move_refused"):
            attempt()
    assert Task.objects.count() == 2 and Decision.objects.count() == 2
    assert told(meeting) == [
        "planned", "called", "held", "decided", "decided", "decided", "decided", "minuted", "issued",
    ]  # fmt: skip
    after = str(list(Event.objects.filter(subject_kind="meeting").values_list("after", flat=True)))
    assert all(words not in after for words in ("周例会", "三楼", "听取", "亮化", "张leader"))
    with clock.at(NOON + timedelta(days=3)):
        sweep.drain()
    assert Notice.objects.filter(topic="meeting.issued", person__username="street").count() == 1
    assert list(projections.check()) == []


def test_issuing_makes_no_second_task(present: Plan, ledger: Any, personas: Any) -> None:
    """Somebody made the task before, by the same id: it is taken as it is."""
    office, meeting = personas["office"], present()
    given = decision(ledger["street"])
    actions.decide(actor=office, meeting_id=meeting.pk, given=given)
    ready = tasks.TaskInput(
        id=given.id, problem=given.words, lead=given.lead, due_on=given.due_on, source="meeting",
        origin=("meeting", meeting.pk), source_note=f"创城办例会 {meeting.number}",
    )  # fmt: skip
    assert tasks.create_task(actor=office, given=ready)[1]
    actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="纪要")
    actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    assert Task.objects.count() == 1 and meeting.decisions.get().task_id == given.id


def test_a_date_that_passed_meanwhile_is_due_at_once(present: Plan, ledger: Any, personas: Any) -> None:
    office, meeting = personas["office"], present()
    actions.decide(actor=office, meeting_id=meeting.pk, given=decision(ledger["street"], due_on=TODAY))
    actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="纪要")
    with clock.at(NOON + timedelta(days=3)):
        actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    assert Task.objects.get().due_on == TODAY + timedelta(days=3)


def test_the_next_meeting_asks_what_became_of_it(
    present: Plan, plan: Plan, ledger: Any, personas: Any, make: Make
) -> None:
    office, first = personas["office"], present(days=-7)
    given = [
        decision(ledger[name], f"事项{name}") for name in ("department", "street", "street2", "district", "community")
    ]
    for each in given:
        actions.decide(actor=office, meeting_id=first.pk, given=each)
    actions.write_minutes(actor=office, meeting_id=first.pk, minutes="纪要")
    actions.issue_minutes(actor=office, meeting_id=first.pk)
    done, late, void, upheld, _running = (each.id for each in given)
    for pk, values in {
        done: {"state": "struck_off", "ended_on": TODAY}, late: {"due_on": TODAY - timedelta(days=1)},
        void: {"state": "void"}, upheld: {"state": "upheld"},
    }.items():  # fmt: skip
        Task.objects.filter(pk=pk).update(**values)
    second = plan(days=1, units=())
    assert second.previous == first
    asked = selectors.asked_again(second)
    assert [row.fate(TODAY) for row in asked] == ["done", "late", "void", "done", "running"]
    assert dict(selectors.fates(asked, TODAY)) == {"done": 2, "late": 1, "void": 1, "running": 1}
    item = second.items.filter(source="decisions").order_by("place")
    assert {row.unit: row.count for row in item} == {ledger["street"]: 1, ledger["community"]: 1}
    third = plan(days=2, units=())  # what is owed of the first is asked again, though the second decided nothing
    assert [row.fate(TODAY) for row in selectors.asked_again(third)] == ["late", "running"]
    assert selectors.asked_again(plan(kind="topical", days=3)) == []  # another kind, another series
    assert Decision(words="x").fate(TODAY) == "noted"


def test_postponed_called_again_and_cancelled(plan: Plan, personas: Any) -> None:
    office, meeting = personas["office"], plan()
    later = NOON + timedelta(days=9)
    with pytest.raises(Refused, match=r"state\.missing"):
        actions.postpone_meeting(actor=office, meeting_id=meeting.pk, note=" ")
    actions.call_meeting(actor=office, meeting_id=meeting.pk)
    moved = actions.postpone_meeting(actor=office, meeting_id=meeting.pk, note="台风", starts_at=later)
    assert (moved.state, moved.starts_at, moved.note) == ("postponed", later, "台风")
    with pytest.raises(Refused, match=r"common\.invalid"):
        actions.postpone_meeting(actor=office, meeting_id=meeting.pk, note="x", starts_at=NOON + timedelta(days=900))
    assert actions.call_meeting(actor=office, meeting_id=meeting.pk).note == ""
    ended = actions.cancel_meeting(actor=office, meeting_id=meeting.pk, note="并入下次")
    assert ended.state == "cancelled"
    assert told(meeting) == ["planned", "called", "postponed", "called", "cancelled"]
    assert plan(days=30).previous is None  # a meeting that did not take place decided nothing
    sweep.drain()
    topics = Notice.objects.filter(person__username="street").order_by("pk").values_list("topic", flat=True)
    assert sorted(topics) == ["meeting.called", "meeting.called", "meeting.cancelled", "meeting.postponed"]


def test_what_was_planned_is_changed(plan: Plan, ledger: Any, personas: Any) -> None:
    office, meeting = personas["office"], plan()
    leader = Person.objects.get(username="leader")
    changed = actions.amend_meeting(
        actor=office, meeting_id=meeting.pk, title="调度会", chair=leader, place="一楼", persons=(leader,),
        units=(ledger["street2"],), starts_at=NOON + timedelta(days=4),
    )  # fmt: skip
    assert (changed.title, changed.chair, changed.place) == ("调度会", leader, "一楼")
    assert [row.unit for row in changed.invitations.all()] == [ledger["street2"]]
    assert [*changed.persons.all()] == [leader]
    actions.amend_meeting(actor=office, meeting_id=meeting.pk, persons=())
    assert [row.unit for row in changed.invitations.all()] == [ledger["street2"]] and not changed.persons.exists()
    after = Event.objects.filter(subject_id=meeting.pk, action="meeting.amended").earliest("seq").after
    assert after["reworded"] == ["place", "title"] and after["chair_id"] == str(leader.pk)
    with pytest.raises(Refused, match=r"common\.invalid"):
        actions.amend_meeting(actor=office, meeting_id=meeting.pk, title=" ")
    with pytest.raises(ValueError, match="not to be changed"):
        actions.amend_meeting(actor=office, meeting_id=meeting.pk, kind="topical")
    assert list(projections.check()) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "party"}, "kind"),
    ({"title": " \u200b "}, "title"),
    ({"title": "长" * 121}, "title"),
    ({"place": "长" * 121}, "place"),
    ({"place": "a\0b"}, "place"),
    ({"starts_at": NOON + timedelta(days=500)}, "starts_at"),
    ({"starts_at": NOON - timedelta(days=500)}, "starts_at"),
]


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_a_wrong_meeting_names_its_field(plan: Plan, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        plan(**values)
    assert [problem.field for problem in refused.value.fields] == [field]
    assert Meeting.objects.count() == 0


DECISIONS: list[tuple[dict[str, Any], str]] = [
    ({"words": "  "}, "words"),
    ({"words": "长" * 2001}, "words"),
    ({"words": "a\0b"}, "words"),
    ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
    ({"due_on": TODAY + timedelta(days=9 * 366)}, "due_on"),
    ({"supports": "lead"}, "supports"),
]


@pytest.mark.parametrize(("values", "field"), DECISIONS)
def test_a_wrong_decision_names_its_field(
    present: Plan, ledger: Any, personas: Any, values: dict[str, Any], field: str
) -> None:
    lead = ledger["street"]
    given = {**values, **({"supports": (lead,)} if "supports" in values else {})}
    with pytest.raises(Refused) as refused:
        actions.decide(actor=personas["office"], meeting_id=present().pk, given=decision(lead, **given))
    assert [problem.field for problem in refused.value.fields] == [field]


def test_the_same_twice_is_one(plan: Plan, ledger: Any, personas: Any) -> None:
    meeting = plan()
    given = {
        "id": meeting.pk, "kind": "office", "title": "周例会", "unit": ledger["office"], "place": "三楼会议室",
        "starts_at": meeting.starts_at, "units": (ledger["street"], ledger["department"]),
    }  # fmt: skip
    same = actions.MeetingInput(**given)
    assert actions.plan_meeting(actor=personas["office"], given=same) == (meeting, False)
    with pytest.raises(Refused, match=r"common\.different_body"):
        actions.plan_meeting(actor=personas["office"], given=actions.MeetingInput(**{**given, "title": "别的"}))
    assert Meeting.objects.count() == 1


def test_items_in_words_stand_beside_the_debts(plan: Plan, personas: Any, make: Make, ledger: Any) -> None:
    office = personas["office"]
    task = make()
    Task.objects.filter(pk=task.pk).update(due_on=TODAY - timedelta(days=3))
    meeting = plan()
    assert [(row.source, row.count, row.rows) for row in meeting.items.all()] == [("tasks", 1, [str(task.pk)])]
    item = actions.add_item(actor=office, meeting_id=meeting.pk, words=" 通报迎检安排 ")
    assert (item.words, item.place, item.source) == ("通报迎检安排", 2, "")
    for words in ("", " ", "长" * 201):
        with pytest.raises(Refused, match=r"common\.invalid"):
            actions.add_item(actor=office, meeting_id=meeting.pk, words=words)
    Task.objects.filter(pk=task.pk).update(due_on=TODAY + timedelta(days=3))
    actions.build_agenda(actor=office, meeting_id=meeting.pk)
    assert [row.words for row in meeting.items.all()] == ["通报迎检安排"]
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.drop_item(actor=office, meeting_id=meeting.pk, item_id=uuid4())
    actions.drop_item(actor=office, meeting_id=meeting.pk, item_id=item.pk)
    assert AgendaItem.objects.count() == 0
    for _number in range(20):
        actions.add_item(actor=office, meeting_id=meeting.pk, words="议题")
    with pytest.raises(Refused, match=r"common\.invalid"):
        actions.add_item(actor=office, meeting_id=meeting.pk, words="第二十一条")


@pytest.mark.parametrize(
    "who", ["leader", "department", "street", "community", "grid", "inspector", "auditor", "citizen"]
)
def test_who_does_not_run_meetings_writes_nothing(plan: Plan, personas: Any, ledger: Any, who: str) -> None:
    actor = CITIZEN if who == "citizen" else personas[who]
    meeting = plan()
    before = Event.objects.count()
    for attempt in (
        lambda: plan(actor=who, unit="street") if who != "citizen" else actions.call_meeting(
            actor=actor, meeting_id=meeting.pk),
        lambda: actions.call_meeting(actor=actor, meeting_id=meeting.pk),
        lambda: actions.cancel_meeting(actor=actor, meeting_id=meeting.pk, note="x"),
        lambda: actions.build_agenda(actor=actor, meeting_id=meeting.pk),
        lambda: actions.decide(actor=actor, meeting_id=meeting.pk, given=decision(ledger["street"])),
    ):  # fmt: skip
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempt()
    assert Event.objects.count() == before


def test_others_run_their_own_meetings_and_decide_down_their_line(
    plan: Plan, present: Plan, ledger: Any, personas: Any
) -> None:
    mine = present(actor="subcommand", unit="subcommand")
    above = personas["subcommand"]
    assert actions.decide(actor=above, meeting_id=mine.pk, given=decision(ledger["department"]))[1]
    with pytest.raises(Refused, match=r"task\.other_unit"):
        actions.decide(actor=above, meeting_id=mine.pk, given=decision(ledger["street2"]))
    with pytest.raises(Refused, match=r"meeting\.other_unit"):
        plan(actor="subcommand")
    with pytest.raises(Refused, match=r"meeting\.other_unit"):
        actions.call_meeting(actor=personas["district"], meeting_id=plan().pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.call_meeting(actor=above, meeting_id=new_id())
    assert present(actor="district", unit="district", kind="on_site").state == "held"
    assert present(actor="district", unit="street", kind="on_site").state == "held"  # an area's own


def test_every_move_has_a_verb_and_every_refusal_holds() -> None:
    assert {move.name for move in MEETING.moves} == set(VERBS)
    allowed = {(source, move.name) for move in MEETING.moves for source in move.sources}
    given = {"minutes": "x", "note": "x"}
    for state in MEETING.states:
        for move in MEETING.moves:
            if (state.code, move.name) in allowed:
                assert MEETING.next(state.code, move.name, **given) in {each.code for each in MEETING.states}
            else:
                with pytest.raises(Refused, match=r"state\.move_refused"):
                    MEETING.next(state.code, move.name, **given)


def test_what_was_changed_past_history_is_found_and_put_right(present: Plan, personas: Any, ledger: Any) -> None:
    meeting = present()
    actions.decide(actor=personas["office"], meeting_id=meeting.pk, given=decision(ledger["street"]))
    Meeting.objects.update(state="issued", kind="topical")
    assert {str(found) for found in projections.check()} == {
        f"meeting {meeting.pk}: state is issued, history says held", f"meeting {meeting.pk}: kind is topical, history says office",
    }  # fmt: skip
    assert projections.rebuild() == 1 and list(projections.check()) == []
    Decision.objects.update(due_on=TODAY)
    assert [found.what for found in projections.check()] == ["its decisions are not those that were recorded"]
    assert projections.rebuild() == 0
    Event.objects.filter(subject_id=meeting.pk).delete()
    assert len(list(projections.check())) == 1


def test_read_receipts_are_a_burden_and_off(plan: Plan, personas: Any, ledger: Any, settings: Any) -> None:
    from dataclasses import replace

    meeting = plan()
    street = meeting.invitations.get(unit=ledger["street"])
    assert actions.note_read(actor=personas["street"], meeting_id=meeting.pk) is False
    settings.CITY = replace(settings.CITY, read_receipts=True)
    assert actions.note_read(actor=personas["street2"], meeting_id=meeting.pk) is False  # not invited
    assert actions.note_read(actor=CITIZEN, meeting_id=meeting.pk) is False
    events = Event.objects.count()
    assert actions.note_read(actor=personas["street"], meeting_id=meeting.pk) is True
    street.refresh_from_db()
    assert street.read_at == NOON
    with clock.at(NOON + timedelta(hours=1)):
        assert actions.note_read(actor=personas["street"], meeting_id=meeting.pk) is False
    street.refresh_from_db()
    assert street.read_at == NOON and Event.objects.count() == events
    other = meeting.invitations.get(unit=ledger["department"])
    assert other.read_at is None
