"""Times and figures as offices write them, and the look of states."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.apps import apps
from django.template import Context, Template
from django.utils.translation import override

from chuangcheng.cases.states import CASE, REPORT
from chuangcheng.web import moments, tones
from tests.conftest import NOON


def test_days_are_written_as_offices_write_them() -> None:
    assert moments.day(date(2026, 11, 22)) == "2026年11月22日"
    assert moments.moment(NOON) == "2026年9月15日 12:00"
    assert moments.day(None) == "—"
    with override("en"):
        assert moments.day(date(2026, 11, 22)) == "22 Nov 2026"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=2), "2026年9月15日 12:00—14:00"),
        (timedelta(0), "2026年9月15日 12:00—12:00"),
        (timedelta(hours=11, minutes=59), "2026年9月15日 12:00—23:59"),
        (timedelta(hours=12), "2026年9月15日 12:00 — 2026年9月16日 00:00"),
        (timedelta(days=120), "2026年9月15日 12:00 — 2027年1月13日 12:00"),
    ],
)
def test_a_span_within_a_day_names_the_day_once(length: timedelta, said: str) -> None:
    """The day is the city's: NOON is four o'clock in the morning at Greenwich, midnight there is no border."""
    assert moments.between(NOON, NOON + length) == said
    page = Template("{% load parts %}{{ first|until:last }}").render(Context({"first": NOON, "last": NOON + length}))
    assert page == said


def test_short_times_name_the_year_only_when_it_is_another() -> None:
    assert moments.short_moment(NOON, NOON) == "09-15 12:00"
    assert moments.short_moment(NOON - timedelta(days=400), NOON) == "2025-08-11"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=2, hours=3, minutes=9), "2天3小时"),
        (timedelta(hours=5), "5小时"),
        (timedelta(minutes=40), "40分钟"),
        (timedelta(seconds=20), "0分钟"),
        (timedelta(days=3, minutes=5), "3天"),
    ],
)
def test_spans_say_their_two_largest_parts(length: timedelta, text: str) -> None:
    assert moments.span(length) == text


def test_time_left_and_time_over() -> None:
    assert moments.time_left(NOON + timedelta(hours=1), NOON) == "还剩 1小时"
    assert moments.time_left(NOON - timedelta(hours=30), NOON) == "超期 1天6小时"


def test_figures() -> None:
    assert moments.percent(Fraction(924, 1000)) == "92.4%"
    assert moments.percent(None) == "—"
    assert moments.figure(Decimal("12345.6"), 1) == "12,345.6"


def test_every_state_has_a_look() -> None:
    for table in (CASE, REPORT):
        assert {(table.name, state.code) for state in table.states} <= set(tones.TONES)


def test_looks_name_real_models() -> None:
    models = {model._meta.model_name for model in apps.get_models()}
    assert {kind for kind, _ in tones.TONES} <= models


@pytest.mark.parametrize(
    ("at", "ended", "on_time", "expected"),
    [
        (None, False, None, "none"), (NOON - timedelta(1), False, None, "overdue"),
        (NOON + timedelta(hours=1), False, None, "soon"), (NOON + timedelta(3), False, None, "running"),
        (NOON, True, True, "met"), (NOON, True, False, "late"), (NOON, True, None, "none"),
    ],
)  # fmt: skip
def test_deadlines(at: object, ended: bool, on_time: bool | None, expected: str) -> None:
    assert tones.deadline(at, NOON, ended=ended, on_time=on_time) == expected  # type: ignore[arg-type]


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_bars_stay_inside_and_write_no_style() -> None:
    html = render("{% bar share %}", share=1.7)
    assert 'width="100.00"' in html and "style" not in html


def test_a_trend_needs_two_points() -> None:
    assert "polyline" in render("{% spark values 'x' %}", values=[1, None, 3])
    assert "polyline" not in render("{% spark values 'x' %}", values=[1])


def test_grades_keep_their_letter() -> None:
    assert "grade--cc" in render("{% grade 'C#' %}") and "C#" in render("{% grade 'C#' %}")


def test_text_from_outside_is_escaped() -> None:
    html = render("{% figure_link name value url %}", name="<b>", value="<i>", url='"><script>')
    assert "<b>" not in html and "<script>" not in html
