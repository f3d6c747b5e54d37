"""Many limits at once say what one limit says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.calendar import CALENDAR, TimeUnit, WorkCalendar
from chuangcheng.kernel.calendar_many import ends, micros, moment

UNITS = st.sampled_from(["urgent_hours", "work_hours", "work_days"])
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(60), places=2)
STARTS = st.lists(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(STARTS, AMOUNTS, UNITS)
def test_each_end_is_the_calendars(starts: list[datetime], amount: Decimal, unit: TimeUnit) -> None:
    found = [moment(at) for at in ends(micros(starts), amount, unit)]
    assert found == [CALENDAR.add(start, amount, unit).at for start in starts]


@pytest.mark.parametrize("hour", [0, 7, 8, 11, 12, 13, 14, 17, 18, 23])
@pytest.mark.parametrize("amount", ["0.01", "4", "8", "8.01", "40"])
def test_the_edges_of_working_time(hour: int, amount: str) -> None:
    days = [datetime(2026, 9, 28, hour, tzinfo=UTC) + timedelta(days=day) for day in range(12)]  # over National Day
    found = [moment(at) for at in ends(micros(days), Decimal(amount), "work_hours")]
    assert found == [CALENDAR.add(day, Decimal(amount), "work_hours").at for day in days]


def test_a_citys_own_days_count() -> None:
    own = WorkCalendar(extra_off=frozenset({date(2026, 9, 16)}))
    start = [datetime(2026, 9, 15, 8, tzinfo=UTC)]
    assert moment(ends(micros(start), Decimal(1), "work_days", own)[0]) == own.add(start[0], Decimal(1), "work_days").at


def test_nothing_to_reckon() -> None:
    assert len(ends(micros([]), Decimal(1), "work_days")) == 0


def test_a_limit_of_nothing_is_no_limit() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        ends(np.zeros(1, np.int64), Decimal(0), "work_days")
