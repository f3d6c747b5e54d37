"""From the reminder to the rectification notice, and over to those who may punish. No penalty is decided here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.photos import actions as photos
from chuangcheng.sites.registering import locked, settle, step, text_of, write
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.states import RECTIFICATION, WITHDRAWALS

FACTS = (
    "number", "shop_id", "shop_check_id", "state", "aspects", "reminded_at", "served_at", "served_by_id", "due_on",
    "handed_to_id", "handed_at", "document_on", "ended_at",
)  # fmt: skip
LONGEST = 60  # days a notice may give


def remind_shop(*, actor: Actor, check_id: UUID) -> Rectification:
    """Remind a shop of what failed in a check, in words on the spot. Refused: ``shop.nothing_failed``,
    ``shop.already_reminded`` while an earlier one is open."""
    with transaction.atomic():
        check = ShopCheck.objects.select_related("shop").filter(pk=check_id).first()
        if check is None:
            raise Refused("common.not_found")
        shop = locked(Shop, check.shop_id)
        rights.require_or_system(actor, "shops.check", path=shop.division_path)
        if not check.failed:
            raise Refused("shop.nothing_failed")
        running = shop.rectifications.exclude(state__in=_ENDED).first()
        if running is not None:
            raise Refused("shop.already_reminded", number=running.number)
        now = clock.now()
        row = Rectification(number=take("ZG", now))
        values = {"shop": shop, "shop_check": check, "aspects": check.failed, "reminded_at": now}
        write(row, settle(row, values, actor, FACTS, fresh=True), fresh=True, payload={"shop": str(shop.pk)})
    return row


_ENDED = [state.code for state in RECTIFICATION.states if state.final]


def serve_notice(*, actor: Actor, rectification_id: UUID, demand: str, due_on: date | None) -> Rectification:
    """Serve the rectification notice in the name of the actor's unit, with a deadline of at most
    :data:`LONGEST` days."""
    said = text_of(demand, "整改要求", 1000, required=False)
    today = clock.today().date()
    if due_on is not None and not today < due_on <= today + timedelta(days=LONGEST):
        raise Refused("shop.bad_deadline", days=LONGEST)
    with transaction.atomic():
        row = _locked(actor, rectification_id, "serve")
        post = rights.require(actor, "shops.rectify")
        changes = {"demand": said, "due_on": due_on, "served_at": clock.now(), "served_by_id": post.unit_id}
        _step(row, "serve", actor, "served", given={"demand": said, "due_on": due_on}, changes=changes)
    return row


def settle_rectification(*, actor: Actor, rectification_id: UUID, shots: tuple[photos.Shot, ...] = ()) -> Rectification:
    """It was looked at again and is put right. Photos are welcome and not asked for."""
    prepared = [photos.prepare(data=shot) for shot in shots]
    with transaction.atomic():
        row = _locked(actor, rectification_id, "settle")
        _step(row, "settle", actor, "settled", changes={"ended_at": clock.now()})
        for picture in prepared:
            photos.add(owner=("rectification", row.pk), role="after", data=picture)
    return row


def hand_over(*, actor: Actor, rectification_id: UUID, unit: Unit | None) -> Rectification:
    """Hand it to the enforcement body once the deadline has passed; else ``shop.notice_running``."""
    with transaction.atomic():
        row = _locked(actor, rectification_id, "hand_over")
        target = RECTIFICATION.next(row.state, "hand_over", unit=unit)
        if row.due_on is not None and clock.today().date() <= row.due_on:
            raise Refused("shop.notice_running", due=row.due_on.isoformat())
        changes = {"handed_to": unit, "handed_at": clock.now()}
        if target != row.state:
            _step(row, "hand_over", actor, "handed_over", given={"unit": unit}, changes=changes)
    return row


def note_penalty(
    *, actor: Actor, rectification_id: UUID, document_number: str, document_on: date | None
) -> Rectification:
    """Note number and date of the enforcement body's own document: all that this system knows of a penalty."""
    number = text_of(document_number, "文书编号", 60, required=False)
    if document_on is not None and document_on > clock.today().date():
        raise Refused("sites.future_day", column="文书日期")
    with transaction.atomic():
        row = _locked(actor, rectification_id, "note_penalty")
        given = {"document_number": number, "document_on": document_on}
        _step(row, "note_penalty", actor, "penalty_noted", given=given, changes={**given, "ended_at": clock.now()})
    return row


def note_no_penalty(*, actor: Actor, rectification_id: UUID) -> Rectification:
    """The enforcement body has answered that it imposes none."""
    with transaction.atomic():
        row = _locked(actor, rectification_id, "note_none")
        _step(row, "note_none", actor, "no_penalty_noted", changes={"ended_at": clock.now()})
    return row


def withdraw_rectification(*, actor: Actor, rectification_id: UUID, reason_code: str) -> Rectification:
    """Take a reminder or notice back; reasons are :data:`~chuangcheng.sites.states.WITHDRAWALS`."""
    if reason_code and reason_code not in WITHDRAWALS:
        raise Refused("sites.unknown_reason", reason=reason_code)
    with transaction.atomic():
        row = _locked(actor, rectification_id, "withdraw")
        _step(row, "withdraw", actor, "withdrawn", reason=reason_code, given={"reason_code": reason_code},
              changes={"ended_at": clock.now()})  # fmt: skip
    return row


def _locked(actor: Actor, rectification_id: UUID, move: str) -> Rectification:
    row = locked(Rectification, rectification_id)
    permission = RECTIFICATION.move(move).permission
    rights.require_or_system(actor, permission, path=row.shop.division_path)
    return row


def _step(row: Rectification, move: str, actor: Actor, done: str, **more: Any) -> None:
    step(row, RECTIFICATION, move, actor, FACTS, done=done, **more)
