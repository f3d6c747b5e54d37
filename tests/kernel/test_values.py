"""What a cell says, as offices really type it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.values import as_datetime, as_decimal, as_int, as_text

BOSTON = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("\u3000 街道办\n", "街道办"),
        (123.0, "123"),
        (1.5, "1.5"),
        (-7.0, "-7"),
        (True, "TRUE"),
        (datetime(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, 4, 5), "2020-01-02 03:04:05"),
        (date(2020, 1, 2), "2020-01-02"),
        (42, "42"),
    ],
)
def test_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_an_id_number_stored_as_a_number_has_lost_its_last_digits() -> None:
    with pytest.raises(Refused) as caught:
        as_text(131002199001011234.0)
    assert caught.value.code == "tables.lost_digits"
    assert "199001011234" not in caught.value.message()


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_whole_numbers_survive_the_float(number: int) -> None:
    assert as_text(float(number)) == str(number)
    assert as_int(float(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "2019-11-03 14:05:01",
        "2019/11/3 14:05:01",
        "2019.11.3 14:05:01",
        "2019年11月3日14时05分01秒",
        "2019年11月3日 14点5分1秒",
        "2019年11月3日 下午2:05:01",
        "2019-11-03T14:05:01",
        "２０１９／１１／３ １４：０５：０１",
        "20191103 140501",
        "20191103140501",
        "2019-11-03 星期日 14:05:01",
        "2019-11-03T06:05:01Z",
        "2019-11-03 15:05:01+09:00",
        "2019-11-3 2:05:01 PM",
        "\u30002019/11/3  14:05:01\n",
    ],
)
def test_every_way_to_write_one_instant(text: str) -> None:
    assert as_datetime(text, CITY_ZONE) == datetime(2019, 11, 3, 6, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2020-1-2", "2020年1月2日", "2020.01.02", "20200102", "2020/1/2（周四）"])
def test_a_day_is_its_midnight(text: str) -> None:
    assert as_datetime(text, CITY_ZONE) == datetime(2020, 1, 1, 16, tzinfo=UTC)


def test_real_dates_and_serial_days() -> None:
    assert as_datetime(datetime(2020, 1, 2, 8), CITY_ZONE) == datetime(2020, 1, 2, 0, tzinfo=UTC)
    assert as_datetime(date(2020, 1, 2), CITY_ZONE) == datetime(2020, 1, 1, 16, tzinfo=UTC)
    assert as_datetime(43832.5, CITY_ZONE) == datetime(2020, 1, 2, 4, tzinfo=UTC)
    assert as_datetime(20200102.0, CITY_ZONE) == datetime(2020, 1, 1, 16, tzinfo=UTC)
    assert as_datetime(None, CITY_ZONE) is None
    assert as_datetime("  ", CITY_ZONE) is None


def test_american_dates_only_when_asked_for() -> None:
    text = "01/02/2015 12:20:09 AM"
    assert as_datetime(text, BOSTON, month_first=True) == datetime(2015, 1, 2, 5, 20, 9, tzinfo=UTC)
    with pytest.raises(Refused, match="not_a_time"):
        as_datetime(text, BOSTON)


@pytest.mark.parametrize(
    "value",
    ["昨天", "2019-13-01", "2019-02-30", "19-1-1", "2019-1-1 25:00", True, 12.0, time(3, 4), timedelta(hours=3)],
)
def test_nonsense_is_no_time(value: object) -> None:
    with pytest.raises(Refused) as caught:
        as_datetime(value, CITY_ZONE)
    assert caught.value.code == "tables.not_a_time"


def test_a_time_before_the_calendar_begins_is_refused() -> None:
    with pytest.raises(Refused, match="not_a_time"):
        as_datetime("0001-01-01", CITY_ZONE)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_times_read_back_as_written(moment: datetime) -> None:
    expected = moment.replace(tzinfo=CITY_ZONE).astimezone(UTC)
    written = f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}"
    assert as_datetime(written, CITY_ZONE) == expected
    assert as_datetime(as_text(moment), CITY_ZONE) == expected


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("93.1%", Decimal("0.931")),
        ("1,234.5", Decimal("1234.5")),
        ("１２", Decimal(12)),
        (0.1, Decimal("0.1")),
        ("-3", Decimal(-3)),
        ("1e3", Decimal(1000)),
        ("", None),
        (None, None),
        (7, Decimal(7)),
    ],
)
def test_numbers(value: object, number: Decimal | None) -> None:
    assert as_decimal(value) == number


@pytest.mark.parametrize("value", ["abc", "1,23", "NaN", "inf", "12个", True])
def test_nonsense_is_no_number(value: object) -> None:
    with pytest.raises(Refused, match="not_a_number"):
        as_decimal(value)


def test_a_broken_number_is_not_whole() -> None:
    with pytest.raises(Refused, match="not_whole"):
        as_int("1.5")
    assert as_int("1,200") == 1200
    assert as_int("") is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_decimals_read_back_exactly(number: Decimal) -> None:
    assert as_decimal(str(number)) == number
    assert as_decimal(f"{number:,}") == number
