"""Rights of the room bulletins."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import rights
from chuangcheng.people.rights import Permission, declare

WRITE_LINES = "days.write"
declare(
    Permission("bulletins.view", Label("查看通报", "See bulletins")),
    Permission("bulletins.issue", Label("编发通报", "Issue bulletins")),
    Permission("summaries.edit", Label("补充本单位周小结", "Add words to the unit's weekly summary")),
    Permission(WRITE_LINES, Label("在日计划上加注", "Write on the day's sheet")),
)


def summary_rows(actor: Actor) -> Q:
    """The summaries in reach: of the scope's units, their line or units of its area."""
    scope = rights.scope(actor, "bulletins.view")
    if scope.everything or actor == SYSTEM:
        return Q()
    rows = Q(unit__in=rights.with_line(scope)) if not scope.nothing else Q(pk__in=[])
    for path in scope.paths:
        rows |= Q(unit__division__path__startswith=path)
    return rows
