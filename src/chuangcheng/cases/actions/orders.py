"""What becomes of an order: its reply, the result of its call-back, the plea to count it in no rate."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.cases import policies
from chuangcheng.cases.locks import find_case
from chuangcheng.cases.models import Order, Source
from chuangcheng.cases.obligations import Callback, callback_changes, check_callback, check_due, orders_of
from chuangcheng.cases.replies import MAX_REPLY, template_for
from chuangcheng.cases.states import ORDER, REMOVAL, REMOVAL_VERBS, REMOVALS
from chuangcheng.cases.steps import Step, amend, step, write
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import PhotoRole

KIND = "order"
MAX_DOCUMENT = 80


def draft_reply(*, actor: Actor, order_id: UUID, text: str = "") -> Order:
    """Keep a draft of the reply; without ``text`` the one that writes itself from the outcome."""
    with transaction.atomic():
        order = _lock(actor, order_id, ORDER.move("draft").permission)
        _draft(order, actor, text)
    return order


def draft_replies(*, actor: Actor, case_id: UUID) -> list[Order]:
    """Draft the reply of every order of a case that has none yet, from the outcome."""
    rights.require(actor, ORDER.move("draft").permission)
    with transaction.atomic():
        case = find_case(actor, case_id)
        waiting = list(orders_of(case).filter(state="open").values_list("pk", flat=True))
        if not waiting:
            raise Refused("order.nothing_to_draft")
        return [draft_reply(actor=actor, order_id=order_id) for order_id in sorted(waiting)]


def send_reply(*, actor: Actor, order_id: UUID, text: str = "") -> Order:
    """The reply goes out, with a last change to its words if ``text`` is given. Topic ``order.replied``."""
    with transaction.atomic():
        order = _lock(actor, order_id, ORDER.move("send").permission)
        ORDER.next(order.state, "send")
        if text.strip() and tidy(text) != order.reply_text:
            _draft(order, actor, text)
        now = clock.now()
        changes = {"replied_at": now, "replied_by_id": actor.person_id}
        write(step(order, "send", actor, changes=changes, facts={"reply": _digest(order.reply_text)}, at=now))
    return order


def change_due(*, actor: Actor, order_id: UUID, due_at: datetime | None) -> tuple[Order, bool]:
    """The other side moved its limit; whether that is news. Told by its program, or by who may take in results."""
    rights.require_or_system(actor, "orders.callback")
    with transaction.atomic():
        order = _one(order_id)
        check_due(due_at, order.received_at)
        if order.due_at == due_at:
            return order, False
        write(amend(order, "due_changed", actor, changes={"due_at": due_at}, topic="order.due_changed"))
    return order, True


def record_callback(
    *, actor: Actor, number: str, given: Callback, source: str = Source.HOTLINE.value
) -> tuple[Order, bool]:
    """Take in the result of a call-back; the same again changes nothing (False). What comes later counts: 12345 may
    call twice, we never do."""
    rights.require_or_system(actor, "orders.callback")
    check_callback(given)
    with transaction.atomic():
        order = _locked(source=source, number=number).first()
        if order is None:
            raise Refused("order.unknown_number", number=number[:60])
        changes = callback_changes(order, given, clock.now())
        if not changes:
            return order, False
        write(amend(order, "called_back", actor, changes=changes, topic="order.called_back"))
    return order, True


def ask_removal(
    *, actor: Actor, order_id: UUID, reason_code: str, document: str = "", picture: photos.Shot | None = None
) -> Order:
    """Ask that the order be counted in no rate: with a reason, and a photo or the number of a document as evidence."""
    shown = photos.prepare(data=picture) if picture is not None else None
    document = tidy(document)
    if len(document) > MAX_DOCUMENT or "\0" in document:
        raise Refused(
            "common.invalid",
            fields=(
                FieldProblem(
                    "document",
                    "length",
                    Label(f"文号最多 {MAX_DOCUMENT} 字", f"The document number has at most {MAX_DOCUMENT} characters"),
                ),
            ),
        )
    with transaction.atomic():
        order = _lock(actor, order_id, REMOVAL.move("ask_removal").permission)
        REMOVAL.next(order.removal_state, "ask_removal", reason_code="x", evidence="x")
        if reason_code not in REMOVALS:
            raise Refused("order.unknown_reason")
        if not document and shown is None:
            raise Refused("order.no_evidence")
        now = clock.now()
        facts: dict[str, Any] = {"document": digest_of("order.document", document)} if document else {}
        if shown is not None:
            photos.add(owner=(KIND, order.pk), role=PhotoRole.EVIDENCE, data=shown)
            facts["sha256"] = shown.original_sha256
        order.removal_document = document
        changes = {
            "removal_reason": reason_code, "removal_asked_at": now, "removal_asked_by_id": actor.person_id,
            "removal_decided_at": None,
        }  # fmt: skip
        taken = _removal(order, "ask_removal", actor, changes, facts, reason_code)
        _write(taken, "removal_document")
    return order


def decide_removal(*, actor: Actor, order_id: UUID, granted: bool) -> Order:
    """Decide on a plea for removal, by somebody else than who asked. Granted, the order stays where it was and is
    counted in no rate."""
    move = "grant_removal" if granted else "decline_removal"
    with transaction.atomic():
        order = _lock(actor, order_id, REMOVAL.move(move).permission)
        REMOVAL.next(order.removal_state, move)
        if order.removal_asked_by_id and order.removal_asked_by_id == actor.person_id:
            raise Refused("order.own_removal")
        write(_removal(order, move, actor, {"removal_decided_at": clock.now()}, {}, order.removal_reason))
    return order


def _removal(
    order: Order, move: str, actor: Actor, changes: dict[str, Any], facts: dict[str, Any], reason: str
) -> Step:
    state = REMOVAL.next(order.removal_state, move, reason_code=reason, evidence="x")
    verb, topic = REMOVAL_VERBS[move]
    told = {"removal_state": state, **changes}
    return amend(order, verb, actor, changes=told, facts=facts, reason=reason, topic=topic)


def _draft(order: Order, actor: Actor, text: str) -> None:
    if len(text) > MAX_REPLY or "\0" in text:
        raise Refused("order.bad_reply", limit=MAX_REPLY)
    words = tidy(text) or template_for(order)
    now = clock.now()
    changes = {"drafted_at": now, "drafted_by_id": actor.person_id}
    facts = {"reply": _digest(words)}
    taken = step(order, "draft", actor, given={"text": words}, changes=changes, facts=facts, at=now)
    order.reply_text = words
    _write(taken, "reply_text")


def _digest(words: str) -> str:
    return digest_of("order.reply", words)


def _write(taken: Step, words: str) -> None:
    """A step together with the free words beside it, which history does not hold."""
    taken.fields = (*taken.fields, words)
    write(taken)


def _lock(actor: Actor, order_id: UUID, permission: str) -> Order:
    """The locked order with its report and case, if the actor may do that with orders in hand."""
    post = rights.require(actor, permission)
    order = _one(order_id)
    if not policies.sees_order(actor, order):
        raise Refused("common.not_found")
    policies.allow_order(post, order)
    return order


def _locked(**which: Any) -> QuerySet[Order]:
    joined = ("report__case__holder", "report__case__responsible", "report__case__handled_unit")
    return Order.objects.filter(**which).select_related(*joined).select_for_update(of=("self",))


def _one(order_id: UUID) -> Order:
    for order in _locked(pk=order_id):
        return order
    raise Refused("common.not_found")
