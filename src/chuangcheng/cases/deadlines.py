"""The clock of a case: limit by category and filing condition, extensions, pauses, and the chain's own dues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from chuangcheng.cases import dispatching
from chuangcheng.cases.building import Clock, clock_of
from chuangcheng.cases.models import Case
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import TimeRule
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.calendar import CALENDAR, Deadline, Pause, TimeUnit

#: Within which a grid worker looks at a report: an answer in 24 hours, round the clock (county grid rules, PX).
CONFIRM_LIMIT: tuple[Decimal, TimeUnit] = (Decimal(24), "urgent_hours")
#: At most two granted, each worth the original limit again; a refused one does not count (YCG).
MAX_EXTENSIONS = 2
#: A suspension is granted once, to a chosen day at most a year away (YCG).
MAX_SUSPENSION = timedelta(days=365)


def due_for(category_code: str, condition: str, start: datetime) -> tuple[Deadline, TimeRule]:
    """The deadline of a case filed at ``start`` and the rule that made it."""
    rule = framework.time_rule(category_code, condition)
    return CALENDAR.add(start, rule.amount, _unit(rule)), rule


def clock_for(category_code: str, condition: str, start: datetime) -> Clock:
    """As :func:`due_for`, in the form that a case stores."""
    return clock_of(*due_for(category_code, condition, start))


def clock_and_severity(category_code: str, condition: str, start: datetime) -> tuple[Clock, int]:
    """As :func:`clock_for`, with the least severity that the filing condition gives (1: ordinary)."""
    deadline, rule = due_for(category_code, condition, start)
    return replace(clock_of(deadline, rule), dispatch_due_at=dispatch_due(start)), rule.severity or 1


def dispatch_due(start: datetime) -> datetime:
    """Until when a case filed, or reopened, at ``start`` should be dispatched."""
    return dispatching.current().dispatch.after(start)


def confirm_due(start: datetime) -> datetime:
    """Until when a grid worker should have looked."""
    return CALENDAR.add(start, *CONFIRM_LIMIT).at


def rule_of(case: Case) -> TimeRule:
    """The version of the rule that made the case's deadline: a rule that changed later does not touch open cases. A
    case whose deadline came from elsewhere goes by the rule in force."""
    return framework.time_rule_version(case.due_rule) or rule_in_force(case)


def rule_in_force(case: Case) -> TimeRule:
    """The rule that a case of its category and condition would get if it were filed today."""
    return framework.time_rule(case.category.code if case.category else "", case.condition)


def extended(case: Case, due_at: datetime) -> Deadline:
    """``due_at`` and the original limit once more."""
    rule = rule_of(case)
    return CALENDAR.add(due_at, rule.amount, _unit(rule))


def after_pause(case: Case, due_at: datetime, paused: datetime, resumed: datetime) -> Deadline:
    """``due_at`` with the working time that was left at ``paused`` running on from ``resumed``; a due that had
    passed before the pause stays passed."""
    if due_at <= paused:
        return Deadline(due_at, provisional=False)
    unit = _unit(rule_of(case))
    left = CALENDAR.elapsed(paused, due_at, unit)
    deadline = CALENDAR.add(resumed, left, unit)
    return Deadline(max(deadline.at, due_at), deadline.provisional)


def recomputed(case: Case, rule: TimeRule | None = None) -> Deadline:
    """The deadline of an open case from scratch: start, extensions and pauses as its history tells them. By the rule
    that made it, or by another."""
    rule = rule or rule_of(case)
    start, pauses, extensions = case.filed_at, list[Pause](), 0
    paused: datetime | None = None
    for event in events_of("case", case.pk):
        if event.action == "case.reopened":
            start, pauses, extensions = event.happened_at, [], 0
        elif event.action == "case.extended":
            extensions += 1
        elif event.action in ("case.suspended", "case.merged"):
            paused = event.happened_at
        elif event.action in ("case.resumed", "case.unmerged") and paused:
            pauses.append(Pause(paused, event.happened_at))
    return _from_scratch(start, rule, extensions, pauses)


def within(due_at: datetime | None, *limits: datetime | None) -> datetime | None:
    """The earliest of a child's due and those above it; None if there is none at all."""
    return min((moment for moment in (due_at, *limits) if moment is not None), default=None)


def _from_scratch(start: datetime, rule: TimeRule, extensions: int, pauses: Sequence[Pause]) -> Deadline:
    return CALENDAR.add(start, rule.amount * (1 + extensions), _unit(rule), pauses)


def _unit(rule: TimeRule) -> TimeUnit:
    return cast(TimeUnit, rule.unit)
