"""待办 of a unit: what it holds and where it helps, by the working time that is left, with what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, cast
from uuid import UUID

from django.db.models import prefetch_related_objects

from chuangcheng.cases import owners
from chuangcheng.cases.deadlines import rule_of, within
from chuangcheng.cases.models import Assignment, Case, Petition
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights

Name = Literal["overdue", "today", "week", "later", "no_limit"]
GROUPS: dict[Name, Label] = {
    "overdue": Label("已超期", "Overdue"),
    "today": Label("今天到期", "Due today"),
    "week": Label("本周到期", "Due this week"),
    "later": Label("以后到期", "Due later"),
    "no_limit": Label("无时限", "No limit"),
}
#: More rows than these are in the list of cases; a unit that holds more has another trouble than their order.
MOST = 300
HELD = ("dispatched", "handling")
_DAY = Decimal(8)

ACCEPT = Label("接收，或说明理由退回", "Accept it, or return it with a reason")
HANDLE = Label("处置，拍处置后照片，报完成", "Handle it, take an “after” photo, report it")
REWORK = Label("按返工意见重新处置", "Do it again as the verifier says")
WAIT = Label("已申请，等待审批；处置照常进行", "Asked for time; go on while it is decided")
SEEK = Label("先排除危险，同时询问可能的权属单位", "Secure what is dangerous, and ask who may own it")
ANSWER = Label("答复是不是本单位的", "Say whether it is yours")
HELP = Label("协助主办单位", "Help the unit in charge")


@dataclass(frozen=True, slots=True)
class Item:
    """One case: ``left`` is the working time until ``due`` (negative once it has passed) in its own ``unit``."""

    case: Case
    step: Label
    helps: bool
    due: datetime | None
    left: Decimal | None
    unit: TimeUnit

    @property
    def hours(self) -> Decimal:
        """What is left in hours, a working day for eight, to compare limits of different kinds."""
        return (self.left or Decimal(0)) * (_DAY if self.unit == "work_days" else 1)


@dataclass(frozen=True, slots=True)
class Group:
    """What is due in one stretch of time, the most urgent first."""

    name: Name
    label: Label
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Worklist:
    """The groups that hold anything; ``more`` counts the cases beyond :data:`MOST`."""

    groups: list[Group]
    held: int
    helping: int
    more: int


def worklist(actor: Actor, now: datetime) -> Worklist:
    """The work of the actor's unit; seven queries at most, however much it is."""
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, "cases.handle"):
        return Worklist([], 0, 0, 0)
    rows = visible_cases(actor).select_related("category", "division", "holder")
    mine = rows.filter(holder=post.unit_id, state__in=HELD)
    held = list(mine.order_by("due_at", "id")[: MOST + 1])
    more = mine.count() - MOST if len(held) > MOST else 0
    held = held[:MOST]
    helping = _helping(post.unit_id)
    asked_of = dict(owners.to_answer(post.unit_id).values_list("case", "due_at")[:MOST])
    beside = rows.filter(pk__in={**helping, **asked_of}, state__in=HELD)
    others = list(beside.exclude(holder=post.unit_id).order_by("due_at", "id"))
    prefetch_related_objects([case for case in held if case.owner_sought_at], "owner_searches")
    own, asked = _own_dues(held, post.unit_id), _asked(held)
    items = [_item(case, within(own.get(case.pk), case.due_at), _step(case, asked), False, now) for case in held]
    items += [
        _item(case, within(helping[case.pk], case.due_at), HELP, True, now) for case in others if case.pk in helping
    ]
    items += [_item(case, asked_of[case.pk], ANSWER, True, now) for case in others if case.pk in asked_of]
    return Worklist(_grouped(items, now), len(held) + more, len(others), more)


def _helping(unit_id: UUID) -> dict[UUID, datetime | None]:
    """The cases in which the unit helps, with the deadline of its share."""
    links = Assignment.objects.filter(unit=unit_id, role="co", state="open")
    return dict(links.values_list("case", "due_at")[:MOST])


def _own_dues(cases: Iterable[Case], unit_id: UUID) -> dict[UUID, datetime | None]:
    links = Assignment.objects.filter(case__in=[case.pk for case in cases], unit=unit_id, role="lead", state="open")
    return dict(links.values_list("case", "due_at"))


def _asked(cases: Iterable[Case]) -> set[UUID]:
    waiting = Petition.objects.filter(case__in=[case.pk for case in cases], state="asked")
    return set(waiting.values_list("case", flat=True))


def _step(case: Case, asked: set[UUID]) -> Label:
    if case.pk in asked:
        return WAIT
    if owners.open_search(case) is not None:
        return SEEK
    if case.state == "dispatched":
        return ACCEPT
    return REWORK if case.rework_count else HANDLE


def _item(case: Case, due: datetime | None, step: Label, helps: bool, now: datetime) -> Item:
    unit = cast(TimeUnit, rule_of(case).unit)
    left = None
    if due is not None:
        left = CALENDAR.elapsed(now, due, unit) if due >= now else -CALENDAR.elapsed(due, now, unit)
    return Item(case, step, helps, due, left, unit)


def _grouped(items: Iterable[Item], now: datetime) -> list[Group]:
    found: dict[Name, list[Item]] = {name: [] for name in GROUPS}
    for item in items:
        found[_name(item.due, now)].append(item)
    far = now + timedelta(days=36500)
    return [
        Group(name, GROUPS[name], sorted(listed, key=lambda each: (each.hours, each.due or far, each.case.number)))
        for name, listed in found.items()
        if listed
    ]


def _name(due: datetime | None, now: datetime) -> Name:
    """A week ends with Sunday, as offices count."""
    if due is None:
        return "no_limit"
    if due < now:
        return "overdue"
    today, day = now.astimezone(CITY_ZONE).date(), due.astimezone(CITY_ZONE).date()
    if day == today:
        return "today"
    return "week" if day <= today + timedelta(days=6 - today.weekday()) else "later"
