"""The life cycle and the rights of meetings, written out row by row: a change of either is seen here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import actions, selectors
from chuangcheng.meetings.models import Decision, Meeting
from chuangcheng.meetings.states import MEETING
from chuangcheng.people.rights import roles
from chuangcheng.tasks.models import Task
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY

#: State, move, where it leads ("" = refused).
LIFE = [
    ("planned", "call", "called"),
    ("planned", "hold", "held"),
    ("planned", "minute", ""),
    ("planned", "issue", ""),
    ("planned", "decide", ""),
    ("planned", "build", "planned"),
    ("planned", "amend", "planned"),
    ("planned", "postpone", "postponed"),
    ("planned", "cancel", "cancelled"),
    ("called", "call", ""),
    ("called", "hold", "held"),
    ("called", "minute", ""),
    ("called", "issue", ""),
    ("called", "decide", ""),
    ("called", "build", "called"),
    ("called", "amend", "called"),
    ("called", "postpone", "postponed"),
    ("called", "cancel", "cancelled"),
    ("postponed", "call", "called"),
    ("postponed", "hold", ""),
    ("postponed", "minute", ""),
    ("postponed", "issue", ""),
    ("postponed", "decide", ""),
    ("postponed", "build", "postponed"),
    ("postponed", "amend", "postponed"),
    ("postponed", "postpone", ""),
    ("postponed", "cancel", "cancelled"),
    ("held", "call", ""),
    ("held", "hold", ""),
    ("held", "minute", "minuted"),
    ("held", "issue", ""),
    ("held", "decide", "held"),
    ("held", "build", "held"),
    ("held", "amend", ""),
    ("held", "postpone", ""),
    ("held", "cancel", ""),
    ("minuted", "call", ""),
    ("minuted", "hold", ""),
    ("minuted", "minute", "minuted"),
    ("minuted", "issue", "issued"),
    ("minuted", "decide", "minuted"),
    ("minuted", "build", ""),
    ("minuted", "amend", ""),
    ("minuted", "postpone", ""),
    ("minuted", "cancel", ""),
    ("issued", "call", ""),
    ("issued", "hold", ""),
    ("issued", "minute", ""),
    ("issued", "issue", ""),
    ("issued", "decide", ""),
    ("issued", "build", ""),
    ("issued", "amend", ""),
    ("issued", "postpone", ""),
    ("issued", "cancel", ""),
    ("cancelled", "call", ""),
    ("cancelled", "hold", ""),
    ("cancelled", "minute", ""),
    ("cancelled", "issue", ""),
    ("cancelled", "decide", ""),
    ("cancelled", "build", ""),
    ("cancelled", "amend", ""),
    ("cancelled", "postpone", ""),
    ("cancelled", "cancel", ""),
]


def test_the_life_is_written_out_in_full() -> None:
    assert {(state, move) for state, move, _to in LIFE} == {
        (state.code, move.name) for state in MEETING.states for move in MEETING.moves
    }


@pytest.mark.parametrize(("state", "move", "target"), LIFE)
def test_a_move_leads_where_it_should(state: str, move: str, target: str) -> None:
    given = {"minutes": "纪要", "note": "原因"}
    if target:
        assert MEETING.next(state, move, **given) == target
    else:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            MEETING.next(state, move, **given)


#: What must be filled.
NEEDS = [
    ("held", "minute", "minutes"),
    ("minuted", "minute", "minutes"),
    ("planned", "postpone", "note"),
    ("called", "postpone", "note"),
    ("planned", "cancel", "note"),
    ("postponed", "cancel", "note"),
]


@pytest.mark.parametrize(("state", "move", "need"), NEEDS)
def test_what_must_be_filled_is_asked_for(state: str, move: str, need: str) -> None:
    for empty in ({}, {need: ""}, {need: None}):
        with pytest.raises(Refused, match=r"state\.missing"):
            MEETING.next(state, move, **empty)


#: Role, sees meetings, runs them.
RIGHTS = [
    ("office", True, True),
    ("leader", True, False),
    ("subcommand", True, True),
    ("district", True, True),
    ("department", True, False),
    ("street", True, False),
    ("community", True, False),
    ("grid", False, False),
    ("inspector", False, False),
    ("auditor", True, False),
]


@pytest.mark.parametrize(("role", "sees", "runs"), RIGHTS)
def test_what_a_role_may(role: str, sees: bool, runs: bool) -> None:
    held = roles()[role].permissions
    assert ("meetings.view" in held, "meetings.run" in held) == (sees, runs)


#: Who plans, for which unit, the refusal ("" = allowed).
CONVENERS = [
    ("office", "office", ""),
    ("office", "subcommand", ""),
    ("office", "street", ""),
    ("subcommand", "subcommand", ""),
    ("subcommand", "office", "meeting.other_unit"),
    ("subcommand", "department", "meeting.other_unit"),
    ("district", "district", ""),
    ("district", "street2", ""),
    ("district", "community", ""),
    ("district", "department", "meeting.other_unit"),
    ("district", "office", "meeting.other_unit"),
    ("department", "department", "common.not_allowed"),
    ("street", "street", "common.not_allowed"),
    ("leader", "office", "common.not_allowed"),
]


@pytest.mark.parametrize(("who", "unit", "refusal"), CONVENERS)
def test_who_convenes_for_whom(plan: Plan, who: str, unit: str, refusal: str) -> None:
    if not refusal:
        assert plan(actor=who, unit=unit, units=()).unit.short_name
        return
    with pytest.raises(Refused) as refused:
        plan(actor=who, unit=unit, units=())
    assert (refused.value.code, Meeting.objects.count()) == (refusal, 0)


#: Who decides at a meeting of its own, for which lead, allowed.
LEADS = [
    ("office", "office", "street", True),
    ("office", "office", "department", True),
    ("office", "office", "community", True),
    ("subcommand", "subcommand", "department", True),  # of its line
    ("subcommand", "subcommand", "street", True),
    ("subcommand", "subcommand", "street2", False),
    ("subcommand", "subcommand", "office", False),
    ("district", "district", "street2", True),  # of its area
    ("district", "district", "community", True),
    ("district", "district", "department", False),
]


@pytest.mark.parametrize(("who", "unit", "lead", "allowed"), LEADS)
def test_decisions_go_down_the_line(
    present: Plan, personas: Any, ledger: Any, who: str, unit: str, lead: str, allowed: bool
) -> None:
    meeting = present(actor=who, unit=unit, units=())
    given = actions.DecisionInput(words="整改", lead=ledger[lead], due_on=TODAY)
    if allowed:
        assert actions.decide(actor=personas[who], meeting_id=meeting.pk, given=given)[1]
        return
    with pytest.raises(Refused, match=r"task\.other_unit"):
        actions.decide(actor=personas[who], meeting_id=meeting.pk, given=given)
    assert not meeting.decisions.exists()


#: State of the task, days until it is due, what became of the decision.
FATES = [
    ("not_started", 0, "running"),
    ("not_started", 5, "running"),
    ("not_started", -1, "late"),
    ("under_way", 5, "running"),
    ("under_way", -1, "late"),
    ("in_review", 5, "running"),
    ("in_review", -1, "running"),  # while others review it, nobody charges the unit
    ("relapsed", 5, "running"),
    ("relapsed", -1, "late"),
    ("struck_off", 5, "done"),
    ("struck_off", -9, "done"),
    ("upheld", 5, "done"),
    ("upheld", -5, "done"),
    ("void", 5, "void"),
    ("void", -5, "void"),
]


@pytest.mark.parametrize(("state", "days", "fate"), FATES)
def test_what_became_of_a_decision(state: str, days: int, fate: str) -> None:
    task = Task(state=state, due_on=TODAY + timedelta(days=days))
    decision = Decision(id=uuid4(), words="x", task=task)
    assert decision.fate(TODAY) == fate and fate in selectors.FATES


#: A meeting's start in hours from now, its state, whether it can be held now.
TIMES = [
    (-1, "planned", True),
    (-1, "called", True),
    (-1, "postponed", False),
    (-1, "held", False),
    (-1, "cancelled", False),
    (1, "planned", False),
    (1, "called", False),
]


@pytest.mark.parametrize(("hours", "state", "offered"), TIMES)
def test_a_meeting_is_held_when_its_time_has_come(
    plan: Plan, personas: Any, hours: int, state: str, offered: bool
) -> None:
    meeting = plan(days=hours / 24)
    Meeting.objects.update(state=state)
    meeting.refresh_from_db()
    assert meeting.starts_at == NOON + timedelta(hours=hours)
    assert ("hold" in [move.name for move in selectors.moves_for(personas["office"], meeting)]) is offered
    if offered:
        assert actions.hold_meeting(actor=personas["office"], meeting_id=meeting.pk).state == "held"
    else:
        with pytest.raises(Refused):
            actions.hold_meeting(actor=personas["office"], meeting_id=meeting.pk)
