"""Rights of the room risks, and whose rows a post sees."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import Permission, Scope, declare

RULES = "risks.rules"

declare(
    Permission("risks.view", Label("查看问题风险", "See problems and risks")),
    Permission("risks.edit", Label("登记和处置风险", "Enter and handle risks")),
    Permission("risks.decide", Label("接受和关闭风险", "Accept and close risks")),
    Permission(RULES, Label("调整监测规则", "Set watch rules")),
    Permission("laggards.view", Label("查看后进名单", "See lists of laggards")),
    Permission("laggards.draft", Label("草拟后进名单", "Draft lists of laggards")),
    Permission("laggards.approve", Label("审批后进名单", "Approve lists of laggards")),
    Permission("laggards.object", Label("对后进名单提出异议", "Object to a list of laggards")),
    Permission("sanctions.view", Label("查看负面清单事项", "See occurrences of the negative list")),
    Permission("sanctions.record", Label("登记负面清单事项", "Record occurrences of the negative list")),
    Permission("sanctions.confirm", Label("认定负面清单事项", "Confirm occurrences of the negative list")),
)


def unit_rows(actor: Actor, permission: str, prefix: str = "unit") -> Q:
    """Rows whose unit (at ``prefix``) is in reach: the scope's units, their line, and units of its area."""
    scope = rights.scope(actor, permission)
    if scope.everything or actor == SYSTEM:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    rows = Q(**{f"{prefix}__in": rights.with_line(scope)})
    for path in scope.paths:
        rows |= Q(**{f"{prefix}__division__path__startswith": path})
    return rows


def reaches(scope: Scope, unit: Unit) -> bool:
    """Whether the scope reaches that unit."""
    path = unit.division.path if unit.division else ""
    return scope.reaches(unit_id=unit.pk, path=path) or unit.pk in rights.with_line(scope)


def allow(actor: Actor, permission: str, unit: Unit) -> None:
    """Raise ``common.not_allowed`` or ``risk.other_unit``; the system may do everything."""
    if actor != SYSTEM and not reaches(rights.scope_of(rights.require(actor, permission)), unit):
        raise Refused("risk.other_unit", unit=unit.short_name)
