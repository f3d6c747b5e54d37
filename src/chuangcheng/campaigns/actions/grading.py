"""Filling in a checklist, its independent re-check, and what the ledger of a place makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.actions.drives import PLACE_FACTS
from chuangcheng.campaigns.actions.gaps import GAP_FACTS, gap_step
from chuangcheng.campaigns.models import DriveAssessment, DriveGap, DrivePlace
from chuangcheng.campaigns.policies import allow_place
from chuangcheng.campaigns.states import DRIVE_PLACE, PLACE_VERBS
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import attainment, clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.attainment import Graded
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.sites.compounds import actions as compounds
from chuangcheng.sites.registering import settle, write


def fill_in(
    *, actor: Actor, place_id: UUID, answers: Mapping[str, Any], words: str = "", assessment_id: UUID | None = None
) -> tuple[DriveAssessment, bool]:
    """Fill the checklist in: weak and to improve stand at once, met waits for another unit. The same id again changes
    nothing. Refused: ``common.invalid`` naming items without an answer, ``drive.not_open``."""
    with transaction.atomic():
        place = _locked(place_id)
        allow_place(actor, "fill", place)
        known = DriveAssessment.objects.filter(pk=assessment_id).first() if assessment_id else None
        if known is not None:
            if (known.place_id, known.answers) != (place.pk, dict(answers)):
                raise Refused("common.different_body")
            return known, False
        items = place.drive.checklist
        if missing := attainment.missing(items, answers):
            raise Refused("common.invalid", fields=tuple(wrong(code, "answer") for code in missing))
        found = attainment.grade(items, answers, place.drive.rule)
        move = "claim" if found.grade == "met" else "fill"
        state = DRIVE_PLACE.next(place.state, move)
        row = _assessment(actor, place, "self", answers, found, words, assessment_id)
        row.settles = move == "fill"
        values = {"state": state, "filled_by_id": row.unit_id, "failed": list(found.failed)}
        if row.settles:
            values |= _standing(found)
        _settle(actor, place, values, move, row)
        _ledger(actor, place, found, strike=row.settles)
    return row, True


def recheck(*, actor: Actor, place_id: UUID, failed: Sequence[str] = (), words: str = "") -> DriveAssessment:
    """Another unit looks at a claim to be met: it holds, or the items ``failed`` were found failing, and why. Refused:
    ``drive.own_work`` for the unit that filled it in, ``drive.unknown_item``, ``state.missing`` without words."""
    with transaction.atomic():
        place = _locked(place_id)
        move = "overturn" if failed else "confirm"
        allow_place(actor, move, place)
        state = DRIVE_PLACE.next(place.state, move, words=tidy(words))
        items = place.drive.checklist
        if unknown := set(failed) - {item.code for item in items}:
            raise Refused("drive.unknown_item", item=min(unknown))
        claimed = place.assessments.filter(kind="self").first()
        if claimed is None:
            raise Refused("common.not_found")
        if actor.person_id is not None and claimed.made_by_id == actor.person_id:
            raise Refused("drive.own_work")
        found = attainment.grade(items, claimed.answers, place.drive.rule, but=failed)
        row = _assessment(actor, place, "recheck", claimed.answers, found, words, None)
        values = {"state": state, "failed": list(found.failed), **_standing(found)}
        _settle(actor, place, values, move, row)
        _ledger(actor, place, found, strike=True)
    return row


def withdraw_claim(*, actor: Actor, place_id: UUID) -> DrivePlace:
    """The unit takes its claim back; the grade before it stands."""
    with transaction.atomic():
        place = _locked(place_id)
        allow_place(actor, "withdraw", place)
        values = {"state": DRIVE_PLACE.next(place.state, "withdraw")}
        write(place, settle(place, values, actor, PLACE_FACTS, action="driveplace.withdrawn"))
    return place


def _locked(place_id: UUID) -> DrivePlace:
    rows = DrivePlace.objects.select_for_update(of=("self",)).select_related("drive", "unit__division", "sponsor")
    place = rows.filter(pk=place_id).first()
    if place is None:
        raise Refused("common.not_found")
    if place.drive.state != "open":
        raise Refused("drive.not_open")
    return place


def _assessment(
    actor: Actor, place: DrivePlace, kind: str, answers: Mapping[str, Any], found: Graded, words: str, pk: UUID | None
) -> DriveAssessment:
    post = rights.post_of(actor)
    values: dict[str, Any] = {"pk": pk} if pk else {}
    said = tidy(words)
    if len(said) > 1000:
        raise Refused("campaign.too_long", limit=1000)
    return DriveAssessment(
        place=place, seq=place.chain_seq + 1, kind=kind, answers=dict(answers), failed=list(found.failed),
        points=_points(found), words=said,
        grade=found.grade, unit_id=post.unit_id if post else None, made_by_id=actor.person_id, made_at=clock.now(),
        **values,
    )  # fmt: skip


def _points(found: Graded) -> Decimal:
    return round(Decimal(found.share.numerator * 100) / Decimal(found.share.denominator), 2).quantize(Decimal("0.01"))


def _standing(found: Graded) -> dict[str, Any]:
    return {"grade": found.grade, "points": _points(found), "graded_on": clock.today().date()}


def _settle(actor: Actor, place: DrivePlace, values: dict[str, Any], move: str, row: DriveAssessment) -> None:
    row.save(force_insert=True)
    more = {"assessment": str(row.pk), "given": row.grade, "answers": digest_of("drive.answers", row.answers)}
    write(place, settle(place, values, actor, PLACE_FACTS, action=f"driveplace.{PLACE_VERBS[move]}", more=more))
    if row.settles and place.compound_id is not None:
        # The compound's own grade follows: the register says what the drive found, once.
        said = f"{place.drive.title}：{row.points} 分"
        compounds.grade_compound(actor=SYSTEM, compound_id=place.compound_id, grade=row.grade, reason=said)


def _ledger(actor: Actor, place: DrivePlace, found: Graded, *, strike: bool) -> None:
    """What fails stands in the ledger until it passes; a grade that stands strikes off what passes."""
    rows = DriveGap.objects.select_for_update().filter(place=place).exclude(state="passed").order_by("pk")
    open_gaps = {gap.item: gap for gap in rows}
    due = clock.today().date() + timedelta(days=place.drive.fix_days)
    for code in found.failed:
        gap = open_gaps.pop(code, None)
        if gap is None:
            fresh = DriveGap(place=place)
            values = {"place_id": place.pk, "item": code, "unit_id": place.unit_id, "due_on": due}
            write(fresh, settle(fresh, values, actor, GAP_FACTS, fresh=True), fresh=True)
        elif gap.state == "done":
            gap_step(actor=actor, gap=gap, move="fail")
    for gap in open_gaps.values() if strike else ():
        gap_step(actor=actor, gap=gap, move="strike", changes={"ended_on": clock.today().date()})
