"""One now, ids in order, numbers people can say, codes only the receipt's holder knows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import clock, ids
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.label import Label

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, MOMENTS)
def test_the_clock_can_be_held_nested(outer: datetime, inner: datetime) -> None:
    with clock.at(outer):
        with clock.at(inner.astimezone(clock.CITY_ZONE)):
            assert clock.now() == inner
            assert clock.now().tzinfo is UTC
        assert clock.now() == outer


def test_the_clock_is_let_go_after_an_error() -> None:
    with pytest.raises(RuntimeError), clock.at(datetime(2000, 1, 1, tzinfo=UTC)):
        raise RuntimeError
    assert clock.now().year > 2000


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 1, 1)):
        raise AssertionError("unreachable")


def test_another_thread_keeps_its_own_time() -> None:
    seen: list[datetime] = []
    with clock.at(datetime(2000, 1, 1, tzinfo=UTC)):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0].year > 2000


def test_the_process_can_start_elsewhere_in_time() -> None:
    start = datetime(2020, 5, 1, tzinfo=UTC)
    try:
        clock.start_at(start)
        assert start <= clock.now() < start + timedelta(hours=1)
    finally:
        clock.start_at(None)
    assert clock.now().year > 2020


def test_today_is_the_citys() -> None:
    with clock.at(datetime(2026, 9, 15, 17, 30, tzinfo=UTC)):
        assert clock.today().isoformat() == "2026-09-16T00:00:00+08:00"


def test_new_ids_are_version_7_and_in_order() -> None:
    made = [ids.new_id() for _ in range(100)]
    assert {one.version for one in made} == {7}
    assert made == sorted(made)
    assert len(set(made)) == 100


def test_a_number_carries_the_citys_day() -> None:
    late = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    assert ids.number("SB", late, 123) == "SB20261122-000123"
    assert ids.number("AJ", late, 1_234_567) == "AJ20261122-1234567"


@given(st.uuids(), st.binary(min_size=16, max_size=32))
def test_a_receipt_code_is_stable_and_readable(report_id, key: bytes) -> None:
    code = ids.receipt_code(key, report_id)
    assert code == ids.receipt_code(key, report_id)
    assert len(code) == 8
    assert not set(code) & set("01ILO")
    assert code != ids.receipt_code(key + b"x", report_id)


def test_actors() -> None:
    assert SYSTEM.is_system
    assert CITIZEN.is_system
    assert not Actor(uuid4(), uuid4(), "河东街道 · 网格员").is_system


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Street"), ("en-gb", "Street"), ("zh-hans", "街道"), ("", "街道"), ("fr", "街道")]
)
def test_labels(language: str, text: str) -> None:
    assert Label("街道", "Street").text(language) == text
