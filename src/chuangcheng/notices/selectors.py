"""Reading notices: everybody reads the own ones; failed deliveries are shown to those who look after them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import delivering
from chuangcheng.notices.models import Channel, Delivery, DeliveryState, Notice
from chuangcheng.people import rights

SHOWN = 100  # a badge says "99+" at most


def visible_to(actor: Actor) -> QuerySet[Notice]:
    """The actor's own notices, the newest first."""
    if actor.person_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(person=actor.person_id).order_by("-created_at", "-id")


def get_notice_for(actor: Actor, notice_id: UUID) -> Notice:
    """One of the actor's own notices, or ``common.not_found``."""
    notice = visible_to(actor).filter(pk=notice_id).first()
    if notice is None:
        raise Refused("common.not_found")
    return notice


def unread_count(actor: Actor) -> int:
    """How many are unread, counted to :data:`SHOWN` only: the head of every page asks."""
    return len(visible_to(actor).filter(read_at=None).order_by().values_list("pk", flat=True)[:SHOWN])


def troubled_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries that failed for good or at least once, with notice and person; none without ``notices.failed``."""
    if not rights.can(actor, "notices.failed"):
        return Delivery.objects.none()
    trouble = Q(state=DeliveryState.FAILED) | Q(state=DeliveryState.WAITING, attempts__gt=0)
    return Delivery.objects.filter(trouble).select_related("notice__person", "through").order_by("-updated_at", "-id")


def deliveries_wait() -> bool:
    """Whether any delivery is due now."""
    return bool(delivering.due(1))


def channels_for(actor: Actor) -> QuerySet[Channel]:
    """The channels that the actor looks after: those of the own unit, or all of them."""
    scope = rights.scope(actor, "notices.channels")
    rows = Channel.objects.select_related("unit").order_by("created_at", "id")
    if scope.everything:
        return rows
    return rows.filter(unit__in=scope.units) if scope.units else rows.none()


def get_channel_for(actor: Actor, channel_id: UUID) -> Channel:
    """One of :func:`channels_for`, or ``common.not_found``."""
    channel = channels_for(actor).filter(pk=channel_id).first()
    if channel is None:
        raise Refused("common.not_found")
    return channel
