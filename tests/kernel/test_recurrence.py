"""What comes back: by hand, and for any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.recurrence import RULES, due_before, due_from

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "every", "day", "due"),
    [
        ("2026-09-15", "weekly", "2026-09-15", "2026-09-15"),
        ("2026-09-15", "weekly", "2026-09-16", "2026-09-22"),
        ("2026-09-15", "weekly", "2026-01-01", "2026-09-15"),
        ("2026-01-31", "monthly", "2026-02-01", "2026-02-28"),
        ("2026-01-31", "monthly", "2026-03-01", "2026-03-31"),
        ("2026-01-31", "monthly", "2028-02-29", "2028-02-29"),
        ("2026-11-30", "quarterly", "2026-12-01", "2027-02-28"),
        ("2026-11-30", "quarterly", "2027-03-01", "2027-05-30"),
    ],
)
def test_by_hand(anchor: str, every: str, day: str, due: str) -> None:
    assert due_from(date.fromisoformat(anchor), every, date.fromisoformat(day)) == date.fromisoformat(due)


@given(DAYS, st.sampled_from(RULES), DAYS)
def test_it_is_the_first_day_of_the_rule_from_then_on(anchor: date, every: str, day: date) -> None:
    due = due_from(anchor, every, day)
    assert due >= day and due >= anchor
    assert due_from(anchor, every, due) == due
    before = due_before(anchor, every, due)
    assert (before < due and before < max(day, anchor)) or due == anchor == before
    longest = {"weekly": 7, "monthly": 31, "quarterly": 92}[every]
    assert due == anchor or due - before <= timedelta(days=longest)


def test_no_other_rule() -> None:
    with pytest.raises(ValueError, match="yearly"):
        due_from(date(2026, 1, 1), "yearly", date(2026, 1, 1))


def listed(anchor: date, every: str, last: date) -> list[date]:
    """All due days up to ``last``, counted out one by one."""
    if every == "weekly":
        return [anchor + timedelta(days=7 * n) for n in range((last - anchor).days // 7 + 1)]
    found, step = [], {"monthly": 1, "quarterly": 3}[every]
    for number in range(0, 12 * (last.year - anchor.year + 1) + 1, step):
        month = anchor.month - 1 + number
        first = date(anchor.year + month // 12, month % 12 + 1, 1)
        length = ((first + timedelta(days=32)).replace(day=1) - first).days
        found.append(first.replace(day=min(anchor.day, length)))
    return [day for day in found if day <= last]


@given(st.dates(date(2023, 1, 1), date(2025, 12, 31)), st.sampled_from(RULES), st.integers(0, 800))
def test_it_agrees_with_counting_one_by_one(anchor: date, every: str, days: int) -> None:
    day = anchor + timedelta(days=days)
    dues = listed(anchor, every, day + timedelta(days=100))
    due = next(each for each in dues if each >= day)
    assert due_from(anchor, every, day) == due
    assert due_before(anchor, every, due) == max([each for each in dues if each < due], default=anchor)


@given(st.dates(date(2023, 1, 1), date(2025, 12, 31)), st.sampled_from(RULES), st.integers(1, 24))
def test_stepping_from_one_to_the_next_leaves_none_out(anchor: date, every: str, number: int) -> None:
    day, walked = anchor, [anchor]
    for _ in range(number):
        day = due_from(anchor, every, day + timedelta(days=1))
        walked.append(day)
    assert walked == listed(anchor, every, day) and len(set(walked)) == number + 1
    assert {each.weekday() for each in walked} == {anchor.weekday()} or every != "weekly"
    assert all(
        each.day == anchor.day or (each.day < anchor.day and each.day >= 28) for each in walked if every != "weekly"
    )
