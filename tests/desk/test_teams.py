"""Teams on the desk: their cases, their weeks before and since, their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.compound_work import effect_of
from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.sites.models import Site
from chuangcheng.sites.teams import actions
from chuangcheng.sites.teams.models import Team
from tests.conftest import NOON
from tests.sites.registers import make_compound
from tests.sites.test_teams import team_input

Sign = Callable[[str], Client]
BEGUN = date(2026, 8, 31)  # a Monday, 15 days before noon


@pytest.fixture
def team(small_city: Any, noon: Any, make_site: Callable[[str], Site]) -> Team:
    """At a market since Monday 31 August: three cases a week before, one a week since."""
    site = make_site("street")
    given = team_input(small_city, division=None, site=site, since=BEGUN, until=date(2026, 9, 10))
    row = actions.set_up_team(actor=SYSTEM, given=given)
    for week in range(-8, 3):
        for number in range(3 if week < 0 else 1):
            filed = datetime(2026, 8, 31, 9, 0, tzinfo=CITY_ZONE) + timedelta(weeks=week, days=number)
            if filed <= NOON:
                Case.objects.create(number=f"AJ{week}{number}", text="占道", source="patrol", filed_at=filed, site=site,
                                    division_path=small_city.communities[0].path)  # fmt: skip
    return row


def url(row: Team, name: str = "team", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


def test_weeks_before_and_since_by_hand(team: Team) -> None:
    effect = effect_of(Case.objects.all(), team, clock.now())
    assert (effect.before, effect.since) == (3.0, 1.0)
    assert [week.filed for week in effect.weeks] == [3] * 8 + [1, 1, 1]
    assert [week.under_team for week in effect.weeks] == [False] * 8 + [True] * 3
    assert effect.weeks[0].monday == BEGUN - timedelta(weeks=8)


def test_a_team_of_yesterday_has_no_mean_yet(small_city: Any, noon: Any) -> None:
    row = actions.set_up_team(actor=SYSTEM, given=team_input(small_city))
    effect = effect_of(Case.objects.all(), row, clock.now())
    assert (effect.before, effect.since) == (0.0, None)


def test_every_week_leads_to_its_cases(as_persona: Sign, team: Team) -> None:
    client = as_persona("office")
    page = client.get(url(team))
    for week, address in page.context["weeks"]:
        assert len(client.get(address).context["listing"].rows) == week.filed
    listed = client.get(page.context["cases_url"]).context["listing"]
    assert listed.count == Case.objects.count()
    assert "期限已过，还没有结束" in page.content.decode()


def test_spots_of_other_kinds_have_their_filters(as_persona: Sign, small_city: Any, noon: Any) -> None:
    client, compound = as_persona("office"), make_compound()
    area = actions.set_up_team(actor=SYSTEM, given=team_input(small_city))
    home = actions.set_up_team(actor=SYSTEM, given=team_input(small_city, division=None, compound=compound))
    assert "area=990100" in client.get(url(area)).context["cases_url"]
    assert "compound=XQ001" in client.get(url(home)).context["cases_url"]
    assert len(client.get("/desk/teams/").context["listing"].rows) == 2


FORM = {"name": "夜市专班", "since": "2026-09-15", "until": "2026-10-15", "goal": "清零"}


def test_a_team_is_set_up_by_hand(as_persona: Sign, small_city: Any, noon: Any, personas: Any) -> None:
    client, units = as_persona("district"), small_city.units
    form = {**FORM, "lead_unit": str(units["street"].pk), "units": [str(units["department"].pk)], "leader": "street",
            "members": "grid community", "division": str(small_city.streets[0].pk)}  # fmt: skip
    assert client.get("/desk/teams/new/").status_code == 200
    for wrong in ({"leader": "department"}, {"members": "nobody"}, {"site_code": "moon"}, {"compound_code": "moon"},
                  {"division": ""}, {"until": "2026-09-01"}):  # fmt: skip
        assert client.post("/desk/teams/new/", {**form, **wrong}).status_code == 422, wrong
    assert client.post("/desk/teams/new/", form).status_code == 302
    row = Team.objects.get()
    assert row.leader is not None and row.leader.person.username == "street" and row.members.count() == 2
    html = client.get(url(row)).content.decode()
    assert "张street" in html and "张grid" in html and "城市管理局" in html
    assert as_persona("street").get("/desk/teams/new/").status_code == 403


def test_more_time_and_the_end(as_persona: Sign, team: Team) -> None:
    client = as_persona("office")
    assert client.post(url(team, "team_move", "prolong"), {"until": "2026-10-31"}).status_code == 302
    assert client.post(url(team, "team_move", "prolong"), {"until": "2026-10-01"}).status_code == 422
    assert client.post(url(team, "team_move", "end"), {"result": "reached", "text": "已入室"}).status_code == 302
    assert client.post(url(team, "team_move", "end"), {"result": "reached"}).status_code == 409
    assert client.get(url(team, "team_move", "moon")).status_code == 404
    html = client.get(url(team)).content.decode()
    assert "达到目标" in html and "已入室" in html
    assert as_persona("street2").get(url(team)).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("q=夜市", 1), ("q=无", 0), ("state=ended", 0), ("late=yes", 1), ("area=990100/990101/990101002/", 0),
     ("sort=until", 1)],
)  # fmt: skip
def test_the_list(as_persona: Sign, team: Team, query: str, found: int) -> None:
    assert len(as_persona("office").get(f"/desk/teams/?{query}").context["listing"].rows) == found


@pytest.mark.parametrize("path", ["/desk/teams/", "page"])
def test_pages_cost_few_queries(as_persona: Sign, team: Team, path: str, django_assert_max_num_queries: Any) -> None:
    client, address = as_persona("street"), url(team) if path == "page" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, team: Team) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    page = client.get("/desk/teams/")
    assert all(str(head.column.label).isascii() for head in page.context["listing"].heads)
    assert "A week before" in client.get(url(team)).content.decode()
