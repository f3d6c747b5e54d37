"""Reading special teams."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.states import TEAM
from chuangcheng.sites.teams.models import Team


def visible_to(actor: Actor) -> QuerySet[Team]:
    """The teams for spots in reach."""
    rows = Team.objects.filter(area_rows(actor, "teams.view"))
    return rows.select_related("lead_unit", "site", "compound", "division")


def get_team_for(actor: Actor, team_id: UUID) -> Team:
    """One team, or ``common.not_found``."""
    found = visible_to(actor).select_related("leader__unit", "leader__person").filter(pk=team_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def may_edit(actor: Actor, team: Team) -> bool:
    """Whether the actor may change the team."""
    return rights.scope(actor, "teams.edit").reaches(path=team.division_path)


def moves_for(actor: Actor, team: Team) -> list[Move]:
    """The buttons of a team's page."""
    return list(TEAM.moves_from(team.state)) if may_edit(actor, team) else []


def spot_name(team: Team) -> str:
    """The hard spot's name."""
    spot = team.site or team.compound or team.division
    return spot.name
