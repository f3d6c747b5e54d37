"""Taking changes of the matrix back one after the other, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.framework.documents import refuse_frozen
from chuangcheng.framework.matrix import WORDS, cells_of, get_batch, made_steps, take_back
from chuangcheng.framework.models import DutyBatch, Edition, Standard
from chuangcheng.framework.states import DUTY_BATCH
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.duties import NONE, Step
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people


@dataclass(frozen=True, slots=True)
class Past:
    """A change that was carried out, and how many are taken back when it is (itself and all after it); why it cannot
    be where it, or one after it, was edited over."""

    batch: DutyBatch
    steps: int
    blocked: Refused | None = None


def standing(edition: Edition) -> QuerySet[DutyBatch]:
    """The edition's changes that were carried out and not taken back, the newest first, whoever made them."""
    rows = DutyBatch.objects.filter(edition=edition, state="applied").select_related("made_by")
    return rows.order_by("-applied_at", "-made_at", "-pk")


def changes(edition: Edition, limit: int = 30) -> list[Past]:
    """The newest of them, and what would happen to each. Nothing is locked: :func:`undo_to` looks again."""
    cells, blocked = cells_of(edition), None
    found: list[Past] = []
    for number, batch in enumerate(standing(edition)[:limit], 1):
        blocked = blocked or _edited_over(cells, batch)
        found.append(Past(batch, number, blocked))
    return found


def undo_to(*, actor: Actor, batch_id: UUID) -> list[DutyBatch]:
    """Take back the newest change, the one before it, and so on to this one; all of them or none. Those taken back.

    Refused: ``framework.later_edit`` where a cell is not as one of them left it, ``framework.retired_unit`` for a unit
    that ended meanwhile, ``framework.frozen`` or ``dropped``, ``state.*`` for a change that does not stand.
    """
    rights.require_or_system(actor, DUTY_BATCH.move("undo").permission)
    with transaction.atomic():
        edition = Edition.objects.select_for_update().get(pk=get_batch(batch_id).edition_id)
        refuse_frozen(edition)
        DUTY_BATCH.next(get_batch(batch_id).state, "undo")  # as it stands now, under the edition's lock
        taken: list[DutyBatch] = []
        cells = cells_of(edition)
        for batch in standing(edition).select_for_update(of=("self",)):
            refusal = _edited_over(cells, batch)
            if refusal is not None:
                raise refusal
            taken.append(batch)
            if batch.pk == batch_id:
                break
        for batch in taken:
            batch.edition = edition
            take_back(actor, batch, strict=True)
    return taken


def _edited_over(cells: dict[tuple[str, str], str], batch: DutyBatch) -> Refused | None:
    """Why a change cannot be taken back; ``cells`` become what they were before it where it can."""
    for step in duties.back(made_steps(batch)):
        place = (step.standard, step.unit)
        if cells.get(place, NONE) != step.before:
            return _refusal(step, cells.get(place, NONE))
        cells[place] = step.after
    return None


def _refusal(step: Step, now: str) -> Refused:
    standard = Standard.objects.filter(pk=step.standard).first()
    unit = people.units().filter(pk=step.unit).first()
    return Refused(
        "framework.later_edit", standard=standard.code if standard else "—",
        unit=unit.short_name if unit else "—", now=WORDS[now],
    )  # fmt: skip
