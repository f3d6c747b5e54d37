"""Days at the ends of the calendar, days that are none, and a period turned round: every page answers, none breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.desk.cases import rates
from chuangcheng.desk.scoring import scores
from chuangcheng.kernel.actor import Actor
from chuangcheng.web.tables import offered as lists
from tests.conftest import NOON

EDGES = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
NO_DAYS = (
    "2026-02-30",
    "2026-13-01",
    "yesterday",
    "10000-01-01",
    "-001-01-01",
    "2026-09-15T00:00:00Z",
    "２０２６-01-01x",
)


@pytest.fixture
def listed(personas: dict[str, Actor], noon: object) -> dict[str, lists.Offered]:
    """Every list that a door offers."""
    lists.offered("cases")
    return dict(lists._offered)


@pytest.mark.parametrize("day", [*EDGES, *NO_DAYS])
def test_a_list_with_a_day_from_the_edge_of_the_calendar_is_a_list(
    listed: dict[str, lists.Offered], personas: dict[str, Actor], day: str
) -> None:
    looked = 0
    for wanted in listed.values():
        for each in wanted.listing.filters:
            if each.kind == "date":
                request = lists.request_of(personas["office"], f"{each.key}={day}")
                assert list(wanted.narrowed(request)[:1]) == [], (wanted.listing.key, each.key)
                looked += 1
    assert looked >= 10


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("desk:rates", "to=0001-01-01"), ("desk:rates", "from=9999-12-31&to=9999-12-31"), ("desk:rates", "from=2199-12-01&to=2199-12-31"),
        ("desk:scores", "start=9999-12-31&end=9999-12-31"), ("desk:league", "start=0001-01-01&end=0001-01-01"),
    ],
)  # fmt: skip
def test_pages_of_figures_answer_whatever_day_is_named(
    as_persona: Callable[[str], Client], edition: object, name: str, query: str
) -> None:
    assert as_persona("office").get(f"{reverse(name)}?{query}").status_code == 200


class TestRates:
    TODAY = NOON.date()

    @pytest.mark.parametrize(
        ("first", "last", "period", "found"),
        [
            ("2026-09-01", "2026-09-05", "", (date(2026, 9, 1), date(2026, 9, 5), "")), ("2026-09-05", "2026-09-05", "", (date(2026, 9, 5), date(2026, 9, 5), "")),
            ("", "2026-08-31", "", (date(2026, 8, 2), date(2026, 8, 31), "")), ("2026-09-01", "", "", (date(2026, 9, 1), TODAY, "")),
            ("2026-09-01", "2026-09-05", "week", (TODAY - timedelta(6), TODAY, "week")), ("", "", "", (TODAY - timedelta(29), TODAY, "month")),
            ("2026-09-06", "2026-09-05", "", None), ("2026-09-16", "", "", None), ("1900-12-31", "1901-01-02", "", None), ("0001-01-01", "", "", None),
            ("", "0001-01-01", "", None), ("", "0001-01-30", "", None), ("9999-12-31", "9999-12-31", "", None), ("x", "2026-09-05", "", None),
            ("", "", "decade", (TODAY - timedelta(29), TODAY, "month")), ("", "", "year", (TODAY - timedelta(364), TODAY, "year")),
        ],
    )  # fmt: skip
    def test_named_days_or_the_last_thirty(
        self, noon: object, first: str, last: str, period: str, found: tuple[date, date, str] | None
    ) -> None:
        month = (self.TODAY - timedelta(29), self.TODAY, "month")
        assert rates._days(first, last, period) == (found or month)

    @pytest.mark.parametrize(("spare", "is_named"), [(0, True), (1, False)])
    def test_the_longest_period(self, noon: object, spare: int, is_named: bool) -> None:
        first = date(2020, 1, 1)
        last = first + rates.LONGEST + timedelta(days=spare)
        found = rates._days(first.isoformat(), last.isoformat(), "")
        assert (found == (first, last, "")) is is_named


class TestScores:
    @pytest.mark.parametrize(
        ("query", "days", "code"),
        [
            ("start=2026-09-01&end=2026-09-05", (date(2026, 9, 1), date(2026, 9, 6)), ""), ("start=2026-09-05&end=2026-09-01", None, "month"),
            ("start=2026-09-01", None, "month"), ("start=9999-12-31&end=9999-12-31", None, "month"), ("start=9999-12-30&end=9999-12-31", None, "month"), ("start=2199-12-30&end=2199-12-31", (date(2199, 12, 30), date(2200, 1, 1)), ""),
            ("start=1900-12-31&end=1901-01-01", None, "month"),
            ("period=week", None, "week"), ("period=moon", None, "month"), ("start=x&end=2026-09-05&period=quarter", None, "quarter"),
        ],
    )  # fmt: skip
    def test_named_days_or_an_offered_period(
        self, noon: object, query: str, days: tuple[date, date] | None, code: str
    ) -> None:
        from django.test import RequestFactory

        request: Any = RequestFactory().get(f"/?{query}")
        start, end, found = scores._period(request)
        length = {"week": 7, "month": 30, "quarter": 92}.get(code, 0)
        tomorrow = NOON.date() + timedelta(days=1)
        assert (start, end, found) == (*(days or (tomorrow - timedelta(days=length), tomorrow)), code)
