"""A city's own days, pauses in every arrangement, and the same rules against a model that counts quarters of hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.calendar import CALENDAR, Pause, TimeUnit, WorkCalendar
from chuangcheng.kernel.calendar_many import ends, micros, moment
from chuangcheng.kernel.clock import CITY_ZONE

UNITS = st.sampled_from(["urgent_hours", "work_hours", "work_days"])
SEPTEMBER = st.dates(date(2026, 9, 1), date(2026, 10, 31))
OWN = st.builds(WorkCalendar, st.frozensets(SEPTEMBER, max_size=12), st.frozensets(SEPTEMBER, max_size=12))
QUARTER = timedelta(minutes=15)
#: Quarters of hours after Monday, 31 August 2026, 00:00 in the city.
MONDAY = datetime(2026, 8, 31, tzinfo=CITY_ZONE)
STARTS = st.integers(0, 4 * 24 * 40).map(lambda quarters: MONDAY + quarters * QUARTER)
PAUSES = st.lists(
    st.tuples(STARTS, st.integers(-4, 4 * 30)).map(lambda pair: Pause(pair[0], pair[0] + pair[1] * QUARTER)), max_size=3
)


def runs(at: datetime, unit: TimeUnit, calendar: WorkCalendar, pauses: list[Pause]) -> bool:
    """Whether the clock runs during the quarter of an hour that begins ``at``."""
    if any(pause.start <= at < pause.end for pause in pauses):
        return False
    return unit == "urgent_hours" or ((8 <= at.hour < 12 or 14 <= at.hour < 18) and calendar.is_workday(at.date()))


def counted(start: datetime, end: datetime, unit: TimeUnit, calendar: WorkCalendar, pauses: list[Pause]) -> Decimal:
    """The model's ``elapsed``."""
    quarters, at = 0, start
    while at < end:
        quarters += runs(at, unit, calendar, pauses)
        at += QUARTER
    return Decimal(quarters) / (32 if unit == "work_days" else 4)


@settings(max_examples=25)
@given(STARTS, st.integers(0, 4 * 24 * 9), UNITS, OWN, PAUSES)
def test_elapsed_is_what_counting_quarters_of_hours_says(
    start: datetime, length: int, unit: TimeUnit, own: WorkCalendar, pauses: list[Pause]
) -> None:
    end = start + length * QUARTER
    assert own.elapsed(start, end, unit, pauses) == counted(start, end, unit, own, pauses)


@settings(max_examples=25)
@given(STARTS, st.integers(1, 4 * 20), UNITS, OWN, PAUSES)
def test_an_end_is_the_first_moment_by_which_all_has_run(
    start: datetime, quarters: int, unit: TimeUnit, own: WorkCalendar, pauses: list[Pause]
) -> None:
    amount = Decimal(quarters) / (32 if unit == "work_days" else 4)
    end = own.add(start, amount, unit, pauses).at.astimezone(CITY_ZONE)
    assert runs(end - QUARTER, unit, own, pauses), "the last quarter before the end ran"
    assert counted(start, end, unit, own, pauses) == amount


@settings(max_examples=25)
@given(SEPTEMBER, st.frozensets(SEPTEMBER, max_size=20), st.frozensets(SEPTEMBER, max_size=20))
def test_work_wins_over_off_and_off_over_the_law(day: date, off: frozenset[date], work: frozenset[date]) -> None:
    own = WorkCalendar(off, work)
    assert own.is_workday(day) is (day in work or (day not in off and CALENDAR.is_workday(day)))


@settings(max_examples=20)
@given(OWN, st.integers(1, 15))
def test_whole_days_from_an_opening_end_on_the_last_of_them(own: WorkCalendar, amount: int) -> None:
    days = [day for day in (date(2026, 9, 1) + timedelta(days=n) for n in range(120)) if own.is_workday(day)]
    start = datetime.combine(days[0], datetime.min.time(), CITY_ZONE).replace(hour=8)
    end = own.add(start, Decimal(amount), "work_days").at.astimezone(CITY_ZONE)
    assert (end.date(), end.hour, end.minute) == (days[amount - 1], 18, 0)


@settings(max_examples=25)
@given(OWN, st.lists(STARTS, min_size=1, max_size=5), st.decimals("0.01", 30, places=2), UNITS)
def test_many_at_once_follow_a_citys_own_days_too(
    own: WorkCalendar, starts: list[datetime], amount: Decimal, unit: TimeUnit
) -> None:
    found = [moment(at) for at in ends(micros(starts), amount, unit, own)]
    assert found == [own.add(start, amount, unit).at for start in starts]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_microseconds_and_moments_are_inverse(at: datetime) -> None:
    assert moment(micros([at])[0]) == at


class TestPauses:
    @settings(max_examples=25)
    @given(STARTS, st.decimals(0, 40, places=1), UNITS, PAUSES)
    def test_their_order_does_not_matter(
        self, start: datetime, amount: Decimal, unit: TimeUnit, pauses: list[Pause]
    ) -> None:
        assert len({CALENDAR.add(start, amount, unit, order) for order in permutations(pauses)}) == 1

    @settings(max_examples=25)
    @given(STARTS, st.decimals(0, 40, places=1), UNITS, STARTS, st.integers(2, 200), st.data())
    def test_one_pause_is_the_same_as_its_pieces(
        self, start: datetime, amount: Decimal, unit: TimeUnit, begin: datetime, length: int, data: st.DataObject
    ) -> None:
        end = begin + length * QUARTER
        cut = begin + data.draw(st.integers(1, length - 1)) * QUARTER
        back = data.draw(st.integers(0, 8)) * QUARTER
        whole = CALENDAR.add(start, amount, unit, [Pause(begin, end)])
        assert CALENDAR.add(start, amount, unit, [Pause(begin, cut), Pause(max(cut - back, begin), end)]) == whole

    @pytest.mark.parametrize("unit", ["work_hours", "work_days"])
    @pytest.mark.parametrize(
        ("stop", "resume", "is_idle"),
        [
            ("2026-09-15 12:00", "2026-09-15 14:00", True), ("2026-09-15 18:00", "2026-09-16 08:00", True),
            ("2026-09-12 00:00", "2026-09-13 23:59", True), ("2026-10-01 00:00", "2026-10-07 23:59", True),
            ("2026-09-15 11:59", "2026-09-15 14:00", False), ("2026-09-15 12:00", "2026-09-15 14:01", False),
            ("2026-09-20 10:00", "2026-09-20 11:00", False),  # a Sunday that is worked
        ],
    )  # fmt: skip
    def test_a_pause_while_nobody_works_costs_nothing(
        self, unit: TimeUnit, stop: str, resume: str, is_idle: bool
    ) -> None:
        pause = Pause(*(datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE) for text in (stop, resume)))
        start = datetime(2026, 9, 7, 9, tzinfo=CITY_ZONE)
        plain, paused = (CALENDAR.add(start, Decimal(160), unit, stops).at for stops in ([], [pause]))
        assert (plain == paused) is is_idle and paused >= plain

    def test_an_endless_pause_leaves_nothing_running(self) -> None:
        start = datetime(2026, 9, 15, 9, tzinfo=CITY_ZONE)
        forever = Pause(start + timedelta(hours=1), datetime(2027, 6, 1, tzinfo=CITY_ZONE))
        assert CALENDAR.elapsed(start, start + timedelta(days=60), "urgent_hours", [forever]) == 1
        late = CALENDAR.add(start, Decimal(2), "work_hours", [forever])
        assert late.at.astimezone(CITY_ZONE) == datetime(2027, 6, 1, 9, tzinfo=CITY_ZONE)
        assert late.provisional, "the way to it leads into a year whose holidays nobody knows"

    @pytest.mark.parametrize("naive", [0, 1])
    def test_a_pause_needs_a_zone_at_both_ends(self, naive: int) -> None:
        ends_of = [datetime(2026, 9, 15, 9, tzinfo=CITY_ZONE), datetime(2026, 9, 15, 10, tzinfo=CITY_ZONE)]
        ends_of[naive] = ends_of[naive].replace(tzinfo=None)
        with pytest.raises(ValueError, match="aware"):
            CALENDAR.add(datetime(2026, 9, 15, 9, tzinfo=CITY_ZONE), Decimal(1), "work_hours", [Pause(*ends_of)])
