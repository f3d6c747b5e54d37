"""Reading sites."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from chuangcheng.framework.models import SiteKind
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.sites.models import Site, SiteState
from chuangcheng.sites.policies import site_rows
from chuangcheng.sites.states import SITE


def visible_to(actor: Actor) -> QuerySet[Site]:
    """The sites the actor may see, with kind, unit and division loaded."""
    return Site.objects.filter(site_rows(actor)).select_related("kind", "unit", "division")


def get_site_for(actor: Actor, site_id: UUID) -> Site:
    """One site, or ``common.not_found``."""
    site = visible_to(actor).filter(pk=site_id).first()
    if site is None:
        raise Refused("common.not_found")
    return site


def site_by_code(code: str) -> Site | None:
    """The site of that code; for imports and commands, which have no reader to ask about."""
    return Site.objects.select_related("kind", "unit", "division").filter(code=code).first()


def active(actor: Actor) -> QuerySet[Site]:
    """The visible sites that are looked at now."""
    return visible_to(actor).filter(state=SiteState.ACTIVE)


def moves_for(actor: Actor, site: Site) -> list[Move]:
    """The buttons of a site's page."""
    scope = rights.scope(actor, "sites.edit")
    if not scope.reaches(unit_id=site.unit_id, path=site.division_path):
        return []
    return list(SITE.moves_from(site.state))


def count_by_kind(sites: QuerySet[Site]) -> dict[str, int]:
    """How many of the given sites there are of each kind, by the kind's code, most frequent first."""
    rows = sites.order_by().values("kind_code").annotate(count=Count("id")).order_by("-count", "kind_code")
    return {row["kind_code"]: row["count"] for row in rows}


def kinds_in_use() -> QuerySet[SiteKind]:
    """The kinds of which there are sites, in the edition's order."""
    return SiteKind.objects.filter(sites__isnull=False).distinct().order_by("order")
