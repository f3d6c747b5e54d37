"""Deadlines of open cases stay with the version that made them until somebody asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chuangcheng.cases import actions, projections
from chuangcheng.cases.actions.recompute import PORTION, outdated
from chuangcheng.cases.deadlines import rule_of
from chuangcheng.framework import time_rules
from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play


def slow_down(amount: int = 16) -> None:
    rows = [
        replace(limit, amount=Decimal(amount)) if limit.category_code == "06010" else limit
        for limit in time_rules.in_force()
    ]
    time_rules.replace_rules(actor=SYSTEM, rows=rows)


def test_a_changed_rule_leaves_open_cases_alone(play: Play) -> None:
    case = play.handling()
    due = case.due_at
    slow_down()
    case.refresh_from_db()
    assert case.due_at == due
    assert rule_of(case).version == 1
    assert outdated() == [case.pk]
    fresh = play.filed()
    assert rule_of(fresh).version == 2
    assert fresh.due_at > due  # type: ignore[operator]


def test_an_extension_is_worth_the_limit_that_the_case_runs_by(play: Play) -> None:
    case = play.handling()
    slow_down()
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="雨")
    actions.decide_petition(actor=play.by["office"], petition_id=case.petitions.get().id, granted=True)
    before = case.due_at
    case.refresh_from_db()
    assert case.due_at == CALENDAR.add(before, Decimal(4), "work_hours").at  # type: ignore[arg-type]


def test_asked_for_the_worker_recomputes_and_says_so(play: Play) -> None:
    case = play.handling()
    suspended_link = case.assignments.get()
    slow_down()
    assert actions.ask_recompute(actor=play.by["office"]) == 1
    case.refresh_from_db()
    assert rule_of(case).version == 1  # not yet
    sweep.drain()
    case.refresh_from_db()
    assert case.due_at == CALENDAR.add(case.filed_at, Decimal(16), "work_hours").at
    assert rule_of(case).version == 2
    suspended_link.refresh_from_db()
    assert suspended_link.due_at == case.due_at
    told = Event.objects.get(action="case.due_recomputed")
    assert told.actor_post == play.by["office"].post_id
    assert list(projections.check_cases()) == []
    assert outdated() == []
    assert actions.ask_recompute(actor=play.by["office"]) == 0


def test_many_go_in_portions(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.cases.actions import recompute

    monkeypatch.setattr(recompute, "PORTION", 1)
    for _ in range(3):
        play.filed()
    slow_down()
    actions.recompute_some(actor=SYSTEM, limit=1)
    assert len(outdated()) == 2
    assert PORTION > 1


def test_ended_and_suspended_cases_stay_as_they_are(play: Play) -> None:
    closed = play.closed()
    case = play.handling()
    until = case.filed_at + timedelta(days=9)
    actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="等料", until=until)
    actions.decide_petition(actor=play.by["office"], petition_id=case.petitions.get().id, granted=True)
    slow_down()
    assert outdated() == []
    assert actions.recompute_some(actor=SYSTEM) == 0
    assert closed.due_at is not None


@pytest.mark.parametrize("role", ["leader", "district", "department", "street", "auditor"])
def test_only_the_office_asks(play: Play, role: str) -> None:
    play.filed()
    slow_down()
    for attempt in (actions.ask_recompute, actions.recompute_some):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempt(actor=play.by[role])
    assert not Outbox.objects.filter(topic="limits.recompute_asked").exists()


def test_a_condition_may_make_a_case_graver(play: Play) -> None:
    rows = [replace(limit, severity=3) if limit.condition == "dangerous" else limit for limit in time_rules.in_force()]
    time_rules.replace_rules(actor=SYSTEM, rows=rows)
    assert play.filed(condition="dangerous").severity == 3
    assert play.filed(condition="default").severity == 1
    assert play.filed(condition="default", severity=2).severity == 2
