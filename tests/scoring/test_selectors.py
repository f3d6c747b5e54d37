"""Totals with their coverage, the tree, units, and the rows behind a figure."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.framework.models import Edition
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.problems import Refused
from chuangcheng.scoring import projector, selectors
from chuangcheng.scoring.models import DailyTotal
from tests.scoring.world import NOW, World


@pytest.fixture
def scored(world: World) -> World:
    """S1 3/4 (of 48 points), S2 1/2 (of 32), S3 nothing (of 20)."""
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    world.visit("M1", {"I1": "A", "I3": "A"})
    second = world.visit("M2", {"I1": "C#", "I3": "C#"})
    world.visit("M2", {"I1": "A"}, days_ago=40)
    # S1: M1 1, M2 0 → 1/2; with the failure put right: 1. Then three overdue cases: 1 − 3/50
    world.case(check=second.checks.get(item__code="I1"), state="closed", outcome="fixed", community=2)
    for _ in range(3):
        world.case(due_days=-1, standard=world.standards["S1"], holder=world.city.units["department"])
    world.project()
    return world


def test_a_total_never_comes_without_its_coverage(scored: World) -> None:
    total = selectors.total(scored.edition)
    # (48 × 47/50 + 32 × 1/2) / 80 × 100
    assert total.points == (48 * Fraction(47, 50) + 16) / 80 * 100
    assert total.coverage == Fraction(80, 100)
    assert total.found == Fraction(50)
    assert total.as_of == NOW
    assert total.known


def test_without_facts_there_is_no_total(world: World) -> None:
    total = selectors.total(world.edition)
    assert (total.points, total.coverage, total.as_of, total.known) == (0, 0, None, False)


def test_the_oldest_score_dates_the_total(scored: World) -> None:
    with clock.at(NOW + timedelta(hours=1)):
        projector.mark_codes(["S2"])
        projector.project()
    assert selectors.total(scored.edition).as_of == NOW


def test_each_area_has_its_total(scored: World) -> None:
    streets = scored.city.streets
    areas = selectors.by_area(scored.edition, "street")
    # the overdue cases lie in the first street: S1 1 − 3/50, S2 1
    assert areas[streets[0].pk].points == (48 * Fraction(47, 50) + 32) / 80 * 100
    assert areas[streets[1].pk].points == Fraction(48, 80) * 100
    for street in streets:
        assert selectors.total(scored.edition, "street", street.pk) == areas[street.pk]
    assert (
        selectors.by_area(scored.edition, "district")[scored.city.district.pk].points
        == selectors.total(scored.edition).points
    )


def test_units_answer_for_their_own_facts(scored: World) -> None:
    units = {row.unit.code: row for row in selectors.by_unit(scored.edition)}
    assert set(units) == {"U-990101001", "U-990101002"}  # the department holds cases, but nothing scores it
    assert units["U-990101001"].total.points == 100
    assert units["U-990101002"].total.found == 0
    assert [row.unit.official_order for row in selectors.by_unit(scored.edition)] == [40, 41]


def test_lines_say_what_is_lost_and_what_is_not_known(scored: World) -> None:
    first, second, third = selectors.by_standard(scored.edition)
    assert (first.weight, first.share, first.points, first.lost) == (
        48,
        Fraction(47, 50),
        48 * Fraction(47, 50),
        48 * Fraction(3, 50),
    )
    assert (first.found, first.basis("recovered"), first.basis("overdue")) == (Fraction(1, 2), 1, 3)
    assert (second.weight, second.lost) == (32, 16)
    assert (third.weight, third.share, third.points, third.found, third.lost, third.basis("checks")) == (
        20,
        None,
        None,
        None,
        0,
        0,
    )
    assert [line.standard.code for line in selectors.biggest_losses(scored.edition)] == ["S2", "S1"]
    assert len(selectors.biggest_losses(scored.edition, 1)) == 1


def test_the_tree_adds_up(scored: World) -> None:
    civ, minors = selectors.by_project(scored.edition)
    assert (civ.node.code, civ.total.coverage) == ("CIV", 1)
    assert civ.total.points == selectors.total(scored.edition).points
    assert not minors.total.known
    content = civ.branches[0].branches[0]
    assert [line.standard.code for line in content.lines] == ["S1", "S2"]
    assert civ.branches[0].total == content.total == civ.total
    assert civ.lines == []


def test_pages_cost_few_queries(scored: World) -> None:
    for call, most in (
        (lambda: selectors.total(scored.edition), 2), (lambda: selectors.by_project(scored.edition), 3),
        (lambda: selectors.by_unit(scored.edition), 3), (lambda: selectors.by_area(scored.edition, "street"), 2),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            call()
        assert len(queries) <= most


def test_the_trend_is_day_by_day(world: World) -> None:
    for day in (3, 1, 2):
        DailyTotal.objects.create(edition=world.edition, day=date(2026, 9, day), points=70 + day, coverage=0.5)
    assert [row.points for row in selectors.trend(world.edition)] == [71, 72, 73]
    assert [row.points for row in selectors.trend(world.edition, date(2026, 9, 2))] == [72, 73]


def test_every_count_of_the_basis_opens_to_its_rows(scored: World) -> None:
    scored.indicator("GREEN", "S2", {"kind": "threshold", "target": "41"}, unit="street")
    scored.reading("GREEN", "30", month=7)
    scored.reading("GREEN", "45")
    scored.reading("GREEN", "40", division=scored.city.streets[0])
    scored.project()
    for score in scored.edition.scores.all():
        behind = selectors.rows_behind(score)
        counts = {name: rows.count() for name, rows in behind.items()}
        told = {name: score.basis[name] for name in ("checks", "failed", "recovered", "readings", "overdue")}
        assert counts == told, (score.standard.code, score.scope_kind)


def test_the_rows_behind_a_score_are_those_of_its_instant(scored: World) -> None:
    score = scored.score("S1")
    scored.visit("M1", {"I1": "B"}, days_ago=-1)
    behind = selectors.rows_behind(score)
    assert {check.visit.site.code for check in behind["checks"]} == {"M1", "M2"}
    assert max(check.visit.finished_at for check in behind["checks"]) <= NOW
    assert behind["overdue"].count() == 3


def test_scores_are_seen_with_the_right_only(scored: World, personas: Any) -> None:
    for name in ("office", "leader", "street", "inspector", "auditor"):
        assert selectors.get_score_for(personas[name], scored.edition, "S1").share == Fraction(47, 50)
    for actor in (personas["grid"], CITIZEN):
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_score_for(actor, scored.edition, "S1")
    for code in ("S3", "NONE"):
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_score_for(personas["office"], scored.edition, code)


def test_scopes_have_names(world: World) -> None:
    assert selectors.scope_name("street", world.city.streets[0].pk) == "河东街道"
    assert selectors.scope_name("unit", world.city.units["department"].pk) == "城市管理局"
    assert selectors.scope_name("city", world.city.city.pk) == ""
    assert selectors.scope_name("unit", world.city.city.pk) == ""


def test_an_edition_without_scores_covers_nothing(world: World) -> None:
    other = Edition.objects.create(code="OTHER", name_zh="别的", version="1")
    assert selectors.by_standard(other) == []
    assert selectors.by_unit(other) == []
    assert not selectors.total(other).known


def test_without_a_reading_of_the_city_its_divisions_speak(scored: World) -> None:
    scored.indicator("GREEN", "S3", {"kind": "threshold", "target": "41"})
    for street, value in zip(scored.city.streets, ("45", "30"), strict=True):
        scored.reading("GREEN", "1", month=6, division=street)
        scored.reading("GREEN", value, division=street)
    scored.project()
    behind = selectors.rows_behind(scored.score("S3"))["readings"]
    assert {str(reading.value) for reading in behind} == {"45.0000", "30.0000"}
    street = scored.score("S3", "street", scored.city.streets[0].pk)
    assert [str(reading.value) for reading in selectors.rows_behind(street)["readings"]] == ["45.0000"]
