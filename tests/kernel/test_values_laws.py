"""Cells read back in every way they may be written, and the edges of midnight, noon, the calendar and the float."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.values import as_datetime, as_decimal, as_int, as_text

WAYS = (
    "{0.year}-{0.month}-{0.day} {0:%H:%M:%S}", "{0.year}/{0.month:02}/{0.day:02} {0:%H:%M:%S}",
    "{0.year}.{0.month}.{0.day} {0.hour}:{0:%M:%S}", "{0.year}年{0.month}月{0.day}日{0.hour}时{0.minute}分{0.second}秒",
    "{0.year}年{0.month}月{0.day}号 {0.hour}点{0.minute}分{0.second}", "{0:%Y%m%d%H%M%S}", "{0:%Y%m%d %H%M%S}",
    "{0:%Y%m%dT%H%M%S}", "{0:%Y-%m-%dT%H:%M:%S}", "{0.year} - {0.month} - {0.day}  {0:%H:%M:%S} ",
    "{0:%Y-%m-%d %H:%M:%S}.000",
)  # fmt: skip
MOMENTS = st.datetimes(datetime(1955, 1, 1), datetime(2118, 1, 1)).map(lambda at: at.replace(microsecond=0))
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@settings(max_examples=50)
@given(MOMENTS, st.sampled_from(WAYS), st.booleans())
def test_one_moment_in_every_way(at: datetime, way: str, wide: bool) -> None:
    text = way.format(at).translate(FULL_WIDTH) if wide else way.format(at)
    assert as_datetime(text, UTC) == at.replace(tzinfo=UTC)
    assert as_datetime(text, CITY_ZONE) == as_datetime(text, UTC) - at.replace(tzinfo=CITY_ZONE).utcoffset()  # type: ignore[operator]


@settings(max_examples=50)
@given(MOMENTS)
def test_a_serial_day_is_the_same_moment(at: datetime) -> None:
    serial = (at - datetime(1899, 12, 30)) / timedelta(days=1)
    assert as_datetime(serial, UTC) == at.replace(tzinfo=UTC) == as_datetime(at, UTC)


@settings(max_examples=50)
@given(MOMENTS, st.integers(-14 * 4, 14 * 4), st.booleans())
def test_a_zone_that_is_written_wins_over_the_citys(at: datetime, quarters: int, colon: bool) -> None:
    zone = timezone(timedelta(minutes=15 * quarters))
    there = at.replace(tzinfo=zone)
    text = there.isoformat() if colon else f"{there:%Y-%m-%d %H:%M:%S%z}"
    assert as_datetime(text, CITY_ZONE) == there.astimezone(UTC)


@settings(max_examples=50)
@given(MOMENTS)
def test_american_writing_is_read_only_when_asked_for(at: datetime) -> None:
    text = f"{at:%m/%d/%Y %I:%M:%S %p}"
    assert as_datetime(text, UTC, month_first=True) == at.replace(tzinfo=UTC)
    with pytest.raises(Refused, match=r"tables\.not_a_time"):
        as_datetime(text, UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("上午 0:30", 0), ("上午12:30", 0), ("凌晨12:30", 0), ("凌晨 3:30", 3), ("早上8:30", 8), ("上午11:30", 11),
        ("中午12:30", 12), ("下午12:30", 12), ("下午1:30", 13), ("下午 11:30", 23), ("晚上8:30", 20), ("晚上 11:30", 23),
        ("下午13:30", 13), ("12:30 AM", 0), ("12:30 pm", 12), ("1:30 am", 1), ("1:30 Pm", 13), ("11:30 PM", 23),
    ],
)  # fmt: skip
def test_halves_of_the_day(text: str, hour: int) -> None:
    assert as_datetime(f"2026-9-15 {text}", UTC) == datetime(2026, 9, 15, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-15 24:00", "2026-09-15 12:60", "2026-09-15 12:00:60", "2026-02-29", "2026-04-31", "2026-00-10",
        "2026-9", "26-9-15", "2026-9-15-1", "20260915 12", "202609151", "2026-09-15 12:00 +08:00 x", "9/15/2026",
        "第三季度", "2026-09-15T", "2026 9 15", "0000-01-01", "10000-01-01",
    ],
)  # fmt: skip
def test_nearly_a_time_is_none_and_is_told_back(text: str) -> None:
    with pytest.raises(Refused, match=r"tables\.not_a_time") as caught:
        as_datetime(text, CITY_ZONE)
    assert text[:20] in caught.value.message() and text[:20] in caught.value.message("en")


@pytest.mark.parametrize("text", ["2024-02-29", "2026-09-15 23:59", "2026-12-31", "1900-01-01", "9999-12-30"])
def test_the_last_that_there_is(text: str) -> None:
    found = as_datetime(text, CITY_ZONE)
    assert found is not None and f"{found.astimezone(CITY_ZONE):%Y-%m-%d}" == text[:10]


@settings(max_examples=50)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_is_its_midnight_however_it_comes(day: date) -> None:
    midnight = datetime.combine(day, datetime.min.time(), CITY_ZONE)
    written = (
        day,
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}",
        float(f"{day:%Y%m%d}"),
        int(f"{day:%Y%m%d}"),
        f"{day.year}年{day.month}月{day.day}日（周一）",
    )
    assert {as_datetime(one, CITY_ZONE) for one in written} == {midnight.astimezone(UTC)}


@settings(max_examples=50)
@given(st.text(max_size=24))
def test_any_text_is_a_moment_or_a_refusal(text: str) -> None:
    for reader in (
        lambda: as_datetime(text, CITY_ZONE, month_first=True),
        lambda: as_decimal(text),
        lambda: as_int(text),
    ):
        try:
            found = reader()
        except Refused as refused:
            assert refused.code in {"tables.not_a_time", "tables.not_a_number", "tables.not_whole"}
        else:
            assert (found is None) is (as_text(text) == "" or not as_text(text).strip())


@settings(max_examples=50)
@given(st.decimals(-(10**12), 10**12, places=4, allow_nan=False))
def test_a_number_in_every_way(number: Decimal) -> None:
    for text in (f"{number}", f"{number:,}", f" {number} ", f"{number}".translate(FULL_WIDTH), f"{number:E}"):
        assert as_decimal(text) == number
    assert as_decimal(f"{number}%") == as_decimal(f"{number} ％") == number / 100


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", "1234"), ("12,345,678.9", "12345678.9"), ("1,2345", None), ("12,34", None), (",123", None), ("1,,234", None),
        ("1234,567", "1234567"), ("1.5%", "0.015"), ("%", None), ("50%%", None), ("1e400", None), ("1e-400", None), ("1e30", "1e30"), ("--3", None),
        ("+3", "3"), ("０．５", "0.5"), ("3/4", None), ("三", None), ("Infinity", None), ("sNaN", None), ("0x10", None),
    ],
)  # fmt: skip
def test_what_is_a_number_beside_what_only_looks_like_one(text: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(Refused, match=r"tables\.not_a_number"):
            as_decimal(text)
    else:
        assert as_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    ("value", "text"),
    [(float(2**53 - 1), str(2**53 - 1)), (-float(2**53 - 1), str(1 - 2**53)), (2**60, str(2**60)), (0.1, "0.1"), (-0.0, "0"),
     (1e22, None), (float(2**53), None), (-float(2**53), None)],
)  # fmt: skip
def test_a_float_is_told_whole_or_not_at_all(value: float, text: str | None) -> None:
    if text is None:
        with pytest.raises(Refused, match=r"tables\.lost_digits"):
            as_text(value)
    else:
        assert as_text(value) == text


@settings(max_examples=50)
@given(st.text(max_size=20), st.sampled_from(["", " ", "\u3000", "\n\t", "\ufeff", "\u200b", "\xa0\u2060"]))
def test_blanks_of_every_kind_around_a_cell_do_not_count(text: str, blank: str) -> None:
    assert as_text(blank + text + blank) == as_text(text)
    assert as_text(as_text(text)) == as_text(text)
