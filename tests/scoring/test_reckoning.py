"""Scopes, ranks, weeks and figures in words without a database, and the method against a reckoning of its own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.bulletins import document, links
from chuangcheng.framework.models import Edition
from chuangcheng.patrols.facts import score_of
from chuangcheng.people.selectors import prefixes
from chuangcheng.scoring import league
from chuangcheng.scoring.league import DEFAULT_POINTS, LeagueRow, Part
from chuangcheng.scoring.method import Cell, Finding, SiteResult, Weights, settle
from chuangcheng.scoring.scopes import CITY, Territory

DISTRICT, STREET, UNIT = (UUID(int=number) for number in (1, 2, 3))
TERRITORY = Territory({"c/d/": ("district", DISTRICT), "c/d/s/": ("street", STREET)})


@pytest.mark.parametrize(
    ("path", "unit", "scopes"),
    [
        ("", None, [CITY]), ("c/", None, [CITY]), ("c/d/", None, [CITY, ("district", DISTRICT)]),
        ("c/d/s/", UNIT, [CITY, ("district", DISTRICT), ("street", STREET), ("unit", UNIT)]),
        ("c/d/s/k/", None, [CITY, ("district", DISTRICT), ("street", STREET)]), ("c/x/s/", UNIT, [CITY, ("unit", UNIT)]),
    ],
)  # fmt: skip
def test_for_whom_a_fact_counts(path: str, unit: UUID | None, scopes: list[tuple[str, UUID]]) -> None:
    assert list(TERRITORY.scopes(path, unit)) == scopes


@pytest.mark.parametrize(
    ("path", "scope"),
    [("c/", CITY), ("x/", CITY), ("c/d/", ("district", DISTRICT)), ("c/d/s/", ("street", STREET)), ("c/d/s/k/", None), ("c/x/", None)],
)  # fmt: skip
def test_what_a_division_is_itself(path: str, scope: object) -> None:
    assert TERRITORY.of_division(path) == scope


@given(st.lists(st.text("ab1", min_size=1, max_size=3), max_size=5))
def test_a_path_lies_below_each_of_its_prefixes_and_the_last_is_itself(codes: list[str]) -> None:
    path = "".join(f"{code}/" for code in codes)
    found = prefixes(path)
    assert len(found) == len(codes) and all(path.startswith(one) for one in found)
    assert found == sorted(found, key=len) and (not found or found[-1] == path)


def row(code: str, score: Fraction | None, order: int | None) -> LeagueRow:
    unit = None if order is None else SimpleNamespace(official_order=order)
    return LeagueRow(SimpleNamespace(code=code), unit, {}, score, None)  # type: ignore[arg-type]


SCORES = st.lists(st.none() | st.sampled_from([Fraction(n, 3) for n in (100, 150, 200, 299)]), max_size=8)


@given(SCORES, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_equal_scores_share_a_rank_and_the_next_one_counts_those_before(
    scores: list[Fraction | None], chance: object
) -> None:
    rows = [row(f"s{n}", score, n % 3 or None) for n, score in enumerate(scores)]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ranked = league._ranked(shuffled)
    assert [(one.division.code, one.rank) for one in ranked] == [
        (one.division.code, one.rank) for one in league._ranked(rows)
    ]
    known = [one.score for one in ranked if one.score is not None]
    assert known == sorted(known, reverse=True) and all(one.score is None for one in ranked[len(known) :])
    for one in ranked:
        better = sum(score > one.score for score in known) if one.score is not None else None
        assert one.rank == (None if better is None else better + 1)


def test_equal_rows_stand_in_official_order_and_those_without_an_office_last() -> None:
    rows = [
        row("s9", Fraction(1), None),
        row("s2", Fraction(1), 7),
        row("s3", Fraction(1), 2),
        row("s1", Fraction(1), 7),
    ]
    assert [one.division.code for one in league._ranked(rows)] == ["s3", "s1", "s2", "s9"]
    assert [one.division.code for one in league._ranked([row("a", None, 1), row("b", Fraction(0), 9)])] == ["b", "a"]


@pytest.mark.parametrize(
    ("given_points", "found"),
    [({}, DEFAULT_POINTS), ({"site_score": "60"}, {**DEFAULT_POINTS, "site_score": "60"}), ({"rework": 0.1}, {**DEFAULT_POINTS, "rework": "0.1"}),
     ({"luck": "99"}, DEFAULT_POINTS)],
)  # fmt: skip
def test_points_of_the_edition_or_ours_and_the_sentence_says_them(
    given_points: dict[str, object], found: dict[str, str]
) -> None:
    edition = Edition(rules={"league": given_points})
    points = league.points_of(edition)
    assert points == {name: Fraction(value) for name, value in found.items()}
    said = league.formula(edition)
    for value in points.values():
        assert str(value) in said.zh and str(value) in said.en


@given(st.integers(0, 100), st.integers(0, 20), st.integers(1, 20))
def test_a_part_earns_its_share_of_its_points(points: int, numerator: int, denominator: int) -> None:
    part = Part("on_time", Fraction(points), Fraction(numerator), denominator)
    assert part.earned == Fraction(points * numerator, denominator)
    empty = Part("on_time", Fraction(points), Fraction(0), 0)
    assert (empty.share, empty.earned, empty.label) == (None, None, league.LABELS["on_time"])


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_one_week_from_monday_to_monday(day: date) -> None:
    monday, after = league.week_of(day)
    assert monday.weekday() == 0 and after - monday == timedelta(days=7) and monday <= day < after
    assert league.week_of(monday) == league.week_of(after - timedelta(days=1)) == (monday, after)
    assert links.days("filed", monday, after) == {
        "filed_from": monday.isoformat(), "filed_to": (monday + timedelta(days=6)).isoformat(),
    }  # fmt: skip


CHECKS = st.lists(st.tuples(st.sampled_from(["A", "B", "C#", "NA"]), st.integers(0, 5), st.integers(5, 9)), max_size=7)


@given(CHECKS)
@settings(max_examples=60)
def test_a_visits_score_is_the_mean_of_what_applied(checks: list[tuple[str, int, int]]) -> None:
    shares = [Fraction(num, den) for grade, num, den in checks if grade != "NA"]
    found = score_of(checks)
    if not shares:
        assert found is None
    else:
        mean = 100 * sum(shares) / len(shares)
        exact = (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert found == exact and score_of(checks[::-1]) == found


PARTS = st.fractions(0, 1, max_denominator=12)


@given(
    st.lists(st.lists(st.tuples(PARTS, st.booleans()), min_size=1, max_size=3), max_size=3), st.lists(PARTS, max_size=3),
    st.integers(0, 30), st.tuples(PARTS, PARTS, PARTS, PARTS),
)  # fmt: skip
@settings(max_examples=80)
def test_the_method_by_an_independent_reckoning(
    sites: list[list[tuple[Fraction, bool]]], readings: list[Fraction], overdue: int, weights: tuple[Fraction, ...]
) -> None:
    onsite, by_reading, per_overdue, cap = weights
    cell = Cell(
        [SiteResult.of([Finding(share, share < 1, mended and share < 1) for share, mended in rows]) for rows in sites],
        readings, overdue,
    )  # fmt: skip
    result = settle(cell, Weights(onsite, by_reading, per_overdue, cap))
    means = [sum((Fraction(1) if mended else share) for share, mended in rows) / len(rows) for rows in sites]
    parts = [(onsite, sum(means) / len(means))] if means else []
    parts += [(by_reading, sum(readings) / len(readings))] if readings else []
    weight = sum(part for part, _ in parts)
    if not weight:
        assert result is None
        return
    base = sum(part * share for part, share in parts) / weight
    assert result is not None
    assert abs(result.share - max(base - min(cap, per_overdue * overdue), 0)) < Fraction(1, 10**8)
    assert result.basis["checks"] == sum(map(len, sites)) and result.basis["overdue"] == overdue


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "—"), (0, "0"), (0.0, "0"), (100.0, "100"), (92.5, "92.5"), (92.456, "92.46"), (10, "10"), ("甲", "甲"), (1e-9, "0"), (-3.5, "-3.5")],
)  # fmt: skip
def test_a_figure_in_a_sentence(value: object, said: str) -> None:
    assert document.text(value) == said


@pytest.mark.parametrize(("name", "value", "cell"), [("score", 92.5, "92.50"), ("lost", 3.0, "3.00"), ("on_time", 92.46, "92.5"), ("rank", 1, "1"),
                                                     ("street", "河东", "河东"), ("on_time", None, "—")])  # fmt: skip
def test_a_figure_in_a_column_keeps_its_decimals(name: str, value: object, cell: str) -> None:
    assert document._cell(name, value) == cell


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_days_have_no_noughts_before_them(day: date) -> None:
    assert document.day(day) == f"{day.year}年{document.short_day(day)}"
    assert "年0" not in document.day(day) and "月0" not in document.day(day)


@pytest.mark.parametrize(
    ("page", "query", "address"),
    [("desk:cases", {}, "/desk/cases/"), ("desk:cases", {"q": "路 灯", "unit": "", "state": None}, "/desk/cases/?q=%E8%B7%AF+%E7%81%AF"),
     ("desk:nowhere", {"q": "x"}, ""), ("desk:cases", {"limit": 0}, "/desk/cases/?limit=0")],
)  # fmt: skip
def test_addresses_of_rows(page: str, query: dict[str, object], address: str) -> None:
    assert links.address(page, **query) == address
