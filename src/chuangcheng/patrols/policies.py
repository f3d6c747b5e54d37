"""Rights of the room patrols."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights
from chuangcheng.people.rights import Permission, declare
from chuangcheng.sites.models import Site
from chuangcheng.sites.policies import rows_in

declare(
    Permission("visits.view", Label("查看督查记录", "See visits")),
    Permission("visits.create", Label("开展督查", "Make visits")),
)


def visit_rows(actor: Actor) -> Q:
    """The visits the actor may see: to the sites in reach, and their own.

    A covert visit is hidden from those it is about until it is finished; one that was given up stays hidden.
    """
    scope = rights.scope(actor, "visits.view")
    if scope.everything:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    hidden = Q(mode="covert") & ~Q(state="finished")
    return (rows_in(scope, "site__") & ~hidden) | Q(inspector=actor.person_id) | Q(unit__in=scope.units)


def may_visit(actor: Actor, site: Site) -> bool:
    """Whether the actor may make a visit to that site."""
    return rights.scope(actor, "visits.create").reaches(unit_id=site.unit_id, path=site.division_path)
