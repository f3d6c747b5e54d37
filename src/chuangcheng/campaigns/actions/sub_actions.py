"""Sub-actions of a campaign: one by hand, or a whole workbook by the same steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.models import Campaign, SubAction
from chuangcheng.campaigns.policies import allow, may
from chuangcheng.campaigns.rows import locked
from chuangcheng.campaigns.states import CAMPAIGN, SUB_ACTION, SUB_ACTION_VERBS
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.registering import code_of, settle, spot_of, step, text_of, write

FACTS = ("campaign_id", "code", "unit_id", "division_id", "division_path", "lat", "lon", "from_on", "until_on", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubActionInput:
    """A sub-action as a form or a sheet gives it; without a point ``division`` says where. ``state`` "" leaves it."""

    code: str
    name: str
    unit: Unit
    from_on: date
    until_on: date
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    datum: str = "wgs84"
    division: Division | None = None
    state: str = ""
    result: str = ""


def save_sub_action(*, actor: Actor, campaign_id: UUID, given: SubActionInput) -> SubAction:
    """Make or change the sub-action of that code; saving what stands changes nothing. Refused: ``campaign.ended``,
    ``campaign.sub_days`` outside of the campaign's days, ``sites.missing`` …, ``campaign.sub_step``."""
    with transaction.atomic():
        campaign = locked(campaign_id)
        found = (
            SubAction.objects.select_for_update().filter(campaign=campaign, code=code_of(given.code, "编号")).first()
        )
        row, values = prepare(actor=actor, campaign=campaign, given=given, found=found)
        write(row, settle(row, values, actor, FACTS, fresh=found is None), fresh=found is None)
    return row


def prepare(
    *, actor: Actor, campaign: Campaign, given: SubActionInput, found: SubAction | None
) -> tuple[SubAction, dict[str, Any]]:
    """The row and what it shall hold, checked: the part that a single save and an import share."""
    if not (may(actor, "campaigns.report", campaign.lead) or may(actor, "campaigns.report", given.unit)):
        allow(actor, "campaigns.report", given.unit)
    if CAMPAIGN.state(campaign.state).final:
        raise Refused("campaign.ended")
    if not campaign.from_on <= given.from_on <= given.until_on <= campaign.until_on:
        raise Refused("campaign.sub_days", first=campaign.from_on, last=campaign.until_on)
    result = text_of(given.result, "结果", 300, required=False)
    now, told = (found.state, result or found.result) if found else (SUB_ACTION.initial, result)
    values: dict[str, Any] = {
        "campaign_id": campaign.pk, "code": code_of(given.code, "编号"), "name": text_of(given.name, "名称", 100),
        "unit_id": given.unit.pk, "address": text_of(given.address, "地点", 200, required=False),
        "from_on": given.from_on, "until_on": given.until_on, **_place(given),
        "state": _state(now, given.state, told),
        **({"result": result} if result or found is None else {}),
    }  # fmt: skip
    return found or SubAction(campaign=campaign), values


def _place(given: SubActionInput) -> dict[str, Any]:
    if (given.lat is None) != (given.lon is None):
        raise Refused("campaign.half_position")
    if given.lat is not None and given.lon is not None:
        spot = spot_of(given.lat, given.lon, given.datum)
        if spot.division_id is not None or given.division is None:
            return {"lat": spot.lat, "lon": spot.lon, "division_id": spot.division_id, "division_path": spot.path}
        known: dict[str, float | None] = {"lat": spot.lat, "lon": spot.lon}
    else:
        known = {"lat": None, "lon": None}
    division = given.division
    return {
        **known,
        "division_id": division.pk if division else None,
        "division_path": division.path if division else "",
    }


def _state(now: str, wanted: str, result: str) -> str:
    """The state that is asked for, if one step of the table leads there."""
    if wanted in ("", now):
        return now
    for each in SUB_ACTION.moves_from(now):
        if each.target == wanted:
            return SUB_ACTION.next(now, each.name, result=result)
    raise Refused("campaign.sub_step", now=SUB_ACTION.state(now).label, wanted=SUB_ACTION.state(wanted).label)


def move_sub_action(*, actor: Actor, sub_action_id: UUID, move: str, result: str = "") -> SubAction:
    """Begin, finish (with its result), cancel or take up again."""
    if move not in SUB_ACTION_VERBS:
        raise Refused("common.not_found")
    with transaction.atomic():
        rows = SubAction.objects.select_for_update(of=("self",)).select_related(
            "unit__division", "campaign__lead__division"
        )
        row = rows.filter(pk=sub_action_id).first()
        if row is None:
            raise Refused("common.not_found")
        allow(actor, SUB_ACTION.move(move).permission, row.campaign.lead, row.unit)
        if CAMPAIGN.state(row.campaign.state).final:
            raise Refused("campaign.ended")
        said = text_of(result, "结果", 300, required=False)
        changes = {"result": said} if said else {}
        step(row, SUB_ACTION, move, actor, FACTS, done=SUB_ACTION_VERBS[move], given={"result": said}, changes=changes)
    return row
