"""Targets and the readings that tell how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chuangcheng.campaigns.inputs import TargetInput, check_target, sound
from chuangcheng.campaigns.models import Campaign, Reading, Target
from chuangcheng.campaigns.policies import allow
from chuangcheng.campaigns.rows import locked, stored
from chuangcheng.campaigns.series import in_force
from chuangcheng.campaigns.states import CAMPAIGN, LIVE
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.kernel import clock, progress
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.photos import actions as photos
from chuangcheng.photos import papers
from chuangcheng.photos.models import PhotoRole
from chuangcheng.sites.registering import settle, write

FACTS = (
    "campaign_id", "place", "measure", "direction", "baseline", "goal", "plan", "cumulative", "low", "high", "lat",
    "lon", "latest", "read_on", "dropped_on",
)  # fmt: skip
OWNER = "targetreading"
MOST_PROOFS = 9
LONGEST_REASON = 300
_PLAIN = ("direction", "cumulative", "lat", "lon", "measure")
_FIXED = ("measure", "direction", "baseline")


def save_target(*, actor: Actor, campaign_id: UUID, given: TargetInput) -> Target:
    """Set a target, or change the one of that id; saving what stands changes nothing. Refused: ``common.invalid``
    naming the fields (``below_baseline`` names the target), ``campaign.measure_fixed`` once there are readings,
    ``campaign.target_dropped``."""
    with transaction.atomic():
        campaign = locked(campaign_id)
        allow(actor, "campaigns.edit", campaign.lead)
        CAMPAIGN.next(campaign.state, "amend")
        check_target(given, campaign)
        found = Target.objects.select_for_update().filter(pk=given.id).first()
        if found is not None and found.campaign_id != campaign.pk:
            raise Refused("common.not_found")
        values = _values(given)
        if found is not None and found.dropped_on:
            raise Refused("campaign.target_dropped")
        row = found or Target(id=given.id, campaign=campaign)
        if found is None:
            last = campaign.targets.aggregate(last=Max("place"))["last"]
            values |= {"campaign_id": campaign.pk, "place": (last or 0) + 1}
        elif found.read_on and any(getattr(found, name) != values[name] for name in _FIXED):
            raise Refused("campaign.measure_fixed")
        write(row, settle(row, values, actor, FACTS, fresh=found is None), fresh=found is None)
    return row


def _values(given: TargetInput) -> dict[str, Any]:
    """As the row stores it: numbers with four places whichever way they were written. A share lies between 0 and 100
    unless somebody says otherwise."""
    bounds = {"low": given.low, "high": given.high}
    if given.measure == "pct":
        bounds = {"low": Decimal(0) if given.low is None else given.low,
                  "high": Decimal(100) if given.high is None else given.high}  # fmt: skip
    numbers = {"baseline": given.baseline, "goal": given.goal, **bounds}
    return {
        "name": tidy(given.name), **{name: getattr(given, name) for name in _PLAIN},
        **{name: None if value is None else stored(value) for name, value in numbers.items()},
        "plan": [[day.isoformat(), str(value)] for day, value in given.plan],
    }  # fmt: skip


def drop_target(*, actor: Actor, target_id: UUID, words: str) -> Target:
    """Drop a target 取消指标, with the reason: no figure counts it from now on, its readings stay readable. Nothing
    takes it back; a target that is wanted again is set anew. Refused: ``common.not_allowed`` but to those who decide,
    ``common.invalid`` without a reason, ``campaign.ended``, ``campaign.target_dropped``, ``campaign.last_target`` for
    the only one of a campaign that runs: that one is cancelled as a whole."""
    said = tidy(words)
    if not 0 < len(said) <= LONGEST_REASON:
        code = "length" if said else "required"
        raise Refused("common.invalid", fields=(wrong("words", code, limit=LONGEST_REASON),))
    with transaction.atomic():
        target, campaign = _locked(target_id)
        allow(actor, "campaigns.decide", campaign.lead)
        if CAMPAIGN.state(campaign.state).final:
            raise Refused("campaign.ended")
        if target.dropped_on:
            raise Refused("campaign.target_dropped")
        others = campaign.targets.filter(dropped_on=None).exclude(pk=target.pk)
        if campaign.state in LIVE and not others.exists():
            raise Refused("campaign.last_target")
        values = {"dropped_on": clock.today().date(), "dropped_why": said}
        write(target, settle(target, values, actor, FACTS, action="target.dropped"))
    return target


def record_reading(
    *, actor: Actor, target_id: UUID, day: date, value: Decimal, source: str = "", confirmed: bool = False,
    reading_id: UUID | None = None, proofs: Sequence[bytes] = (),
) -> tuple[Reading, bool]:  # fmt: skip
    """Record a measured value, with photos or PDFs as proof; whether it is new. The same id with the same body, or the
    value that stands for the day, changes nothing; another value for the day is a correction.

    Refused: ``campaign.reading_day`` outside of the campaign or in the future, ``campaign.reading_doubtful`` unless
    ``confirmed`` (back from the last cumulative one, outside of the plausible range), ``campaign.not_live``,
    ``campaign.target_dropped``, ``common.different_body``.
    """
    if not sound(value):
        raise Refused("campaign.bad_value")
    prepared = _prepared(proofs)
    with transaction.atomic():
        target, campaign = _locked(target_id)
        allow(actor, "campaigns.report", campaign.lead, *campaign.supports.select_related("division"))
        row = Reading(id=reading_id or new_id(), target=target, day=day, value=stored(value), source=tidy(source)[:100],
                      made_by_id=actor.person_id, recorded_at=clock.now())  # fmt: skip
        known = Reading.objects.filter(pk=row.pk).first()
        if known is not None:
            return _same(known, row), False
        if campaign.state not in LIVE:
            raise Refused("campaign.not_live")
        if target.dropped_on:
            raise Refused("campaign.target_dropped")
        if not campaign.from_on <= day <= min(clock.today().date(), campaign.until_on):
            raise Refused("campaign.reading_day", first=campaign.from_on, last=campaign.until_on)
        standing = in_force(target.readings.all())
        if day in standing and standing[day].value == row.value and not prepared:
            return standing[day], False
        row.corrects = day in standing
        row.doubt = _doubt(target, standing, row)
        if row.doubt and not confirmed:
            why = Label(*(said.format(value=row.value, name=target.name) for said in DOUBTS[row.doubt]))
            raise Refused("campaign.reading_doubtful", why=why)
        _write(actor, target, row, {**standing, day: row})
        _keep(row, prepared)
    return row, True


#: Why a reading is asked back.
DOUBTS = {
    "low": ("{value} 低于合理范围", "{value} lies below the plausible range"),
    "high": ("{value} 高于合理范围", "{value} lies above the plausible range"),
    "backwards": ("“{name}”是累计数，却少于上一次读数", "“{name}” is cumulative, and less than the reading before"),
    "overtaken": ("“{name}”是累计数，却超过之后日期的读数", "“{name}” is cumulative, and more than a later reading"),
}  # fmt: skip


def _locked(target_id: UUID) -> tuple[Target, Campaign]:
    found = Target.objects.filter(pk=target_id).values_list("campaign_id", flat=True).first()
    if found is None:
        raise Refused("common.not_found")
    campaign = locked(found)
    return Target.objects.select_for_update().get(pk=target_id), campaign


def _same(known: Reading, given: Reading) -> Reading:
    if any(getattr(known, name) != getattr(given, name) for name in ("target_id", "day", "value", "source")):
        raise Refused("common.different_body")
    return known


def _doubt(target: Target, standing: dict[date, Reading], row: Reading) -> str:
    points = [progress.Point(day, Fraction(each.value)) for day, each in sorted(standing.items()) if day != row.day]
    bounds = {name: None if (value := getattr(target, name)) is None else Fraction(value) for name in ("low", "high")}
    new = progress.Point(row.day, Fraction(row.value))
    return progress.doubts(points, new, cumulative=target.cumulative, falling=target.direction == "less", **bounds)


def _write(actor: Actor, target: Target, row: Reading, standing: dict[date, Reading]) -> None:
    newest = standing[max(standing)]
    facts = {"id": str(row.pk), "day": row.day.isoformat(), "value": str(row.value), "doubt": row.doubt}
    values = {"latest": newest.value, "read_on": newest.day}
    reason = "correction" if row.corrects else ""
    row.save(force_insert=True)
    write(target, settle(target, values, actor, FACTS, action="target.read", reason=reason, more={"reading": facts}))


def _prepared(proofs: Sequence[bytes]) -> list[Any]:
    """Proofs made safe and put on the disk before any lock is taken."""
    if len(proofs) > MOST_PROOFS:
        raise Refused("campaign.too_many_proofs", limit=MOST_PROOFS)
    return [
        (papers.prepare(data=proof), len(proof)) if papers.looks_like_pdf(proof) else photos.prepare(data=proof)
        for proof in proofs
    ]


def _keep(row: Reading, prepared: Sequence[Any]) -> None:
    for each in prepared:
        if isinstance(each, tuple):
            papers.put(owner=(OWNER, row.pk), sha256=each[0], size=each[1])
        else:
            given = photos.Declaration(each.original_sha256, PhotoRole.EVIDENCE)
            photos.put(owner=(OWNER, row.pk), given=given, picture=each)
