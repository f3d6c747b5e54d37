"""Setting up a campaign, changing its plan, and its way to the end."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chuangcheng.campaigns.inputs import CampaignInput, check_campaign
from chuangcheng.campaigns.models import Campaign, CampaignWords, Target
from chuangcheng.campaigns.policies import allow
from chuangcheng.campaigns.rows import locked
from chuangcheng.campaigns.states import CAMPAIGN, CAMPAIGN_VERBS
from chuangcheng.history.numbers import take
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.sites.registering import settle, write
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Task

FACTS = (
    "number", "kind", "lead_id", "leader_id", "from_on", "until_on", "overrun", "case_category", "state", "asked_by_id",
)  # fmt: skip
LINKS = ("supports", "standards")
_ROWS = ("lead", "leader")


def create_campaign(*, actor: Actor, given: CampaignInput) -> tuple[Campaign, bool]:
    """Set up a campaign. The same id with the same body again answers with the stored row and False. Refused:
    ``common.invalid`` naming the fields, ``common.different_body``, ``campaign.other_unit``."""
    allow(actor, "campaigns.edit", given.lead)
    check_campaign(given, clock.today().date())
    digest = digest_of("campaign.body", given.body())
    row = Campaign(id=given.id, created_at=clock.now(), body_digest=digest)
    values = {**_values(given), "number": take("GJ", clock.now())}
    try:
        with transaction.atomic():
            links = _links(given)
            write(row, settle(row, values, actor, FACTS, fresh=True, more=links), fresh=True)
            for name, ids in links.items():
                getattr(row, name).set(ids)
    except IntegrityError:
        stored = Campaign.objects.filter(pk=given.id).first()
        if stored is None:
            raise
        if not hmac.compare_digest(stored.body_digest, digest):
            raise Refused("common.different_body") from None
        return stored, False
    return row, True


def _values(given: CampaignInput) -> dict[str, Any]:
    plain = {name: getattr(given, name) for name in ("kind", "from_on", "until_on", "overrun")}
    words = {name: tidy(getattr(given, name)) for name in ("title", "theme", "case_category")}
    return {**plain, **words, **{f"{name}_id": getattr(getattr(given, name), "pk", None) for name in _ROWS}}


def _links(given: CampaignInput) -> dict[str, list[str]]:
    return {name: sorted(str(row.pk) for row in getattr(given, name)) for name in LINKS}


def amend_campaign(*, actor: Actor, campaign_id: UUID, given: CampaignInput) -> Campaign:
    """Change the plan; ``given.id`` is not looked at, and what does not differ leaves no trace. Refused as at entry,
    and ``campaign.days_in_use`` where readings, plan points or sub-actions would fall out of the new days."""
    with transaction.atomic():
        row = locked(campaign_id)
        allow(actor, "campaigns.edit", row.lead)
        allow(actor, "campaigns.edit", given.lead)
        CAMPAIGN.next(row.state, "amend")
        today = min(clock.today().date(), row.until_on)  # the last day may have passed already: then it may stay
        check_campaign(given, today)
        _days_free(row, given.from_on, given.until_on)
        links = {name: ids for name, ids in _links(given).items() if ids != _now(row, name)}
        event = settle(row, _values(given), actor, FACTS, action="campaign.changed", more=links)
        write(row, event)
        for name, ids in links.items():
            getattr(row, name).set(ids)
    return row


def _now(row: Campaign, name: str) -> list[str]:
    return sorted(str(pk) for pk in getattr(row, name).values_list("pk", flat=True))


def _days_free(row: Campaign, first: date, last: date) -> None:
    """Nothing of the campaign lies outside of these days."""
    span = (first, last)
    planned = [date.fromisoformat(day) for plan in row.targets.values_list("plan", flat=True) for day, _ in plan]
    read = Target.objects.filter(campaign=row).exclude(readings__isnull=True)
    outside = (
        any(not first <= day <= last for day in planned)
        or read.filter(readings__day__lt=first).exists()
        or row.sub_actions.exclude(from_on__range=span, until_on__range=span).exists()
    )
    if outside:
        raise Refused("campaign.days_in_use")


def move_campaign(*, actor: Actor, campaign_id: UUID, move: str, words: str = "") -> Campaign:
    """Take a move of :data:`~chuangcheng.campaigns.states.CAMPAIGN` other than ``amend``. Refused: ``state.*``,
    ``campaign.no_target`` for a start without any, ``campaign.own_work`` for who asked for the review."""
    if move not in CAMPAIGN_VERBS or move == "amend":
        raise Refused("common.not_found")
    said = tidy(words)
    if len(said) > 2000:
        raise Refused("campaign.too_long", limit=2000)
    with transaction.atomic():
        row = locked(campaign_id)
        allow(actor, CAMPAIGN.move(move).permission, row.lead)
        values: dict[str, Any] = {"state": CAMPAIGN.next(row.state, move, words=said)}
        if move == "start" and not row.targets.filter(dropped_on=None).exists():
            raise Refused("campaign.no_target")
        if move == "finish" and actor.person_id and row.asked_by_id == actor.person_id:
            raise Refused("campaign.own_work")
        if move == "review":
            values["asked_by_id"] = actor.person_id
        more = {"words": digest_of("campaign.words", said)} if said else {}
        write(row, settle(row, values, actor, FACTS, action=f"campaign.{CAMPAIGN_VERBS[move]}", more=more))
        if said:
            CampaignWords.objects.create(campaign=row, seq=row.chain_seq, words=said)
    return row


def set_task(*, actor: Actor, campaign_id: UUID, given: tasks.TaskInput) -> tuple[Task, bool]:
    """A task of this campaign in the ledger of its lead unit; the source and what it came from are filled in. Refused
    as tasks do, and ``campaign.ended``."""
    row = Campaign.objects.filter(pk=campaign_id).first()
    if row is None:
        raise Refused("common.not_found")
    if CAMPAIGN.state(row.state).final:
        raise Refused("campaign.ended")
    kept = {name: getattr(given, name) for name in given.__slots__}
    made = {**kept, "source": "campaign", "source_note": row.title[:120], "origin": ("campaign", row.pk)}
    return tasks.create_task(actor=actor, given=tasks.TaskInput(**made))
