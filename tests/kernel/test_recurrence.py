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
