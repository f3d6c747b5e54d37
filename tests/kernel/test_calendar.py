"""The working clock against hand-made examples, a slow model that counts minutes, and its own laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.calendar import CALENDAR, Pause, WorkCalendar
from chuangcheng.kernel.clock import CITY_ZONE

UNITS = st.sampled_from(["urgent_hours", "work_hours", "work_days"])
WORK_UNITS = st.sampled_from(["work_hours", "work_days"])
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
AMOUNTS = st.decimals(0, 200, places=2)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def added(start: str, amount: str, unit: str, *pauses: tuple[str, str]) -> str:
    stops = [Pause(local(a), local(b)) for a, b in pauses]
    deadline = CALENDAR.add(local(start), Decimal(amount), unit, stops)
    assert deadline.at.tzinfo is UTC
    return deadline.at.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")


def is_open(moment: datetime) -> bool:
    there = moment.astimezone(CITY_ZONE)
    clock = there.strftime("%H:%M:%S.%f")
    in_hours = "08:00:00.000000" <= clock <= "12:00:00.000000" or "14:00:00.000000" <= clock <= "18:00:00.000000"
    return in_hours and CALENDAR.is_workday(there.date())


class TestDays:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 9, 15), True),  # an ordinary Tuesday
            (date(2026, 9, 12), False),  # an ordinary Saturday
            (date(2026, 10, 1), False),  # National Day
            (date(2026, 10, 10), True),  # a Saturday made up for the golden week
            (date(2020, 1, 31), False),  # the Spring Festival prolonged by the epidemic
            (date(2027, 1, 1), False),
            (date(2027, 5, 3), False),  # a Monday
            (date(2027, 10, 7), False),  # a Thursday
            (date(2027, 10, 8), True),
            (date(2027, 2, 8), True),  # Spring Festival week: not known yet, so an ordinary Monday
        ],
    )
    def test_known_and_unknown_years(self, day: date, works: bool) -> None:
        assert CALENDAR.is_workday(day) is works

    def test_which_years_are_known(self) -> None:
        assert CALENDAR.is_known(2026)
        assert not CALENDAR.is_known(2100)
        assert not CALENDAR.is_known(1990)

    def test_a_citys_own_days_win(self) -> None:
        own = WorkCalendar(frozenset([date(2026, 9, 15)]), frozenset([date(2026, 9, 12)]))
        assert not own.is_workday(date(2026, 9, 15))
        assert own.is_workday(date(2026, 9, 12))
        assert own.add(local("2026-09-14 17:00"), Decimal(2), "work_hours").at == local("2026-09-16 09:00")


class TestAdding:
    @pytest.mark.parametrize(
        ("start", "amount", "unit", "end"),
        [
            ("2026-09-15 09:00", "2", "work_hours", "2026-09-15 11:00"),
            ("2026-09-15 11:00", "2", "work_hours", "2026-09-15 15:00"),
            ("2026-09-15 08:00", "4", "work_hours", "2026-09-15 12:00"),
            ("2026-09-15 14:00", "4", "work_hours", "2026-09-15 18:00"),
            ("2026-09-15 17:00", "2", "work_hours", "2026-09-16 09:00"),
            ("2026-09-15 20:00", "1", "work_hours", "2026-09-16 09:00"),
            ("2026-09-15 13:00", "1", "work_hours", "2026-09-15 15:00"),
            ("2026-09-15 06:00", "1", "work_days", "2026-09-15 18:00"),
            ("2026-09-15 10:00", "1", "work_days", "2026-09-16 10:00"),
            ("2026-09-18 10:00", "1", "work_days", "2026-09-20 10:00"),  # 20 September is a made-up Sunday
            ("2026-09-30 17:00", "2", "work_hours", "2026-10-08 09:00"),  # over the golden week
            ("2026-09-30 17:00", "2", "urgent_hours", "2026-09-30 19:00"),
            ("2026-09-15 12:00", "0", "work_hours", "2026-09-15 12:00"),
            ("2026-09-15 12:01", "0", "work_hours", "2026-09-15 14:00"),
            ("2026-09-15 18:30", "0", "work_days", "2026-09-16 08:00"),
            ("2026-09-15 18:30", "0", "urgent_hours", "2026-09-15 18:30"),
            ("2026-09-15 09:00", "0.5", "work_days", "2026-09-15 15:00"),
        ],
    )
    def test_by_hand(self, start: str, amount: str, unit: str, end: str) -> None:
        assert added(start, amount, unit) == end

    def test_pauses_stop_the_clock(self) -> None:
        assert (
            added("2026-09-15 09:00", "2", "work_hours", ("2026-09-15 10:00", "2026-09-16 10:00")) == "2026-09-16 11:00"
        )
        assert (
            added("2026-09-15 09:00", "2", "urgent_hours", ("2026-09-15 10:00", "2026-09-15 12:00"))
            == "2026-09-15 13:00"
        )
        # by night nothing runs, so nothing is paused
        assert (
            added("2026-09-15 09:00", "8", "work_hours", ("2026-09-15 19:00", "2026-09-15 23:00")) == "2026-09-16 09:00"
        )
        # overlapping pauses count once, one turned round not at all, one that is over does not matter
        stops = [
            ("2026-09-15 10:00", "2026-09-15 11:00"),
            ("2026-09-15 10:30", "2026-09-15 11:30"),
            ("2026-09-15 17:00", "2026-09-15 09:00"),
            ("2026-09-14 10:00", "2026-09-14 11:00"),
        ]
        assert added("2026-09-15 09:00", "2", "work_hours", *stops) == "2026-09-15 14:30"
        # a pause that begins when the time is up comes too late
        assert (
            added("2026-09-15 09:00", "1", "work_hours", ("2026-09-15 10:00", "2026-09-15 11:00")) == "2026-09-15 10:00"
        )
        # a pause running when the work starts
        assert (
            added("2026-09-15 09:00", "1", "work_hours", ("2026-09-15 08:00", "2026-09-15 11:00")) == "2026-09-15 12:00"
        )

    def test_provisional_only_when_an_unknown_year_is_touched(self) -> None:
        year = max(year for year in range(2020, 2100) if CALENDAR.is_known(year))
        eve = datetime(year, 12, 20, 1, tzinfo=UTC)
        assert not CALENDAR.add(eve, Decimal(2), "work_hours").provisional
        assert CALENDAR.add(eve, Decimal(20), "work_days").provisional
        assert not CALENDAR.add(eve, Decimal(2000), "urgent_hours").provisional
        assert CALENDAR.add(eve + timedelta(days=400), Decimal(1), "work_hours").provisional

    def test_refused_input(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            CALENDAR.add(datetime(2026, 1, 1), Decimal(1), "work_hours")
        with pytest.raises(ValueError, match="negative"):
            CALENDAR.add(local("2026-01-01 00:00"), Decimal(-1), "work_hours")
        for unit in ("work_days", "urgent_hours"):
            with pytest.raises(ValueError, match="beyond"):
                CALENDAR.add(local("2026-01-01 00:00"), Decimal(10**9), unit)

    def test_decades_ahead(self) -> None:
        deadline = CALENDAR.add(local("2026-01-05 08:00"), Decimal(25_000), "work_days")
        assert deadline.provisional
        assert CALENDAR.elapsed(local("2026-01-05 08:00"), deadline.at, "work_days") == 25_000


class TestLaws:
    @given(MOMENTS, AMOUNTS, UNITS)
    def test_elapsed_is_the_inverse_of_adding(self, start: datetime, amount: Decimal, unit: str) -> None:
        end = CALENDAR.add(start, amount, unit).at
        assert end >= start
        assert CALENDAR.elapsed(start, end, unit) == amount

    @given(MOMENTS, AMOUNTS, AMOUNTS, UNITS)
    def test_adding_is_monotone_and_adds_up(self, start: datetime, a: Decimal, b: Decimal, unit: str) -> None:
        first = CALENDAR.add(start, a, unit).at
        whole = CALENDAR.add(start, a + b, unit).at
        assert first <= whole
        # 18:00 today and 08:00 tomorrow are one instant of working time, so compare on its clock
        assert CALENDAR.elapsed(start, CALENDAR.add(first, b, unit).at, unit) == a + b

    @given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), AMOUNTS, UNITS)
    def test_a_later_start_never_ends_earlier(
        self, start: datetime, wait: timedelta, amount: Decimal, unit: str
    ) -> None:
        assert CALENDAR.add(start, amount, unit).at <= CALENDAR.add(start + wait, amount, unit).at

    @given(MOMENTS, AMOUNTS, WORK_UNITS)
    def test_the_end_lies_in_working_time(self, start: datetime, amount: Decimal, unit: str) -> None:
        assert is_open(CALENDAR.add(start, amount, unit).at)

    @given(
        MOMENTS,
        AMOUNTS,
        UNITS,
        st.lists(st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9))), max_size=4),
    )
    def test_pauses_only_shift(self, start, amount, unit, stops) -> None:
        pauses = [Pause(begin, begin + length) for begin, length in stops]
        end = CALENDAR.add(start, amount, unit, pauses).at
        assert end >= CALENDAR.add(start, amount, unit).at
        assert CALENDAR.elapsed(start, end, unit, pauses) == amount

    @given(
        MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=5)), AMOUNTS, st.decimals("0.01", "0.99", places=2)
    )
    def test_a_pause_on_the_way_moves_the_urgent_end_by_its_length(self, start, length, amount, share) -> None:
        assume(amount > 0)
        begin = start + timedelta(hours=float(amount * share))
        plain = CALENDAR.add(start, amount, "urgent_hours").at
        assert CALENDAR.add(start, amount, "urgent_hours", [Pause(begin, begin + length)]).at == plain + length

    @given(MOMENTS, MOMENTS, MOMENTS, UNITS)
    def test_elapsed_adds_up(self, a: datetime, b: datetime, c: datetime, unit: str) -> None:
        a, b, c = sorted([a, b, c])
        parts = CALENDAR.elapsed(a, b, unit) + CALENDAR.elapsed(b, c, unit)
        assert abs(parts - CALENDAR.elapsed(a, c, unit)) < Decimal("1e-20")
        assert CALENDAR.elapsed(c, a, unit) == 0 or a == c

    @settings(max_examples=25)
    @given(
        st.datetimes(datetime(2025, 12, 25), datetime(2027, 2, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
        st.integers(1, 900),
    )
    def test_a_model_that_walks_minute_by_minute(self, start: datetime, minutes: int) -> None:
        begin = start.replace(tzinfo=CITY_ZONE)
        at, left = begin, minutes
        while left:
            if 8 <= at.hour < 12 or 14 <= at.hour < 18:
                left -= CALENDAR.is_workday(at.date())
            at += timedelta(minutes=1)
        assert CALENDAR.add(begin, Decimal(minutes) / 60, "work_hours").at - at <= timedelta(microseconds=1)
        assert at - CALENDAR.add(begin, Decimal(minutes) / 60, "work_hours").at <= timedelta(microseconds=1)
