"""The rectification ledger of a place: owner, date, proof, or a task of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.models import DriveGap
from chuangcheng.campaigns.policies import allow_gap
from chuangcheng.campaigns.states import DRIVE_GAP, GAP_VERBS
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people.models import Unit
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import PhotoRole
from chuangcheng.sites.registering import step
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Task

GAP_FACTS = ("place_id", "item", "unit_id", "due_on", "state", "task", "ended_on")
OWNER = "drivegap"
MOST_SHOTS = 9
LONGEST = timedelta(days=366)


def gap_step(*, actor: Actor, gap: DriveGap, move: str, **more: Any) -> None:
    """One move of a row that is locked and allowed already."""
    step(gap, DRIVE_GAP, move, actor, GAP_FACTS, done=GAP_VERBS[move], **more)


def assign_gap(*, actor: Actor, gap_id: UUID, unit: Unit, due_on: date) -> DriveGap:
    """Say who mends it by when. Refused: ``drive.bad_due`` for a date in the past or beyond a year."""
    with transaction.atomic():
        gap = _locked(gap_id)
        allow_gap(actor, "assign", gap)
        _future(due_on)
        gap_step(actor=actor, gap=gap, move="assign", given={"due_on": due_on},
                 changes={"unit_id": unit.pk, "due_on": due_on})  # fmt: skip
    return gap


def finish_gap(*, actor: Actor, gap_id: UUID, words: str, shots: Sequence[photos.Shot] = ()) -> DriveGap:
    """It is mended, with words and at least one photo; the next assessment strikes it off or finds it again. Refused:
    ``state.missing``, ``drive.too_many_shots``."""
    if len(shots) > MOST_SHOTS:
        raise Refused("drive.too_many_shots", limit=MOST_SHOTS)
    pictures = [photos.prepare(data=shot) for shot in shots]
    said = tidy(words)
    if len(said) > 1000:
        raise Refused("campaign.too_long", limit=1000)
    with transaction.atomic():
        gap = _locked(gap_id)
        allow_gap(actor, "finish", gap)
        more = {"words": digest_of("drive.words", said), "photos": len(pictures)}
        gap_step(actor=actor, gap=gap, move="finish", given={"words": said, "proof": pictures or None},
                 changes={"words": said}, more=more)  # fmt: skip
        for picture in pictures:
            given = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE)
            photos.put(owner=(OWNER, gap.pk), given=given, picture=picture)
    return gap


def make_task(*, actor: Actor, gap_id: UUID, due_on: date | None = None) -> Task:
    """Make the row a task in the ledger of its unit, with what stands in it. Refused: ``drive.has_task``, and as tasks
    do."""
    with transaction.atomic():
        gap = _locked(gap_id)
        if gap.task is not None:
            raise Refused("drive.has_task")
        place = gap.place
        given = tasks.TaskInput(
            problem=f"{place.name}：{gap.asks}", lead=gap.unit, due_on=due_on or gap.due_on, source="campaign",
            source_note=place.drive.title, origin=(OWNER, gap.pk),
        )  # fmt: skip
        task, _new = tasks.create_task(actor=actor, given=given)
        gap_step(actor=actor, gap=gap, move="task", changes={"task": task.pk, "due_on": given.due_on})
    return task


def _future(due_on: date) -> None:
    today = clock.today().date()
    if not today <= due_on <= today + LONGEST:
        raise Refused("drive.bad_due")


def _locked(gap_id: UUID) -> DriveGap:
    rows = DriveGap.objects.select_for_update(of=("self",))
    gap = rows.select_related("place__drive", "place__unit__division", "unit__division").filter(pk=gap_id).first()
    if gap is None:
        raise Refused("common.not_found")
    if gap.place.drive.state != "open":
        raise Refused("drive.not_open")
    return gap
