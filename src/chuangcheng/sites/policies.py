"""Rights of the room sites."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights
from chuangcheng.people.rights import Permission, Scope, declare

declare(
    Permission("sites.view", Label("查看点位", "See sites")),
    Permission("sites.edit", Label("维护点位", "Edit sites")),
)


def site_rows(actor: Actor) -> Q:
    """The sites that the actor may see."""
    return rows_in(rights.scope(actor, "sites.view"))


def rows_in(scope: Scope, prefix: str = "") -> Q:
    """Sites of the scope's units, of units of their line (条线), or in its area; ``prefix`` leads to the site."""
    if scope.everything:
        return Q()
    rows = Q(pk__in=[])
    if scope.units:
        rows |= Q(**{f"{prefix}unit__in": scope.units}) | Q(**{f"{prefix}unit__line_parent__in": scope.units})
    for path in scope.paths:
        rows |= Q(**{f"{prefix}division_path__startswith": path})
    return rows
