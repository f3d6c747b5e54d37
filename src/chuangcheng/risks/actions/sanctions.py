"""Occurrences of the national negative list: recorded with evidence, confirmed by the campaign office alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.models import EditionState, NegativeItem
from chuangcheng.history import numbers, outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.photos import actions as photos
from chuangcheng.photos import papers
from chuangcheng.risks.facts import SANCTIONS, step
from chuangcheng.risks.models import Sanction
from chuangcheng.risks.states import CONFIRM, RECORD, SANCTION

PREFIX = "FM"


def record_sanction(
    *, actor: Actor, item: NegativeItem, happened_on: date, matter: str, unit: Unit | None = None,
    evidence: bytes | None = None,
) -> Sanction:  # fmt: skip
    """Record that something named by a line of the published list happened. ``evidence`` is a picture or a PDF.

    Refused: ``sanctions.no_text``, ``sanctions.future``, ``sanctions.other_edition``, ``photos.*``.
    """
    if not tidy(matter):
        raise Refused("sanctions.no_text")
    if happened_on > clock.today().date():
        raise Refused("sanctions.future")
    if item.edition.state != EditionState.PUBLISHED:
        raise Refused("sanctions.other_edition")
    rights.require_or_system(actor, RECORD)
    kind = "" if evidence is None else "pdf" if papers.looks_like_pdf(evidence) else "image"
    digest = papers.prepare(data=evidence) if evidence and kind == "pdf" else ""
    with transaction.atomic():
        row = Sanction(
            number=numbers.take(PREFIX, clock.now()), item=item, unit=unit, happened_on=happened_on,
            matter=tidy(matter)[:500], evidence=kind, recorded_at=clock.now(), recorded_by_id=actor.person_id,
        )  # fmt: skip
        SANCTIONS.begin(row, actor)
        if evidence and kind == "pdf":
            papers.put(owner=("sanction", row.pk), sha256=digest, size=len(evidence))
        elif evidence:
            photos.add(owner=("sanction", row.pk), role="evidence", data=evidence)
        outbox.emit("sanction.recorded", ("sanction", row.pk))
    return row


def decide_sanction(*, actor: Actor, sanction_id: UUID, move: str, words: str) -> Sanction:
    """The office confirms or rejects what was recorded, or withdraws what it confirmed, always with a reason."""
    with transaction.atomic():
        rights.require_or_system(actor, CONFIRM)
        for row in Sanction.objects.select_for_update().filter(pk=sanction_id):
            state = SANCTION.next(row.state, move, words=tidy(words))
            decided = {"decided_at": clock.now(), "decided_by_id": actor.person_id}
            step(SANCTIONS, row, move, actor, {"state": state, **decided}, words)
            outbox.emit(f"sanction.{move}", ("sanction", row.pk))
            return row
    raise Refused("common.not_found")
