"""Closing needs proof (law 5): an "after" photo of this round, or an outcome that needs none and a note."""

from __future__ import annotations

from datetime import datetime

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import OUTCOMES_WITHOUT_PHOTO
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import PhotoRole


def require_proof(case: Case, outcome: str, note: str, *, stored: bool) -> None:
    """``case.proof_missing`` unless an "after" photo of this round exists (``stored``: its bytes too), whatever its
    grade; ``case.note_missing`` unless an outcome without photo is explained."""
    if outcome in OUTCOMES_WITHOUT_PHOTO:
        if not note and not stored:
            raise Refused("case.note_missing")
        return
    if not photos.shows(("case", case.pk), PhotoRole.AFTER, since=round_started(case), stored=stored):
        raise Refused("case.proof_missing")


def round_started(case: Case) -> datetime:
    """Since when a photo can prove this round: a rework or reopening asks for a new one."""
    if not (case.rework_count or case.reopen_count):
        return case.filed_at
    rounds = events_of("case", case.pk).filter(action__in=("case.reworked", "case.reopened"))
    return rounds.order_by("-seq").values_list("happened_at", flat=True).first() or case.filed_at
