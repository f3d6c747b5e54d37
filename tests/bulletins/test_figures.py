"""Every figure of the week, reckoned by hand, with the way down to its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.bulletins import figures, links
from chuangcheng.kernel import clock
from tests.bulletins.week import MONDAY
from tests.scoring.world import NOW


@pytest.fixture
def found(week: Any) -> figures.Figures:
    with clock.at(NOW):
        return figures.assemble(week.edition, MONDAY)


def test_the_counts_of_the_week(found: figures.Figures) -> None:
    counts = {name: figure["value"] for name, figure in found.items() if not isinstance(figure["value"], list)}
    assert counts == {
        "reports_received": 4, "reports_taken": 2, "reports_refused": 1,
        "cases_filed": 2, "cases_closed": 2, "cases_due": 3, "cases_on_time": 1, "on_time_rate": 33.3, "cases_overdue": 3,
        "visits": 2, "sites_visited": 2, "checks": 4, "failed_checks": 2,
        # S1: M1 (1 + 66/100)/2 = 83/100, M2 1/2; S2: M1 66/100, M2 0. Overdue cases carry no standard.
        # (48 × 133/200 + 32 × 33/100) / 80 = 53.1; covered 80 of 100 points
        "score": 53.1, "coverage": 80.0, "score_change": -6.9,
    }  # fmt: skip


def test_every_figure_has_a_label_an_instant_and_an_address(found: figures.Figures) -> None:
    for name, figure in found.items():
        assert set(figure) == {"label", "value", "url", "as_of"}, name
        assert figure["label"]["zh"]
        assert figure["label"]["en"]
        assert datetime.fromisoformat(figure["as_of"]) == NOW


def test_the_league_of_the_week(found: figures.Figures) -> None:
    rows = found["league"]["value"]
    assert [(row["rank"], row["street"]) for row in rows] == [(1, "河东街道"), (2, "河西街道")]
    east, west = rows
    # 50 × 83/100 + 30 × 1/3 + 10 × 1/2 + 10 × 1 = 66.5
    assert (east["score"], east["site_score"], east["on_time"], east["rework"], east["coverage"]) == (
        66.5,
        83.0,
        33.3,
        50.0,
        100.0,
    )
    # nothing due, nothing closed: (50 × 1/2 + 10) / 60
    assert (west["score"], west["on_time"], west["rework"]) == (58.33, None, None)


def test_the_tables_of_the_week(found: figures.Figures) -> None:
    def rows(name: str) -> list[dict[str, Any]]:
        return [{key: value for key, value in row.items() if key != "url"} for row in found[name]["value"]]

    assert rows("categories") == [{"category": "暴露垃圾", "cases": 2}]
    assert rows("overdue_units") == [{"unit": "河东街道", "cases": 2}, {"unit": "城市管理局", "cases": 1}]
    assert rows("relapses") == [{"site": "M1", "unit": "河东街道", "items": 1}]
    # lost: S2 32 × 67/100 = 21.44, S1 48 × 67/200 = 16.08
    assert [(row["standard"], row["lost"], row["failed"]) for row in rows("focus")] == [
        ("S2", 21.44, 2),
        ("S1", 16.08, 2),
    ]


def test_a_week_that_is_over_ends_at_its_midnight(week: Any) -> None:
    from datetime import timedelta

    later = NOW + timedelta(days=30)
    with clock.at(later):
        found = figures.assemble(week.edition, MONDAY)
    assert found["visits"]["value"] == 2
    assert found["cases_overdue"]["as_of"] == "2026-09-21T00:00:00+08:00"
    # the case due on Wednesday was open then
    assert found["cases_overdue"]["value"] == 4


def test_an_empty_week_says_nothing_rather_than_nought(world: Any) -> None:
    with clock.at(NOW):
        found = figures.assemble(world.edition, MONDAY)
    assert found["on_time_rate"]["value"] is None
    assert found["score"]["value"] is None
    assert found["score_change"]["value"] is None
    assert found["reports_received"]["value"] == 0
    assert found["focus"]["value"] == []


def test_the_report_costs_a_bounded_number_of_queries(week: Any) -> None:
    with clock.at(NOW), CaptureQueriesContext(connection) as queries:
        figures.assemble(week.edition, MONDAY)
    assert len(queries) <= 40


def test_shares_are_rounded_as_offices_do() -> None:
    from fractions import Fraction

    assert figures.percent(Fraction(1, 3)) == 33.3
    assert figures.percent(Fraction(2, 3)) == 66.7
    assert figures.percent(Fraction(1, 2000)) == 0.1  # half up
    assert figures.percent(Fraction(1)) == 100.0


def test_addresses_carry_their_filters() -> None:
    assert links.days("filed", MONDAY, MONDAY.replace(day=21)) == {"filed_from": "2026-09-14", "filed_to": "2026-09-20"}
    assert links.address("no:such_page", a=1) == ""
    bare = links.address("healthz")
    assert links.address("healthz", a="", b=None) == bare
    assert links.address("healthz", status="overdue", unit=3) == f"{bare}?status=overdue&unit=3"
