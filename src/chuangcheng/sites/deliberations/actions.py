"""A deliberation from the invitation to its decision. Signatures are made on paper: the system keeps the scan, who
entered it, and for a party that is not there the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chuangcheng.history import secrets
from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.sites.compounds.models import Committee, Compound, Property
from chuangcheng.sites.deliberations.models import Absence, AgendaItem, Deliberation, Objection, Party, Seat
from chuangcheng.sites.deliberations.notice import is_over, last_day
from chuangcheng.sites.registering import locked, settle, step, text_of, write
from chuangcheng.sites.states import COMPOUND, DELIBERATION, RETRACTIONS, SHELVINGS

RUN = "deliberations.run"
FACTS = (
    "number", "compound_id", "convener_id", "state", "convened_at", "planned_on", "held_on", "notice_days",
    "notice_on", "notice_until", "decided_at", "ended_at",
)  # fmt: skip
MOST_ITEMS = 20
LONGEST_NOTICE = 60


@dataclass(frozen=True, slots=True)
class ItemInput:
    """A matter for the agenda."""

    title: str
    text: str = ""


def convene(
    *, actor: Actor, compound_id: UUID, title: str, items: Sequence[ItemInput], planned_on: date | None = None,
    notice_days: int | None = None,
) -> Deliberation:  # fmt: skip
    """Invite the five parties. The notice may be longer than the city's days and never shorter. Refused:
    ``deliberation.no_items``, ``deliberation.bad_notice``, ``sites.off_register``."""
    least = settings.CITY.notice_days
    days = least if notice_days is None else notice_days
    if not least <= days <= LONGEST_NOTICE:
        raise Refused("deliberation.bad_notice", least=least, most=LONGEST_NOTICE)
    if not 1 <= len(items) <= MOST_ITEMS:
        raise Refused("deliberation.no_items", limit=MOST_ITEMS)
    said = text_of(title, "议题", 120)
    matters = [(text_of(item.title, "事项", 120), text_of(item.text, "说明", 2000, required=False)) for item in items]
    with transaction.atomic():
        compound = locked(Compound, compound_id)
        post = _allow(actor, compound.division_path)
        if compound.state != COMPOUND.initial:
            raise Refused("sites.off_register", name=compound.name)
        now = clock.now()
        row = Deliberation(number=take("YS", now))
        values = {
            "compound": compound, "division_path": compound.division_path, "title": said, "convener": post.unit,
            "convened_at": now, "planned_on": planned_on, "notice_days": days,
        }  # fmt: skip
        event = settle(row, values, actor, FACTS, fresh=True, more={"items": len(matters)})
        write(row, event, fresh=True, payload={"compound": str(compound.pk)})
        AgendaItem.objects.bulk_create(
            AgendaItem(deliberation=row, order=order, title=matter, text=text)
            for order, (matter, text) in enumerate(matters, 1)
        )
        Seat.objects.bulk_create(Seat(deliberation=row, party=party) for party in Party.values)
    return row


def record_meeting(*, actor: Actor, deliberation_id: UUID, held_on: date | None, minutes: str = "") -> Deliberation:
    """The parties have met on that day."""
    words = text_of(minutes, "议事记录", 5000, required=False)
    if held_on is not None and held_on > clock.today().date():
        raise Refused("sites.future_day", column="议事日期")
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        changes = {"held_on": held_on, "minutes": words}
        _step(row, "discuss", actor, "discussed", given={"held_on": held_on}, changes=changes)
    return row


def enter_signature(
    *, actor: Actor, deliberation_id: UUID, party: str, capacity: str, signer: str, scan: photos.Shot
) -> Seat:
    """Enter a signature made on paper, with its scan. Refused: ``deliberation.no_such_party`` for an owners' committee
    or a company that the compound does not have: nobody signs for them."""
    office = text_of(capacity, "职务", 40)
    name = text_of(signer, "签字人", 40)
    prepared = photos.prepare(data=scan)
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        _step_check(row, "sign", party=party)
        if not _exists(row.compound, party):
            raise Refused("deliberation.no_such_party", party=Party(party).label)
        seat = _seat(row, party)
        seat.capacity, seat.signer_cipher, seat.absence = office, secrets.encrypt(name), ""
        _enter(actor, row, seat)
        photos.add(owner=("signature", seat.pk), role="evidence", data=prepared)
    return seat


def note_absence(*, actor: Actor, deliberation_id: UUID, party: str, absence: str) -> Seat:
    """Note why a party does not sign. Refused: ``sites.unknown_choice``."""
    if not absence or absence not in Absence.values:
        raise Refused("sites.unknown_choice", column="未签字原因", given=absence)
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        _step_check(row, "sign", party=party)
        seat = _seat(row, party)
        seat.capacity, seat.signer_cipher, seat.absence = "", b"", absence
        _enter(actor, row, seat)
    return seat


def _exists(compound: Compound, party: str) -> bool:
    if party == Party.OWNERS:
        return compound.committee == Committee.YES
    return party != Party.PROPERTY or compound.property_kind == Property.COMPANY


def _seat(row: Deliberation, party: str) -> Seat:
    seat = row.seats.filter(party=party).first()
    if seat is None:
        raise Refused("sites.unknown_choice", column="方", given=party)
    return seat


def _enter(actor: Actor, row: Deliberation, seat: Seat) -> None:
    seat.entered_by_id, seat.entered_at = actor.person_id, clock.now()
    seat.save()
    more = {"party": seat.party, "absence": seat.absence}
    _step(row, "sign", actor, "signed", given={"party": seat.party}, more=more)


def record_vote(
    *, actor: Actor, item_id: UUID, votes_for: int, votes_against: int, abstentions: int, adopted: bool
) -> AgendaItem:
    """The count of one matter. Refused: ``sites.bad_count``, and ``deliberation.contradiction`` for a matter that is
    said to be adopted without more votes for it than against."""
    for count in (votes_for, votes_against, abstentions):
        if not 0 <= count <= 100_000:
            raise Refused("sites.bad_count", column="票数", given=count)
    if adopted and votes_for <= votes_against:
        raise Refused("deliberation.contradiction")
    with transaction.atomic():
        row, item = _item(actor, item_id)
        item.votes_for, item.votes_against, item.abstentions = votes_for, votes_against, abstentions
        item.adopted = adopted
        counts = {"for": votes_for, "against": votes_against, "abstained": abstentions, "adopted": adopted}
        _step(row, "vote", actor, "voted", given={"item": item.pk}, more={"item": item.pk, **counts})
        item.save()
    return item


def put_up_notice(*, actor: Actor, deliberation_id: UUID) -> Deliberation:
    """Put the result up for everybody to read. All five parties must be accounted for and every matter voted on.
    Refused: ``deliberation.seats_missing``, ``deliberation.votes_missing``, ``deliberation.nothing_adopted``."""
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        _step_check(row, "publish")
        _ready(row)
        today = clock.today().date()
        changes = {"notice_on": today, "notice_until": last_day(today, row.notice_days)}
        _step(row, "publish", actor, "published", changes=changes)
    return row


def _ready(row: Deliberation) -> None:
    missing = [str(Party(seat.party).label) for seat in row.seats.filter(entered_at=None)]
    if missing:
        raise Refused("deliberation.seats_missing", missing="、".join(missing))
    if not any(seat.is_signed for seat in row.seats.all()):
        raise Refused("deliberation.nobody_signed")
    votes = list(row.items.values_list("adopted", flat=True))
    if None in votes:
        raise Refused("deliberation.votes_missing")
    if True not in votes:
        raise Refused("deliberation.nothing_adopted")


def record_objection(*, actor: Actor, deliberation_id: UUID, text: str, received_on: date | None = None) -> Objection:
    """Somebody objected while the notice was up. The words are kept apart from history; no name is asked for."""
    today = clock.today().date()
    day = received_on or today
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        words = text_of(text, "异议", 2000, required=False)
        _step_check(row, "object", text=words)
        if not (row.notice_on and row.notice_on <= day <= today):
            raise Refused("deliberation.objection_day")
        objection = Objection.objects.create(deliberation=row, received_on=day, text=words)
        _step(row, "object", actor, "objected", given={"text": words}, more={"objection": objection.pk})
    return objection


def answer_objection(*, actor: Actor, objection_id: UUID, text: str) -> Objection:
    """What was said to the objection."""
    with transaction.atomic():
        objection = Objection.objects.select_related("deliberation").filter(pk=objection_id).first()
        if objection is None:
            raise Refused("common.not_found")
        row = _locked(actor, objection.deliberation_id)
        words = text_of(text, "答复", 2000, required=False)
        _step(row, "answer", actor, "answered", given={"text": words}, more={"objection": objection.pk})
        objection.answer, objection.answered_at = words, clock.now()
        objection.save()
    return objection


def take_back(*, actor: Actor, deliberation_id: UUID, reason_code: str) -> Deliberation:
    """Take the notice down and discuss again; reasons are :data:`~chuangcheng.sites.states.RETRACTIONS`. The next
    notice is up for its whole time."""
    _known(reason_code, RETRACTIONS)
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        changes = {"notice_on": None, "notice_until": None}
        _step(row, "retract", actor, "retracted", reason=reason_code, given={"reason_code": reason_code},
              changes=changes)  # fmt: skip
    return row


def decide(*, actor: Actor, deliberation_id: UUID) -> Deliberation:
    """The notice is over and every objection answered: what was adopted is decided. Refused:
    ``deliberation.notice_running``, ``deliberation.objection_open``."""
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        _step_check(row, "decide")
        if not is_over(row.notice_until, clock.today().date()):
            until = row.notice_until.isoformat() if row.notice_until else "—"
            raise Refused("deliberation.notice_running", until=until)
        if row.objections.filter(answered_at=None).exists():
            raise Refused("deliberation.objection_open")
        _step(row, "decide", actor, "decided", changes={"decided_at": clock.now()})
    return row


def shelve(*, actor: Actor, deliberation_id: UUID, reason_code: str) -> Deliberation:
    """Leave the matter alone; reasons are :data:`~chuangcheng.sites.states.SHELVINGS`."""
    _known(reason_code, SHELVINGS)
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        _step(row, "shelve", actor, "shelved", reason=reason_code, given={"reason_code": reason_code},
              changes={"ended_at": clock.now()})  # fmt: skip
    return row


def _known(reason: str, known: dict[str, Any]) -> None:
    if reason and reason not in known:
        raise Refused("sites.unknown_reason", reason=reason)


def _allow(actor: Actor, path: str) -> Any:
    post = rights.require(actor, RUN)
    if not rights.scope_of(post).reaches(path=path):
        raise Refused("common.not_found")
    return post


def _locked(actor: Actor, deliberation_id: UUID) -> Deliberation:
    row = locked(Deliberation, deliberation_id)
    _allow(actor, row.division_path)
    return row


def _item(actor: Actor, item_id: UUID) -> tuple[Deliberation, AgendaItem]:
    item = AgendaItem.objects.filter(pk=item_id).first()
    if item is None:
        raise Refused("common.not_found")
    row = _locked(actor, item.deliberation_id)
    return row, AgendaItem.objects.get(pk=item_id)  # once more, behind the lock


def _step_check(row: Deliberation, move: str, **given: Any) -> None:
    """Refuse by the state table before anything else is looked at."""
    DELIBERATION.next(row.state, move, **given)


def _step(row: Deliberation, move: str, actor: Actor, done: str, **more: Any) -> None:
    step(row, DELIBERATION, move, actor, FACTS, done=done, **more)
