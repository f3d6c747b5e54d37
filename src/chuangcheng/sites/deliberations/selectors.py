"""Reading deliberations."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Objection, Seat
from chuangcheng.sites.deliberations.notice import is_over
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.states import DELIBERATION

#: Moves that are taken on a seat, a matter or an objection, so they are no buttons of the deliberation.
_NO_BUTTON = frozenset({"sign", "vote", "answer"})


def visible_to(actor: Actor) -> QuerySet[Deliberation]:
    """The deliberations of the compounds in reach."""
    rows = Deliberation.objects.filter(area_rows(actor, "compounds.view"))
    return rows.select_related("compound__division", "convener")


def get_deliberation_for(actor: Actor, deliberation_id: UUID) -> Deliberation:
    """One of them, or ``common.not_found``."""
    found = visible_to(actor).filter(pk=deliberation_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def get_item_for(actor: Actor, item_id: UUID) -> AgendaItem:
    """One matter of a visible deliberation, or ``common.not_found``."""
    item = AgendaItem.objects.select_related("unit").filter(pk=item_id, deliberation__in=visible_to(actor)).first()
    if item is None:
        raise Refused("common.not_found")
    item.deliberation = get_deliberation_for(actor, item.deliberation_id)
    return item


def get_seat_for(actor: Actor, seat_id: UUID) -> Seat:
    """One seat of a visible deliberation, or ``common.not_found``."""
    seat = Seat.objects.filter(pk=seat_id, deliberation__in=visible_to(actor)).first()
    if seat is None:
        raise Refused("common.not_found")
    return seat


def get_objection_for(actor: Actor, objection_id: UUID) -> Objection:
    """One objection to a visible deliberation, or ``common.not_found``."""
    rows = Objection.objects.select_related("deliberation").filter(deliberation__in=visible_to(actor))
    found = rows.filter(pk=objection_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def may_run(actor: Actor, row: Deliberation) -> bool:
    """Whether the actor may carry it on."""
    return rights.scope(actor, "deliberations.run").reaches(path=row.division_path)


def moves_for(actor: Actor, row: Deliberation) -> list[Move]:
    """The buttons of its page; deciding waits for the end of the notice."""
    if not may_run(actor, row):
        return []
    waiting = row.state == "notice" and not is_over(row.notice_until, clock.today().date())
    hidden = _NO_BUTTON | ({"decide"} if waiting else set())
    return [move for move in DELIBERATION.moves_from(row.state) if move.name not in hidden]


def signer_of(actor: Actor, row: Deliberation, seat: Seat) -> str:
    """The name on the paper, for those who carry the deliberation on; nothing for anybody else."""
    return secrets.decrypt(bytes(seat.signer_cipher)) if may_run(actor, row) else ""
