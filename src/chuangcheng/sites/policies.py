"""Rights of the room sites."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights
from chuangcheng.people.rights import Permission, Scope, declare
from chuangcheng.sites.models import Site

declare(
    Permission("sites.view", Label("查看点位", "See sites")),
    Permission("sites.edit", Label("维护点位", "Edit sites")),
    Permission("compounds.view", Label("查看小区", "See compounds")),
    Permission("compounds.edit", Label("维护小区", "Edit compounds")),
    Permission("compounds.grade", Label("评定小区等级", "Grade compounds")),
    Permission("compounds.contact", Label("查看小区联系人", "See a compound's contact person")),
    Permission("deliberations.run", Label("办理五方议事", "Run five-party deliberations")),
    Permission("shops.view", Label("查看门店", "See shops")),
    Permission("shops.edit", Label("维护门店", "Edit shops")),
    Permission("shops.check", Label("检查门前三包", "Check shop fronts")),
    Permission("shops.rectify", Label("办理整改通知", "Serve rectification notices")),
    Permission("windows.view", Label("查看窗口评价", "See what is said at windows")),
    Permission("sponsorships.view", Label("查看包联", "See sponsorships")),
    Permission("sponsorships.edit", Label("安排包联", "Arrange sponsorships")),
    Permission("teams.view", Label("查看专班", "See special teams")),
    Permission("teams.edit", Label("组建专班", "Set up special teams")),
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


def sees_site(actor: Actor, site: Site) -> bool:
    """Whether the site, with its unit loaded, is among :func:`site_rows`."""
    scope = rights.scope(actor, "sites.view")
    return scope.reaches(unit_id=site.unit_id, path=site.division_path) or site.unit.line_parent_id in scope.units


def area_rows(actor: Actor, permission: str, prefix: str = "") -> Q:
    """Rows with a ``division_path`` in the actor's area. A line department, which has no area, sees the whole city's
    registers: its trade is everywhere."""
    scope = rights.scope(actor, permission)
    if scope.everything or (scope.units and not scope.paths):
        return Q()
    rows = Q(pk__in=[])
    for path in scope.paths:
        rows |= Q(**{f"{prefix}division_path__startswith": path})
    return rows
