"""Lists of laggards: drafted by the system, open to objections, issued after another person's approval."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history import numbers, outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.lagging import Drawn, Stand, draw
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitGroup, UnitKind
from chuangcheng.risks.facts import LAGGARDS, LISTS, step
from chuangcheng.risks.measures import MEASURES, Span
from chuangcheng.risks.models import Laggard, LaggardList
from chuangcheng.risks.policies import allow
from chuangcheng.risks.rules import ListRule, current
from chuangcheng.risks.states import APPROVE, DRAFT, LIST, OBJECT, OBJECTION

PREFIX = "HJ"
#: At least so many days are left for objections.
WINDOW_DAYS = 2
#: Groups that are never ranked nor carded (law 13).
OUTSIDE = (UnitGroup.VERTICAL, UnitGroup.NONE)


def draft_list(*, actor: Actor, code: str, from_on: date, to_on: date) -> LaggardList:
    """Draw up the list of a rule for the days of a period, both included. Nobody writes names in: the rule does.

    Refused: ``common.not_found`` for an unknown rule, ``laggards.bad_period``, ``laggards.twice`` while another list of
    the same rule and days stands.
    """
    rule, today = current().list_rule(code), clock.today().date()
    if not from_on <= to_on <= today:
        raise Refused("laggards.bad_period")
    with transaction.atomic():
        rights.require_or_system(actor, DRAFT)
        if LaggardList.objects.filter(code=code, from_on=from_on, to_on=to_on).exclude(state="dropped").exists():
            raise Refused("laggards.twice")
        drawn, units = _draw(rule, from_on, to_on)
        row = LaggardList(
            number=numbers.take(PREFIX, clock.now()), code=code, rule=_plain(rule), from_on=from_on, to_on=to_on,
            counted=_counted(drawn, units), drafted_at=clock.now(), drafted_by_id=actor.person_id,
        )  # fmt: skip
        LISTS.begin(row, actor)
        values = [stand.value for stand in drawn.counted]  # the worst first; equals share a place
        for stand, why in drawn.listed:
            line = Laggard(list=row, unit=units[stand.key], base=stand.base, why=why)
            line.place, line.value = values.index(stand.value) + 1, _number(stand)
            LAGGARDS.begin(line, actor)
    return row


def _draw(rule: ListRule, from_on: date, to_on: date) -> tuple[Drawn, dict[str, Unit]]:
    since = datetime.combine(from_on, datetime.min.time(), clock.CITY_ZONE)
    until = min(datetime.combine(to_on + timedelta(days=1), datetime.min.time(), clock.CITY_ZONE), clock.now())
    figures = MEASURES[rule.measure].read(Span(since, until), "unit")
    units = {str(unit.pk): unit for unit in _of_group(rule.group)}
    stands = [
        Stand(key, unit.official_order, figures[key].value if key in figures else None,
              figures[key].base if key in figures else 0, unit.group not in OUTSIDE)
        for key, unit in units.items()
    ]  # fmt: skip
    return draw(stands, rule.cut), units


def _of_group(group: str) -> list[Unit]:
    """The units that are compared; outside ones and the command's own bodies never are, whatever their group."""
    rows = people.units().exclude(kind__in=(UnitKind.OUTSIDE, UnitKind.HEADQUARTERS, UnitKind.OFFICE))
    return list(rows.exclude(group=UnitGroup.NONE) if group == "all" else rows.filter(group=group))


def _number(stand: Stand) -> Decimal:
    value = stand.value or 0
    return round(Decimal(value.numerator) / value.denominator, 4)


def _plain(rule: ListRule) -> dict[str, Any]:
    cut = rule.cut
    return {
        "zh": rule.label.zh, "en": rule.label.en, "measure": rule.measure, "group": rule.group, "period": rule.period,
        "share": None if cut.share is None else str(cut.share), "floor": None if cut.floor is None else str(cut.floor),
        "base": cut.base, "most": cut.most, "version": current().version,
    }  # fmt: skip


def _counted(drawn: Drawn, units: dict[str, Unit]) -> list[dict[str, Any]]:
    """Everybody who was looked at, so that the list can be explained: the worst first, then those left out."""
    why = {stand.key: reason for stand, reason in drawn.listed}
    rows = [(stand, why.get(stand.key, "")) for stand in drawn.counted]
    rows += [(stand, "small") for stand in drawn.small] + [(stand, "outside") for stand in drawn.outside]
    return [
        {"unit": stand.key, "name": units[stand.key].short_name, "base": stand.base, "why": reason,
         "value": None if stand.value is None else str(_number(stand))}
        for stand, reason in rows
    ]  # fmt: skip


def announce(*, actor: Actor, list_id: UUID, until_on: date) -> LaggardList:
    """Tell each listed unit its own line and let it object until that day. Refused: ``laggards.short_window``,
    ``laggards.empty``."""
    if until_on < clock.today().date() + timedelta(days=WINDOW_DAYS):
        raise Refused("laggards.short_window", days=WINDOW_DAYS)
    with transaction.atomic():
        row = _locked(list_id)
        if not row.laggards.exclude(state="taken_out").exists():
            raise Refused("laggards.empty")
        return _take(row, "announce", DRAFT, actor, {"until_on": until_on}, until=until_on)


def object_to(*, actor: Actor, laggard_id: UUID, words: str) -> Laggard:
    """A listed unit says why its figure is not fair. Refused: ``laggards.closed`` outside of the window,
    ``risk.other_unit``."""
    with transaction.atomic():
        line = _line(laggard_id)
        allow(actor, OBJECT, line.unit)
        if line.list.state != "objecting" or line.list.until_on is None or clock.today().date() > line.list.until_on:
            raise Refused("laggards.closed")
        _turn(line, "object", actor, words)
    return line


def answer(*, actor: Actor, laggard_id: UUID, upheld: bool, words: str) -> Laggard:
    """The office answers an objection with a reason: the unit is taken out, or stays."""
    with transaction.atomic():
        line = _line(laggard_id)
        rights.require_or_system(actor, DRAFT)
        _turn(line, "uphold" if upheld else "reject", actor, words)
    return line


def submit(*, actor: Actor, list_id: UUID) -> LaggardList:
    """Put it up for approval. Refused: ``laggards.window_open`` before the window has ended, ``laggards.unanswered``,
    ``laggards.empty`` when objections took everybody out (drop it then)."""
    with transaction.atomic():
        row = _locked(list_id)
        if row.state == "objecting" and (row.until_on is None or clock.today().date() <= row.until_on):
            raise Refused("laggards.window_open", until=row.until_on.isoformat() if row.until_on else "")
        states = set(row.laggards.values_list("state", flat=True))
        if "objected" in states:
            raise Refused("laggards.unanswered")
        if not states - {"taken_out"}:
            raise Refused("laggards.empty")
        return _take(row, "submit", DRAFT, actor, {"submitted_by_id": actor.person_id})


def approve(*, actor: Actor, list_id: UUID, issued: bool, words: str = "") -> LaggardList:
    """Issue it, or send it back with a reason. Refused: ``laggards.own_draft`` for whoever drafted or submitted it."""
    with transaction.atomic():
        row = _locked(list_id)
        if actor == SYSTEM:
            raise Refused("common.not_allowed", permission=rights.declared()[APPROVE].label)
        if issued and actor.person_id in (row.drafted_by_id, row.submitted_by_id):
            rights.require(actor, APPROVE)
            raise Refused("laggards.own_draft")
        changes = {"issued_at": clock.now(), "issued_by_id": actor.person_id} if issued else {}
        return _take(row, "issue" if issued else "send_back", APPROVE, actor, changes, words)


def drop_list(*, actor: Actor, list_id: UUID, words: str = "") -> LaggardList:
    """Give a list up before it is issued."""
    with transaction.atomic():
        return _take(_locked(list_id), "drop", DRAFT, actor, {}, words)


def _take(
    row: LaggardList, move: str, permission: str, actor: Actor, changes: dict[str, Any], words: str = "", **given: Any
) -> LaggardList:
    rights.require_or_system(actor, permission)
    state = LIST.next(row.state, move, words=words.strip(), **given)
    step(LISTS, row, move, actor, {"state": state, **changes}, words)
    outbox.emit(f"laggards.{move}", ("laggardlist", row.pk))
    return row


def _turn(line: Laggard, move: str, actor: Actor, words: str) -> None:
    state = OBJECTION.next(line.state, move, words=words.strip())
    if line.list.state != "objecting":
        raise Refused("laggards.closed")
    step(LAGGARDS, line, move, actor, {"state": state}, words)
    outbox.emit(f"laggard.{move}", ("laggard", line.pk))


def _locked(list_id: UUID) -> LaggardList:
    for row in LaggardList.objects.select_for_update().filter(pk=list_id):
        return row
    raise Refused("common.not_found")


def _line(laggard_id: UUID) -> Laggard:
    rows = Laggard.objects.select_for_update(of=("self",)).select_related("list", "unit__division")
    for line in rows.filter(pk=laggard_id):
        return line
    raise Refused("common.not_found")
