"""Special teams: set up for one hard spot, prolonged if need be, ended with a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.registering import locked, settle, step, text_of, write
from chuangcheng.sites.site import Site
from chuangcheng.sites.states import TEAM, TEAM_RESULTS
from chuangcheng.sites.teams.models import Team

EDIT = "teams.edit"
FACTS = (
    "number", "lead_unit_id", "leader_id", "site_id", "compound_id", "division_id", "since", "until", "state",
    "result", "ended_on",
)  # fmt: skip
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamInput:
    """A team for a site, a compound or an area: exactly one of the three."""

    name: str
    lead_unit: Unit
    since: date
    until: date
    goal: str
    leader: Post | None = None
    units: tuple[Unit, ...] = ()
    members: tuple[Person, ...] = ()
    site: Site | None = None
    compound: Compound | None = None
    division: Division | None = None


def set_up_team(*, actor: Actor, given: TeamInput) -> Team:
    """Set a team up. Refused: ``team.one_spot``, ``team.bad_days`` (a team works a year at most), ``sites.missing``,
    ``common.not_found`` outside of the actor's area."""
    spots = [spot for spot in (given.site, given.compound, given.division) if spot is not None]
    if len(spots) != 1:
        raise Refused("team.one_spot")
    if not given.since <= given.until <= given.since + LONGEST:
        raise Refused("team.bad_days")
    name, goal = text_of(given.name, "专班名称", 100), text_of(given.goal, "目标", 500)
    division = given.division or spots[0].division  # type: ignore[union-attr]
    rights.require_or_system(actor, EDIT, path=division.path)
    with transaction.atomic():
        row = Team(number=take("ZB", clock.now()))
        values: dict[str, Any] = {
            "name": name, "lead_unit": given.lead_unit, "leader": given.leader, "site": given.site,
            "compound": given.compound, "division": division, "division_path": division.path, "since": given.since,
            "until": given.until, "goal": goal,
        }  # fmt: skip
        more = {"units": [unit.pk for unit in given.units], "members": len(given.members)}
        write(row, settle(row, values, actor, FACTS, fresh=True, more=more), fresh=True)
        row.units.set(given.units)
        row.members.set(given.members)
    return row


def change_members(
    *, actor: Actor, team_id: UUID, leader: Post | None, units: tuple[Unit, ...], members: tuple[Person, ...]
) -> Team:
    """Who works in a running team."""
    with transaction.atomic():
        row = _locked(actor, team_id)
        if row.state != TEAM.initial:
            raise Refused("team.ended")
        more = {"units": [unit.pk for unit in units], "members": len(members)}
        write(row, settle(row, {"leader": leader}, actor, FACTS, more=more))
        row.units.set(units)
        row.members.set(members)
    return row


def prolong_team(*, actor: Actor, team_id: UUID, until: date | None) -> Team:
    """Give a team more time: never less, and a year at most in all."""
    with transaction.atomic():
        row = _locked(actor, team_id)
        TEAM.next(row.state, "prolong", until=until)
        if until is None or not row.until < until <= row.since + LONGEST:
            raise Refused("team.bad_days")
        step(row, TEAM, "prolong", actor, FACTS, done="prolonged", given={"until": until}, changes={"until": until})
    return row


def end_team(*, actor: Actor, team_id: UUID, result: str, text: str = "") -> Team:
    """End a team with its result, one of :data:`~chuangcheng.sites.states.TEAM_RESULTS`, and a word about it."""
    if result and result not in TEAM_RESULTS:
        raise Refused("sites.unknown_choice", column="结果", given=result)
    said = text_of(text, "说明", 500, required=False)
    with transaction.atomic():
        row = _locked(actor, team_id)
        changes = {"result": result, "result_text": said, "ended_on": clock.today().date()}
        step(row, TEAM, "end", actor, FACTS, done="ended", given={"result": result}, changes=changes)
    return row


def _locked(actor: Actor, team_id: UUID) -> Team:
    row = locked(Team, team_id)
    rights.require_or_system(actor, EDIT, path=row.division_path)
    return row
