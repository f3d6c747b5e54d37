"""Plans laid on weeks, and the days of a month's page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.weeks import Plan, cells, monday, month_beside, month_days, weeks

MONDAY = date(2026, 9, 14)
WEEK = timedelta(days=7)


def day(week: int, of_week: int = 0) -> date:
    """A day so many weeks after the first Monday shown."""
    return MONDAY + week * WEEK + timedelta(days=of_week)


#: Name, plan, what six weeks show: "." nothing, d done, p plan, s slip.
SHOWN = [
    ("one day", Plan(day(0), day(0), day(0)), "p....."),
    ("a week and a day", Plan(day(0), day(1), day(1)), "pp...."),
    ("sunday still counts to its week", Plan(day(1, 6), day(2, 6), day(2, 6)), ".pp..."),
    ("half done", Plan(day(0), day(3), day(3), share=50), "ddpp.."),
    ("nearly a quarter is none of four", Plan(day(0), day(3), day(3), share=24), "pppp.."),
    ("all done, not yet ended", Plan(day(0), day(3), day(3), share=100), "dddd.."),
    ("extended", Plan(day(0), day(1), day(4)), "ppsss."),
    ("extended and half done", Plan(day(0), day(1), day(4), share=50), "dpsss."),
    ("ended in time", Plan(day(0), day(3), day(3), share=100, ended=day(2)), "dddd.."),
    ("ended late", Plan(day(0), day(1), day(1), share=100, ended=day(3)), "ddss.."),
    ("begun before what is shown", Plan(day(-2), day(1), day(1), share=50), "pp...."),
    ("begun before, more done", Plan(day(-2), day(1), day(1), share=75), "dp...."),
    ("over before what is shown", Plan(day(-5), day(-2), day(-1)), "......"),
    ("slipped into what is shown", Plan(day(-5), day(-2), day(1)), "ss...."),
    ("after what is shown", Plan(day(6), day(8), day(8)), "......"),
    ("begins after its own date", Plan(day(2), day(1), day(1)), "......"),
    ("begins after its date, extended", Plan(day(2), day(1), day(3)), "..ps.."),
    ("more time asked for", Plan(day(0), day(1), day(1), wanted=day(3)), "ppww.."),
    ("asked for again", Plan(day(0), day(1), day(2), wanted=day(4, 6)), "ppsww."),
    ("asked for within the same week", Plan(day(0), day(1), day(1), wanted=day(1, 6)), "pp...."),
    ("late beyond what is asked for", Plan(day(0), day(1), day(4), wanted=day(3)), "ppsss."),
    ("asked for beyond what is shown", Plan(day(-3), day(-2), day(-1), wanted=day(20)), "wwwwww"),
    ("beyond both ends", Plan(day(-9), day(20), day(20)), "pppppp"),
]


@pytest.mark.parametrize(("plan", "shown"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_what_a_plan_is_in_each_week(plan: Plan, shown: str) -> None:
    letters = {"": ".", "done": "d", "plan": "p", "slip": "s", "wanted": "w"}
    assert "".join(letters[cell] for cell in cells(plan, MONDAY, 6)) == shown
    assert cells(plan, MONDAY + timedelta(days=4), 6) == cells(plan, MONDAY, 6), "any day of the week names it"


def test_the_heads_are_mondays() -> None:
    assert weeks(date(2026, 9, 17), 3) == [MONDAY, date(2026, 9, 21), date(2026, 9, 28)]
    assert weeks(MONDAY, 0) == []


days = st.dates(date(2001, 1, 1), date(2150, 1, 1))


@given(days)
def test_monday_is_a_monday_and_near(one: date) -> None:
    assert monday(one).weekday() == 0 and 0 <= (one - monday(one)).days < 7
    assert monday(monday(one)) == monday(one)


@given(days, st.integers(0, 60), st.integers(0, 60), st.integers(0, 100))
def test_a_bar_is_one_piece_in_the_order_done_plan_slip(start: date, length: int, late: int, share: int) -> None:
    first_due = start + timedelta(days=length)
    plan = Plan(start, first_due, first_due + timedelta(days=late), share)
    shown = cells(plan, start - 2 * WEEK, 30)
    assert shown[:2] == ["", ""]
    order = [("done", "plan", "slip", "").index(cell) for cell in shown[2:]]
    assert order == sorted(order), "no gap and no way back"
    filled = [cell for cell in shown if cell]
    assert len(filled) == (monday(plan.last) - monday(start)).days // 7 + 1
    planned = [cell for cell in filled if cell != "slip"]
    assert len(planned) == (monday(first_due) - monday(start)).days // 7 + 1
    assert planned.count("done") <= len(planned) * share / 100 < planned.count("done") + 1


@given(days)
def test_a_month_s_page_is_whole_weeks_around_it(one: date) -> None:
    page = month_days(one)
    flat = [each for week in page for each in week]
    assert 4 <= len(page) <= 6 and all(len(week) == 7 and week[0].weekday() == 0 for week in page)
    assert flat == [flat[0] + timedelta(days=number) for number in range(len(flat))]
    inside = [each for each in flat if (each.year, each.month) == (one.year, one.month)]
    assert inside[0].day == 1 and inside[-1] + timedelta(days=1) == month_beside(one, 1)
    assert one in inside
    assert all(any(each.month == one.month for each in week) for week in page), "no week of strangers only"


@given(days)
def test_one_month_on_and_back_is_the_same(one: date) -> None:
    on, back = month_beside(one, 1), month_beside(one, -1)
    assert on.day == back.day == 1
    assert month_beside(on, -1) == month_beside(back, 1) == one.replace(day=1)


def test_the_months_at_the_turn_of_the_year() -> None:
    assert month_beside(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert month_beside(date(2026, 1, 31), -1) == date(2025, 12, 1)
    assert month_beside(date(2028, 2, 29), 1) == date(2028, 3, 1)
    february = month_days(date(2027, 2, 10))
    assert len(february) == 4 and february[0][0] == date(2027, 2, 1) and february[-1][-1] == date(2027, 2, 28)
