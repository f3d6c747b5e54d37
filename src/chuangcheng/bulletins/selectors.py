"""Reading weekly reports."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.bulletins.models import Weekly
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights


def visible_to(actor: Actor) -> QuerySet[Weekly]:
    """The newest first. Drafts are seen by those who may issue them; without ``bulletins.view`` there is nothing."""
    if not rights.can(actor, "bulletins.view"):
        return Weekly.objects.none()
    rows = Weekly.objects.select_related("edition")
    return rows if rights.can(actor, "bulletins.issue") else rows.filter(state="issued")


def get_weekly_for(actor: Actor, weekly_id: UUID) -> Weekly:
    """One report, or ``common.not_found``."""
    weekly = visible_to(actor).filter(pk=weekly_id).first()
    if weekly is None:
        raise Refused("common.not_found")
    return weekly


def latest_for(actor: Actor) -> Weekly | None:
    """The newest report that the actor may see."""
    return visible_to(actor).first()
