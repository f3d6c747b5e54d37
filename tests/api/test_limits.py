"""Rate limits: counted by address, shared through a file, told with the seconds to wait."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory
from pytest_django import Settings

from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.web import limits
from tests.api.conftest import REPORTS, Caller, body, is_problem

T = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)


@pytest.fixture
def limited(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits on, counted in a file of the test's own, three requests in a window."""
    settings.CITY = replace(settings.CITY, rate_limits="on")
    monkeypatch.setitem(limits.RATES, "create", limits.Rate(3, 300))
    connection = limits._connection(tmp_path)
    monkeypatch.setattr(limits, "_connection", lambda _: connection)


def hit(address: str = "203.0.113.5", **meta: str) -> None:
    limits.check(RequestFactory(REMOTE_ADDR=address, **meta).get("/"), "create")


@pytest.mark.usefixtures("limited")
def test_the_fourth_request_waits_until_the_window_ends() -> None:
    with clock.at(T + timedelta(seconds=100)):
        for _ in range(3):
            hit()
        with pytest.raises(Refused) as refused:
            hit()
        assert refused.value.code == "common.too_many"
        assert refused.value.params["seconds"] == 200
        hit("203.0.113.6")
    with clock.at(T + timedelta(seconds=300)):
        hit()


@pytest.mark.usefixtures("limited")
def test_the_api_answers_429_with_retry_after(caller: Caller) -> None:
    with clock.at(T):
        for _ in range(3):
            is_problem(caller.post(b"{"), 400, "api.not_json")
        response = caller.post(body())
    is_problem(response, 429, "common.too_many")
    assert response["Retry-After"] == "300"


@pytest.mark.usefixtures("limited")
def test_all_addresses_of_one_ipv6_line_count_as_one() -> None:
    with clock.at(T):
        for n in range(3):
            hit(f"2001:db8:1:2::{n}")
        with pytest.raises(Refused):
            hit("2001:db8:1:2:ffff::1")
        hit("2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        (2, "10.9.9.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "127.0.0.1"),
        (1, "nonsense", "0.0.0.0"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_trusted_proxies_are_believed(settings: Settings, trusted: int, forwarded: str, address: str) -> None:
    settings.CITY = replace(settings.CITY, trusted_proxies=trusted)
    request = RequestFactory(HTTP_X_FORWARDED_FOR=forwarded).get("/")
    assert limits.client_address(request) == address


def test_off_means_off(caller: Caller) -> None:
    assert settings.CITY.rate_limits == "off"
    for _ in range(limits.RATES["code"].limit + 5):
        is_problem(caller.get(f"{REPORTS}/nonsense"), 404, "common.not_found")


@pytest.mark.usefixtures("limited")
def test_a_broken_counter_lets_people_in_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(limits, "_count_in_file", fail)
    for _ in range(5):
        hit()
    assert "rate limits are not counted" in caplog.text


def test_two_processes_share_the_count_and_old_rows_go(tmp_path: Path) -> None:
    ours = limits._connection(tmp_path)
    theirs = sqlite3.connect(tmp_path / "limits.sqlite3", isolation_level=None)
    assert limits._count_in_file(ours, "k", 1000, 300) == 1
    assert limits._count_in_file(theirs, "k", 1000, 300) == 2
    for n in range(limits._SWEEP_EVERY + 1):
        limits._count_in_file(ours, f"n{n}", 2000, 300)
    assert ours.execute("SELECT n FROM hits WHERE key = 'k'").fetchone() is None
    theirs.close()


def test_only_a_digest_of_the_address_is_kept(limited: None) -> None:
    with clock.at(T):
        hit()
    rows = limits._connection(Path()).execute("SELECT key FROM hits").fetchall()
    assert rows and not any("203.0.113" in key for (key,) in rows)
