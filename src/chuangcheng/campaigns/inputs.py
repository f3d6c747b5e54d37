"""What is entered for campaigns and their targets, checked before anything is written; every wrong field is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chuangcheng.campaigns.models import Campaign, Kind, Overrun
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.framework.models import Standard
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.measures import MEASURES
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people.models import Person, Unit

LONGEST = timedelta(days=5 * 366)
LARGEST = Decimal(10) ** 11
_PLACES = Decimal("0.0001")
Problems = Iterator[FieldProblem]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignInput:
    """A campaign as a form gives it."""

    title: str
    lead: Unit
    from_on: date
    until_on: date
    id: UUID = field(default_factory=new_id)
    kind: str = Kind.SIEGE
    theme: str = ""
    standards: tuple[Standard, ...] = ()
    supports: tuple[Unit, ...] = ()
    leader: Person | None = None
    overrun: str = Overrun.REFUSE
    case_category: str = ""

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        values = {name: getattr(self, name) for name in ("title", "kind", "theme", "overrun", "case_category")}
        days = {name: getattr(self, name).isoformat() for name in ("from_on", "until_on")}
        rows = {name: sorted(str(row.pk) for row in getattr(self, name)) for name in ("standards", "supports")}
        leader = str(self.leader.pk) if self.leader else None
        return {**values, **days, **rows, "lead": str(self.lead.pk), "leader": leader}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInput:
    """A target as a form gives it; ``plan`` are (day, value) between the campaign's first and last day."""

    name: str
    measure: str
    goal: Decimal
    baseline: Decimal = Decimal(0)
    id: UUID = field(default_factory=new_id)
    direction: str = "more"
    plan: Sequence[tuple[date, Decimal]] = ()
    cumulative: bool = True
    low: Decimal | None = None
    high: Decimal | None = None
    lat: float | None = None
    lon: float | None = None


def check_campaign(given: CampaignInput, today: date) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    refuse([*_said(given), *days(given.from_on, given.until_on, today), *_shared(given)])


def _said(given: CampaignInput) -> Problems:
    if not tidy(given.title):
        yield wrong("title", "required")
    for name, limit in (("title", 100), ("theme", 2000), ("case_category", 20)):
        if len(getattr(given, name)) > limit or "\0" in getattr(given, name):
            yield wrong(name, "length", limit=limit)
    for name, offered in (("kind", Kind.values), ("overrun", Overrun.values)):
        if getattr(given, name) not in offered:
            yield wrong(name, "choice")


def days(from_on: date, until_on: date, today: date) -> Problems:
    """What is wrong with the days of a plan that is made today."""
    if until_on <= from_on:
        yield wrong("until_on", "order")
    if until_on < today:
        yield wrong("until_on", "past")
    if until_on - from_on > LONGEST:
        yield wrong("until_on", "far")


def _shared(given: CampaignInput) -> Problems:
    if given.lead in given.supports:
        yield wrong("supports", "lead")


def check_target(given: TargetInput, campaign: Campaign) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    refuse([*_measured(given), *_numbers(given), *_plan(given, campaign), *_place(given)])


def _measured(given: TargetInput) -> Problems:
    if not tidy(given.name) or len(given.name) > 100:
        yield wrong("name", "required")
    if given.measure not in MEASURES:
        yield wrong("measure", "unit", given=given.measure[:20])
    if given.direction not in ("more", "less"):
        yield wrong("direction", "choice")


def _numbers(given: TargetInput) -> Problems:
    known = {name: getattr(given, name) for name in ("baseline", "goal", "low", "high")}
    bad = [name for name, value in known.items() if value is not None and not sound(value)]
    yield from (wrong(name, "number") for name in bad)
    if bad:
        return
    if given.direction == "more" and given.goal < given.baseline:
        yield wrong("goal", "below_baseline", name=given.name, baseline=given.baseline)
    if given.direction == "less" and given.goal > given.baseline:
        yield wrong("goal", "above_baseline", name=given.name, baseline=given.baseline)
    if given.low is not None and given.high is not None and given.low > given.high:
        yield wrong("low", "order")


def sound(value: Decimal) -> bool:
    """Whether a number can be stored as it is."""
    return value.is_finite() and abs(value) < LARGEST and value == value.quantize(_PLACES)


def _plan(given: TargetInput, campaign: Campaign) -> Problems:
    listed = [day for day, _ in given.plan]
    if listed != sorted(set(listed)):
        yield wrong("plan", "order")
    if any(not campaign.from_on <= day <= campaign.until_on for day in listed):
        yield wrong("plan", "outside", first=campaign.from_on, last=campaign.until_on)
    if any(not sound(value) for _, value in given.plan):
        yield wrong("plan", "number")


def _place(given: TargetInput) -> Problems:
    if (given.lat is None) != (given.lon is None):
        yield wrong("lat", "pair")
    elif given.lat is not None and not (-90 <= given.lat <= 90 and -180 <= (given.lon or 0) <= 180):
        yield wrong("lat", "range")


def refuse(problems: Sequence[FieldProblem]) -> None:
    """Raise ``common.invalid`` where there is any."""
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))
