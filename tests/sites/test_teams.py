"""Special teams: one hard spot, a year at most, an end with a result."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Post
from chuangcheng.sites.states import TEAM, TEAM_RESULTS
from chuangcheng.sites.teams import actions, selectors
from chuangcheng.sites.teams.actions import TeamInput
from chuangcheng.sites.teams.models import Team
from tests.sites.registers import make_compound

TODAY = date(2026, 9, 15)


def team_input(city: Any, **more: Any) -> TeamInput:
    return TeamInput(**{
        "name": "永安夜市专班", "lead_unit": city.units["street"], "since": TODAY, "until": TODAY + timedelta(days=60),
        "goal": "占道经营每周不超过 2 起", "division": city.streets[0], **more,
    })  # fmt: skip


@pytest.fixture
def team(small_city: Any, noon: Any) -> Team:
    return actions.set_up_team(actor=SYSTEM, given=team_input(small_city, units=(small_city.units["department"],)))


def test_a_team_stands_where_its_spot_is(team: Team, small_city: Any) -> None:
    assert (team.division, team.state, selectors.spot_name(team)) == (small_city.streets[0], "active", "河东街道")
    assert list(team.units.all()) == [small_city.units["department"]]
    compound = make_compound()
    other = actions.set_up_team(actor=SYSTEM, given=team_input(small_city, division=None, compound=compound))
    assert (other.division, selectors.spot_name(other)) == (compound.division, "和顺小区")
    (event,) = Event.objects.filter(subject_kind="team", subject_id=team.pk)
    assert "夜市" not in str(event.after) and "占道" not in str(event.after)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"division": None}, r"team\.one_spot"), ({"until": TODAY - timedelta(days=1)}, r"team\.bad_days"),
     ({"until": TODAY + timedelta(days=367)}, r"team\.bad_days"), ({"name": ""}, r"sites\.missing"),
     ({"goal": " "}, r"sites\.missing")],
)  # fmt: skip
def test_what_cannot_be_set_up(small_city: Any, noon: Any, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        actions.set_up_team(actor=SYSTEM, given=team_input(small_city, **wrong))
    with pytest.raises(Refused, match=r"team\.one_spot"):
        actions.set_up_team(actor=SYSTEM, given=team_input(small_city, compound=make_compound()))
    assert not Team.objects.exists()


def test_who_may(personas: dict[str, Actor], small_city: Any, team: Team) -> None:
    for role in ("office", "district"):
        assert actions.set_up_team(actor=personas[role], given=team_input(small_city)).pk
    for role in ("leader", "subcommand", "department", "street", "community", "grid", "inspector", "auditor"):
        for refused in (
            lambda: actions.set_up_team(actor=personas[role], given=team_input(small_city)),  # noqa: B023
            lambda: actions.end_team(actor=personas[role], team_id=team.pk, result="reached"),  # noqa: B023
            lambda: actions.prolong_team(actor=personas[role], team_id=team.pk, until=TODAY),  # noqa: B023
        ):
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                refused()
        assert selectors.moves_for(personas[role], team) == []
    assert not selectors.visible_to(personas["street2"]).filter(pk=team.pk).exists()
    assert selectors.get_team_for(personas["street"], team.pk) == team


def test_a_team_gets_more_time_and_never_less(team: Team) -> None:
    longer = actions.prolong_team(actor=SYSTEM, team_id=team.pk, until=TODAY + timedelta(days=90))
    assert longer.until == TODAY + timedelta(days=90)
    for until in (TODAY + timedelta(days=90), TODAY, TODAY + timedelta(days=400)):
        with pytest.raises(Refused, match=r"team\.bad_days"):
            actions.prolong_team(actor=SYSTEM, team_id=team.pk, until=until)
    with pytest.raises(Refused, match=r"state\.missing"):
        actions.prolong_team(actor=SYSTEM, team_id=team.pk, until=None)


@pytest.mark.parametrize("result", sorted(TEAM_RESULTS))
def test_a_team_ends_with_a_result(team: Team, result: str) -> None:
    ended = actions.end_team(actor=SYSTEM, team_id=team.pk, result=result, text="夜市已入室")
    assert (ended.state, ended.result, ended.ended_on) == ("ended", result, TODAY)
    assert "夜市" not in str(Event.objects.latest("id").after)
    for again in (
        lambda: actions.end_team(actor=SYSTEM, team_id=team.pk, result=result),
        lambda: actions.prolong_team(actor=SYSTEM, team_id=team.pk, until=TODAY + timedelta(days=80)),
    ):
        with pytest.raises(Refused, match=r"state\.move_refused"):
            again()
    assert {move.name for move in TEAM.moves_from("ended")} == set()


def test_an_end_needs_a_known_result(team: Team) -> None:
    for result, code in (("", r"state\.missing"), ("great", r"sites\.unknown_choice")):
        with pytest.raises(Refused, match=code):
            actions.end_team(actor=SYSTEM, team_id=team.pk, result=result)


def test_members_change_while_it_works(team: Team, personas: dict[str, Actor], small_city: Any) -> None:
    person, post = Person.objects.get(username="street"), Post.objects.get(person__username="street")
    changed = actions.change_members(
        actor=SYSTEM, team_id=team.pk, leader=post, units=(small_city.units["street2"],), members=(person,)
    )
    assert (changed.leader, list(changed.members.all())) == (post, [person])
    assert list(changed.units.all()) == [small_city.units["street2"]]
    actions.end_team(actor=SYSTEM, team_id=team.pk, result="reached")
    with pytest.raises(Refused, match=r"team\.ended"):
        actions.change_members(actor=SYSTEM, team_id=team.pk, leader=None, units=(), members=())


def test_the_projection_holds(team: Team) -> None:
    projection = registered()["teams"]
    assert list(projection.check()) == []
    Team.objects.update(state="ended", until=TODAY)
    assert len(list(projection.check())) == 2
    projection.rebuild()
    assert list(projection.check()) == []
