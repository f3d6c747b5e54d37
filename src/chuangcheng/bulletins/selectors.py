"""Reading weekly reports, and the summaries of units."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.bulletins.models import Summary, Weekly
from chuangcheng.bulletins.policies import summary_rows
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


def summaries_for(actor: Actor) -> QuerySet[Summary]:
    """The summaries of the units in the actor's reach, the unit loaded."""
    return Summary.objects.filter(summary_rows(actor)).select_related("unit")


def get_summary_for(actor: Actor, summary_id: UUID) -> Summary:
    """One of them, or ``common.not_found``."""
    row = summaries_for(actor).select_related("edited_by").filter(pk=summary_id).first()
    if row is None:
        raise Refused("common.not_found")
    return row


def weeks(rows: QuerySet[Summary]) -> list[date]:
    """The Mondays of these summaries, the newest first."""
    return list(rows.order_by("-week_start").values_list("week_start", flat=True).distinct())
