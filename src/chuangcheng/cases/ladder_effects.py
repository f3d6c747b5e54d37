"""Climbing the ladder: each running case has one alarm at its next rung; moves of the case shift or end it.

An alarm that rings looks at the case under its lock: one that was handled, suspended or given to somebody else
meanwhile troubles nobody. The notice's key names case, holder, deadline and rung, so each rung speaks once. Nothing
here holds a case up: overdue escalates, never blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from chuangcheng.cases import dispatching, ladder
from chuangcheng.cases.deadlines import rule_of, within
from chuangcheng.cases.escalation import recipients
from chuangcheng.cases.ladder import Ring
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.status import RUNNING
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock
from chuangcheng.kernel.calendar import TimeUnit
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.label import Label
from chuangcheng.notices import alarms
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.notices.models import Alarm

KIND = "case"
TOPIC = "case.reminder"
DANGEROUS = 3
SEEDED_AT_ONCE = 500
SEEDED_A_RUN = 10_000


@on(
    "case.filed", "case.dispatched", "case.claimed", "case.returned", "case.reworked", "case.reopened", "case.extended",
    "case.resumed", "case.handled", "case.suspended", "case.closed", "case.voided", "case.due_moved", "case.merged",
    "case.unmerged", "case.escalated", "case.arbitrated", "case.owner_sought", "case.owner_named", "case.owner_ruled",
)  # fmt: skip
def follow(row: Outbox) -> None:
    """Whatever moved the case or its deadline sets the alarm anew."""
    if sunk():
        return
    case = _cases().filter(pk=row.subject_id).first()
    if case is not None:
        _set(case, clock.now())


@periodic("cases.ladder", 30, needed=lambda: alarms.rings(KIND))
def climb() -> int:
    """Answer the alarms that ring; how many cases spoke."""
    return sum(_answer(alarm) for alarm in alarms.due(KIND))


@periodic("cases.ladder_seed", 3600)
def seed() -> int:
    """Give an alarm to running cases that have none: those that an import or a demo brought without a word. What is
    past stays unsaid, they speak from their next rung on. How many."""
    now = clock.now()
    silent = list(_without_alarm(now).values_list("pk", flat=True)[:SEEDED_A_RUN])
    done = 0
    for start in range(0, len(silent), SEEDED_AT_ONCE):
        cases = list(_cases().filter(pk__in=silent[start : start + SEEDED_AT_ONCE]))
        rings = zip(cases, _next_of(cases, now), strict=True)
        done += alarms.put_many(KIND, [(case.pk, ring.at, "") for case, ring in rings if ring])
    return done


def rings_of(case: Case, links: Iterable[Assignment] | None = None) -> list[Ring]:
    """Every rung of the case as it stands: from when its holder got it to the holder's own deadline, or none where no
    clock runs. ``links`` is its chain of dispatch where the caller has read it."""
    if links is None:
        return _rings(case, _own_dues([case]).get(case.pk))
    own = [link.due_at for link in links if link.role == "lead" and link.state == "open"]
    return _rings(case, own[-1] if own else None)


def _answer(alarm: Alarm) -> bool:
    with transaction.atomic():
        case = _cases().select_for_update(of=("self",)).filter(pk=alarm.subject_id).first()
        if not alarms.still(alarm):
            return False
        if case is None:
            alarms.clear(KIND, alarm.subject_id)
            return False
        now = clock.now()
        passed = [ring for ring in rings_of(case) if alarm.due_at <= ring.at <= now]
        _set(case, now)
        # After a stop of the worker several may have passed: the highest speaks for all.
        return bool(passed) and _tell(case, passed[-1])


def _tell(case: Case, ring: Ring) -> bool:
    told = notify(
        key=f"ladder:{case.pk.hex}:{_epoch(case)}:{ring.name}",
        persons=recipients(case, ring.rung.to, ladder.current().heads),
        topic=TOPIC,
        subject=(KIND, case.pk),
        text=_words(case, ring),
        url=f"/desk/cases/{case.pk}/",
        urgent=ring.rung.urgent or _presses(case),
    )
    return told > 0


def _presses(case: Case) -> bool:
    """What is dangerous, or has a limit that runs through the night, is reminded of at night too."""
    return case.severity >= DANGEROUS or rule_of(case).unit == "urgent_hours"


def _words(case: Case, ring: Ring) -> Label:
    category = case.category.zh if case.category else ""
    due = case.arbitration_due_at or within(_own_dues([case]).get(case.pk), case.due_at)
    local = due.astimezone(clock.CITY_ZONE) if due else None
    zh = f"，时限 {local.month}月{local.day}日 {local:%H:%M}" if local else ""
    en = f", due {local:%Y-%m-%d %H:%M}" if local else ""
    return Label(
        f"{ring.rung.label.zh}：{case.number} {category}".rstrip() + zh,
        f"{ring.rung.label.en}: {case.number} {category}".rstrip() + en,
    )


def _set(case: Case, now: datetime) -> None:
    ring = _next(rings_of(case), now)
    if ring is None:
        alarms.clear(KIND, case.pk)
    else:
        alarms.put(KIND, case.pk, ring.at)


def _next(rings: Iterable[Ring], now: datetime) -> Ring | None:
    return next((ring for ring in rings if ring.at > now), None)


def _next_of(cases: list[Case], now: datetime) -> list[Ring | None]:
    dues = _own_dues(cases)
    return [_next(_rings(case, dues.get(case.pk)), now) for case in cases]


def _rings(case: Case, own: datetime | None) -> list[Ring]:
    if case.state == "arbitrating" and case.arbitration_due_at:  # the arbiter's own clock
        given_back = case.assignments.filter(state="returned").aggregate(at=Max("ended_at"))["at"]
        return ladder.rings(
            ladder.current(),
            given_back or case.filed_at,
            case.arbitration_due_at,
            dispatching.current().arbitration.unit,
        )
    due = within(own, case.due_at)
    if case.state not in RUNNING or due is None:
        return []
    unit = cast(TimeUnit, rule_of(case).unit)
    return ladder.rings(ladder.current(), case.holder_since or case.filed_at, due, unit)


def _own_dues(cases: Iterable[Case]) -> dict[UUID, datetime]:
    """The deadline of each holder's own link of the chain."""
    links = Assignment.objects.filter(case__in=[case.pk for case in cases], role="lead", state="open")
    return {case: due for case, due in links.values_list("case", "due_at") if due is not None}


def _epoch(case: Case) -> str:
    """Eight digits for who holds it since when, and until when: a moved deadline makes its rungs anew."""
    return sha256(f"{case.holder_id}|{case.holder_since}|{case.due_at}|{case.rework_count}".encode())[:8]


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("category", "holder")


def _without_alarm(now: datetime) -> QuerySet[Case]:
    since = now - timedelta(days=ladder.current().reach.days)
    running = _cases().filter(state__in=RUNNING, due_at__gte=since)
    return running.exclude(pk__in=alarms.subjects(KIND)).order_by("-due_at", "id")
