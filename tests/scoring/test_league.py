"""The horse race of streets, reckoned by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel import clock
from chuangcheng.scoring import league
from chuangcheng.scoring.league import LeagueRow
from tests.scoring.world import NOW, World

WEEK = (date(2026, 9, 14), date(2026, 9, 21))


def table(world: World) -> dict[str, LeagueRow]:
    with clock.at(NOW):
        return {row.division.name: row for row in league.league(world.edition, *WEEK)}


@pytest.fixture
def raced(world: World) -> World:
    """河东: visits 80 and 90, 2 of 3 closed on time, 1 of 2 right first time, 1 of 2 sites. 河西: one visit of 90."""
    closed = {"state": "closed", "closed_at": NOW - timedelta(hours=2)}
    world.site("M1")
    world.site("M2", community=1)
    world.site("M3", community=2, unit="street2")
    world.visit("M1", {}, days_ago=1, score="80")
    world.visit("M1", {}, days_ago=0.5, score="90")
    world.visit("M3", {}, days_ago=1, score="90")
    world.visit("M2", {}, days_ago=5, score="10")  # last week
    world.case(due_days=-0.5, on_time=True, **closed)
    world.case(due_days=-0.2, on_time=True, rework_count=1, **closed)
    world.case(due_days=-0.1)
    world.case(due_days=-8, on_time=False, state="closed", closed_at=NOW - timedelta(days=7))
    world.case(due_days=-0.1, state="void")
    world.case(due_days=-0.1, state="suspended")
    world.case(due_days=3)
    return world


def test_the_parts_and_the_score(raced: World) -> None:
    east, west = table(raced)["河东街道"], table(raced)["河西街道"]
    assert {name: part.share for name, part in east.parts.items()} == {
        "site_score": Fraction(85, 100), "on_time": Fraction(2, 3), "rework": Fraction(1, 2), "coverage": Fraction(1, 2),
    }  # fmt: skip
    # 50 × 17/20 + 30 × 2/3 + 10 × 1/2 + 10 × 1/2 = 42.5 + 20 + 5 + 5
    assert east.score == Fraction(145, 2)
    assert east.parts["on_time"].earned == 20
    assert {name: part.share for name, part in west.parts.items()} == {
        "site_score": Fraction(9, 10), "on_time": None, "rework": None, "coverage": Fraction(1),
    }  # fmt: skip
    assert west.score == (50 * Fraction(9, 10) + 10) / 60 * 100
    assert west.parts["on_time"].earned is None
    assert (west.rank, east.rank) == (1, 2)
    assert east.unit is not None
    assert east.unit.code == "U-990101001"


def test_every_figure_opens_to_its_rows(raced: World) -> None:
    with clock.at(NOW):
        for row in league.league(raced.edition, *WEEK):
            for name, part in row.parts.items():
                behind = league.rows_behind(row, name, *WEEK)
                assert behind["all"].count() == part.denominator
                if name != "site_score":  # a mean, no count
                    assert behind["counted"].count() == part.numerator


def test_equal_streets_share_a_rank_and_stand_in_official_order(world: World) -> None:
    for code, community, unit in (("M1", 0, "street"), ("M3", 2, "street2")):
        world.site(code, community=community, unit=unit)
        world.visit(code, {}, score="70")
    assert [(row.rank, row.division.name) for row in table(world).values()] == [(1, "河东街道"), (1, "河西街道")]


def test_a_street_without_data_has_no_rank(world: World) -> None:
    world.site("M1")
    world.visit("M1", {}, score="70")
    rows = table(world)
    assert (rows["河西街道"].score, rows["河西街道"].rank) == (None, None)
    assert list(rows)[-1] == "河西街道"


def test_a_city_writes_its_own_points(raced: World) -> None:
    raced.edition.rules = {
        **raced.edition.rules,
        "league": {"site_score": "0", "on_time": "100", "rework": 0, "coverage": 0},
    }
    assert table(raced)["河东街道"].score == Fraction(200, 3)
    assert table(raced)["河西街道"].score is None
    assert "按期结案率（期内到期的案件）100 分" in league.formula(raced.edition).zh
    assert "(cases due in the period) 100" in league.formula(raced.edition).en


def test_the_period_follows_the_city_s_days(world: World) -> None:
    world.site("M1")
    midnight = NOW.replace(hour=0)
    for offset, score in ((timedelta(seconds=-1), "10"), (timedelta(0), "90")):
        visit = world.visit("M1", {}, score=score)
        visit.finished_at = midnight + offset
        visit.save()
    with clock.at(NOW):
        today = league.league(world.edition, NOW.date(), NOW.date() + timedelta(days=1))
        yesterday = league.league(world.edition, NOW.date() - timedelta(days=1), NOW.date())
    assert today[0].parts["site_score"].share == Fraction(9, 10)
    assert yesterday[0].parts["site_score"].share == Fraction(1, 10)


def test_cases_that_will_be_due_are_not_yet_counted(world: World) -> None:
    world.case(due_days=1)
    with clock.at(NOW):
        rows = league.league(world.edition, *WEEK)
    assert all(row.parts["on_time"].denominator == 0 for row in rows)


def test_a_closed_site_need_not_be_visited(world: World) -> None:
    world.site("M1").state = "closed"
    world.sites["M1"].save()
    assert table(world)["河东街道"].parts["coverage"].denominator == 0


def test_the_league_costs_few_queries(raced: World) -> None:
    with clock.at(NOW), CaptureQueriesContext(connection) as queries:
        league.league(raced.edition, *WEEK)
    assert len(queries) <= 6


def test_weeks_begin_on_monday() -> None:
    for day in range(14, 21):
        assert league.week_of(date(2026, 9, day)) == WEEK


def test_labels_speak_both_languages(raced: World) -> None:
    for part in table(raced)["河东街道"].parts.values():
        assert part.label.zh
        assert part.label.en
    assert set(league.LABELS) == set(league.DEFAULT_POINTS)


def test_ranks_skip_after_a_tie() -> None:
    from types import SimpleNamespace

    def row(code: str, score: Any) -> LeagueRow:
        return LeagueRow(SimpleNamespace(code=code), None, {}, score, None)  # type: ignore[arg-type]

    ranked = league._ranked([row("a", Fraction(1)), row("b", Fraction(2)), row("c", Fraction(2)), row("d", None)])
    assert [(found.division.code, found.rank) for found in ranked] == [("b", 1), ("c", 1), ("a", 3), ("d", None)]
