"""The story of a campaign for its page: its own history, and that of its targets."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from chuangcheng.campaigns.models import Campaign, DrivePlace, Target
from chuangcheng.campaigns.states import (
    CAMPAIGN,
    CAMPAIGN_VERBS,
    DRIVE_GAP,
    DRIVE_PLACE,
    GAP_VERBS,
    PLACE_VERBS,
    SUB_ACTION,
    SUB_ACTION_VERBS,
)
from chuangcheng.cases.timeline import Entry
from chuangcheng.history.models import Event
from chuangcheng.kernel import measures, money
from chuangcheng.kernel.attainment import GRADES
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.values import as_decimal

DEEDS: dict[str, Label] = {
    "campaign.created": Label("设立行动", "Campaign set up"),
    **{f"campaign.{verb}": CAMPAIGN.move(move).label for move, verb in CAMPAIGN_VERBS.items()},
    "campaign.money_entered": Label("登记资金", "Money entered"),
    "campaign.money_taken_back": Label("冲销资金", "Money taken back"),
    "target.created": Label("设定目标", "Target set"),
    "target.changed": Label("修改目标", "Target changed"),
    "target.read": Label("填报读数", "Reading recorded"),
    "target.dropped": Label("取消指标", "Target dropped"),
    "subaction.created": Label("登记活动", "Sub-action entered"),
    "subaction.changed": Label("修改活动", "Sub-action changed"),
    **{f"subaction.{verb}": SUB_ACTION.move(move).label for move, verb in SUB_ACTION_VERBS.items()},
    "drive.created": Label("设立达标创建", "Drive set up"),
    "drive.changed": Label("修改达标创建", "Drive changed"),
    "drive.opened": Label("启动达标创建", "Drive started"),
    "drive.closed": Label("结束达标创建", "Drive closed"),
    "driveplace.created": Label("列入达标对象", "Place taken in"),
    "driveplace.changed": Label("修改达标对象", "Place changed"),
    **{f"driveplace.{verb}": DRIVE_PLACE.move(move).label for move, verb in PLACE_VERBS.items()},
    "drivegap.created": Label("列入整改台账", "Entered in the ledger"),
    **{f"drivegap.{verb}": DRIVE_GAP.move(move).label for move, verb in GAP_VERBS.items()},
}
SHOWN = 200


def of_campaign(campaign: Campaign) -> list[Entry]:
    """The last :data:`SHOWN` rows of a campaign and of its targets, in order of time."""
    said = {row.seq: row.words for row in campaign.words.all()}
    targets = {row.pk: row for row in campaign.targets.all()}
    wanted = Q(subject_kind="campaign", subject_id=campaign.pk) | Q(subject_kind="target", subject_id__in=targets)
    events = list(Event.objects.filter(wanted).order_by("-happened_at", "-id")[:SHOWN])
    return [_entry(event, said, targets) for event in reversed(events)]


def _entry(event: Event, said: dict[int, str], targets: dict[Any, Target]) -> Entry:
    note = said.get(event.seq, "") if event.subject_kind == "campaign" else ""
    target = targets.get(event.subject_id)
    if target is not None and event.action == "target.dropped":
        note = target.dropped_why
    return Entry(
        at=event.happened_at, action=event.action, label=DEEDS.get(event.action, Label(event.action, event.action)),
        actor=event.actor_label, reason=_told(event.after, target), note=note, unit="", outcome="", due_at=None,
    )  # fmt: skip


def _told(after: dict[str, Any], target: Target | None) -> Label | None:
    """What a step said in figures."""
    if "reading" in after and target is not None:
        value = as_decimal(after["reading"]["value"])
        assert value is not None
        zh, en = (f"{target.name} {measures.said(value, target.measure, each)}" for each in ("zh-hans", "en"))
        return Label(f"{after['reading']['day']} {zh}", f"{after['reading']['day']} {en}")
    if target is not None:
        return Label(target.name, target.name)
    if "money" in after:
        entry = after["money"]
        kind, amount = money.KINDS[entry["kind"]], money.written(entry["fen"])
        return Label(f"{kind.zh} {amount} 元", f"{kind.en} CNY {amount}")
    return None


def of_place(place: DrivePlace) -> list[Entry]:
    """Every step of a place in a drive and of its ledger, in order of time; words stand with the assessments."""
    gaps = {row.pk: row for row in place.gaps.all()}
    wanted = Q(subject_kind="driveplace", subject_id=place.pk) | Q(subject_kind="drivegap", subject_id__in=gaps)
    events = list(Event.objects.filter(wanted).order_by("-happened_at", "-id")[:SHOWN])
    found = []
    for event in reversed(events):
        label = DEEDS.get(event.action, Label(event.action, event.action))
        item, given = event.after.get("item"), event.after.get("given")
        reason = Label(item, item) if item else GRADES.get(given or "")
        entry = Entry(at=event.happened_at, action=event.action, label=label, actor=event.actor_label, reason=reason,
                      note="", unit="", outcome="", due_at=None)  # fmt: skip
        found.append(entry)
    return found
