"""What becomes of doubtful readings. Whoever handed a number in does not confirm it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.indicators.actions.submitting import ReadingInput, Taken, submit_reading
from chuangcheng.indicators.models import Doubt, Reading
from chuangcheng.indicators.steps import RECORD, end_doubt, keep, locked, same_figures, slot_of, standing_for
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

JUDGE = "indicators.judge"
#: What becomes a reading's when a doubt is confirmed.
CARRIED = (
    "indicator", "division", "period_start", "value", "numerator", "denominator", "source", "reason", "channel",
    "happened_at",
)  # fmt: skip


def confirm_doubt(*, actor: Actor, doubt_id: UUID, words: str) -> Reading:
    """The number is true all the same, for the reason that ``words`` give: from now on it counts. Refused:
    ``indicators.own_doubt`` to whoever handed it in, ``indicators.future`` while its period has not begun,
    ``indicators.bad_value`` for a share whose numerator exceeds its denominator (that can only be corrected)."""
    with transaction.atomic():
        rights.require_or_system(actor, JUDGE)
        doubt = _locked(doubt_id)
        if actor != SYSTEM and doubt.raised_by_id == actor.person_id:
            raise Refused("indicators.own_doubt")
        if doubt.period_start > clock.today().date():
            raise Refused("indicators.future")
        if "numerator" in doubt.codes:
            raise Refused("indicators.bad_value", value=f"{doubt.numerator}/{doubt.denominator}")
        carried = {name: getattr(doubt, name) for name in CARRIED}
        reading = Reading(id=new_id(), recorded_at=clock.now(), recorded_by_id=doubt.raised_by_id, **carried)
        standing = standing_for(reading)
        keep(actor, doubt.indicator, reading, "confirmed_correction" if standing else "confirmed")
        end_doubt(actor, doubt, "confirm", reading=reading, words=words)
    return reading


def correct_doubt(*, actor: Actor, doubt_id: UUID, given: ReadingInput) -> Taken:
    """Hand in other figures for the same indicator, period and division in its place. Refused:
    ``indicators.not_corrected`` for the same figures or another period."""
    with transaction.atomic():
        locked(actor, given.indicator_code)
        doubt = _locked(doubt_id)
        taken = submit_reading(actor=actor, given=given)
        made = taken.reading or taken.doubt
        if made is None or slot_of(made, made.indicator) != slot_of(doubt, doubt.indicator):
            raise Refused("indicators.not_corrected")
        doubt.refresh_from_db()
        if doubt.state == "waiting":
            if same_figures(made, doubt):
                raise Refused("indicators.not_corrected")
            end_doubt(actor, doubt, "correct", reading=taken.reading)
    return taken


def withdraw_doubt(*, actor: Actor, doubt_id: UUID, words: str) -> Doubt:
    """It was a slip: nothing is counted, and the reading is owed again."""
    with transaction.atomic():
        doubt = _locked(doubt_id)
        rights.require_or_system(actor, RECORD, unit_id=doubt.indicator.source_unit_id)
        end_doubt(actor, doubt, "withdraw", words=words)
    return doubt


def _locked(doubt_id: UUID) -> Doubt:
    """The doubt and its indicator, both locked: the indicator first, as everywhere."""
    found = Doubt.objects.filter(pk=doubt_id).select_related("indicator").first()
    if found is None:
        raise Refused("common.not_found")
    type(found.indicator).objects.select_for_update().get(pk=found.indicator_id)
    return Doubt.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=doubt_id)
