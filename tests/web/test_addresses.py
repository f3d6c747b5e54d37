"""Where a request comes from, what the rail offers to whom, and choices that come back in cookies."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import roles
from chuangcheng.web import context, limits, preferences, rail
from tests.conftest import NOON


def ask(path: str = "/x/", method: str = "get", data: dict[str, str] | None = None, **meta: str) -> HttpRequest:
    """A request of the house itself, with these headers."""
    request: HttpRequest = getattr(RequestFactory(), method)(path, data or {}, **meta)
    return request


class TestSender:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "sender"),
        [
            (1, " , 198.51.100.7 ,", "198.51.100.7"), (2, "203.0.113.9,,198.51.100.7", "203.0.113.9"), (2, " , 198.51.100.7", "192.0.2.1"), (1, "no address", limits.NOWHERE), (1, "2001:db8::1", "2001:db8::1"),
            (1, "2001:DB8:0:0::1", "2001:db8::1"), (1, "198.51.100.7:443", limits.NOWHERE),
            (1, "::ffff:198.51.100.7", "198.51.100.7"), (1, "::ffff:c633:6407", "198.51.100.7"), (1, "::198.51.100.7", "::c633:6407"),
        ],
    )  # fmt: skip
    def test_hops_are_counted_without_gaps_and_written_in_one_way(
        self, settings: Any, proxies: int, forwarded: str, sender: str
    ) -> None:
        settings.CITY = replace(settings.CITY, trusted_proxies=proxies)
        request = ask(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
        assert limits.sender(request) == sender

    @pytest.mark.parametrize("address", ["", "unix:", "@", "192.0.2", "192.0.2.1/24"])
    def test_a_socket_has_no_address(self, address: str) -> None:
        assert limits.sender(ask(REMOTE_ADDR=address)) == limits.NOWHERE

    @pytest.mark.parametrize(
        ("one", "other", "is_same"),
        [
            ("192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
            ("2001:db8::1", "2001:db8::ffff:0:1", True), ("2001:db8::1", "2001:db8:0:1::1", False),
            ("::ffff:192.0.2.1", "192.0.2.1", True), ("::ffff:192.0.2.1", "::ffff:198.51.100.7", False),
        ],
    )  # fmt: skip
    def test_who_counts_as_one_client(self, one: str, other: str, is_same: bool) -> None:
        found = {limits.client_address(ask(REMOTE_ADDR=address)) for address in (one, other)}
        assert (len(found) == 1) is is_same


class TestCounting:
    @pytest.fixture
    def counted(self) -> sqlite3.Connection:
        """A file of hits, in memory."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("CREATE TABLE hits (key TEXT PRIMARY KEY, n INTEGER, ends INTEGER)")
        return connection

    def test_each_key_counts_for_itself(self, counted: sqlite3.Connection) -> None:
        seen = [limits._count_in_file(counted, key, 0, 300) for key in "aababb"]
        assert seen == [1, 2, 1, 3, 2, 3]

    def test_what_is_over_is_swept_now_and_then_and_what_runs_is_kept(self, counted: sqlite3.Connection) -> None:
        limits._count_in_file(counted, "old", 0, 300)
        limits._count_in_file(counted, "runs", 200, 300)
        for number in range(limits._SWEEP_EVERY):
            limits._count_in_file(counted, f"k{number}", 301, 300)
        assert counted.execute("SELECT key FROM hits WHERE key IN ('old', 'runs')").fetchall() == [("runs",)]

    def test_a_window_ends_and_another_begins(self, settings: Any, tmp_path: Path) -> None:
        settings.CITY = replace(settings.CITY, rate_limits="on", home=tmp_path)
        request, rate = ask(REMOTE_ADDR="192.0.2.1"), limits.RATES["code"]
        start = NOON.timestamp() // rate.seconds * rate.seconds
        with clock.at(NOON.fromtimestamp(start + 10, NOON.tzinfo)):
            for _ in range(rate.limit):
                limits.check(request, "code")
            with pytest.raises(Refused, match=r"common\.too_many") as caught:
                limits.check(request, "code")
            limits.check(request, "read")
            limits.check(ask(REMOTE_ADDR="192.0.2.2"), "code")
        assert caught.value.params["seconds"] == rate.seconds - 10
        with clock.at(NOON.fromtimestamp(start + rate.seconds, NOON.tzinfo)):
            limits.check(request, "code")


class TestRail:
    def shown(self, role: str | None, path: str = "/") -> list[rail.Shown]:
        request = ask(path)
        request.post = SimpleNamespace(role=role) if role else None  # type: ignore[attr-defined]
        return rail.rail(request)

    @pytest.mark.parametrize("role", sorted(roles()))
    def test_a_role_finds_what_it_may_open_and_nothing_else(self, role: str) -> None:
        may = roles()[role].permissions
        wanted = [[str(link.label) for link in room.links if link.permission in may] for room in rail.ROOMS]
        found = [[str(link.label) for link in room.links] or None for room in self.shown(role)]
        assert [links if len(links) > 1 else None for links in wanted if links] == found

    def test_nobody_finds_nothing(self) -> None:
        assert self.shown(None) == []

    @pytest.mark.parametrize("room", rail.ROOMS, ids=lambda room: room.key)
    def test_a_page_and_what_lies_under_it_is_marked_once(self, room: rail.Room) -> None:
        from django.urls import reverse

        for link in room.links:
            if link.permission not in roles()["office"].permissions:
                continue
            url = reverse(link.name)
            for path in {url, url + "7/"} if link.name != "desk:home" else {url}:
                marked = [one for one in self.shown("office", path) if one.current]
                assert str(room.label) in {str(one.label) for one in marked}
                inner = [str(one.label) for shown in marked for one in shown.links if one.current]
                assert not inner or str(link.label) in inner

    def test_no_word_and_no_address_stands_twice(self) -> None:
        links = [link for room in rail.ROOMS for link in room.links]
        assert len({link.name for link in links}) == len(links)
        assert len({(room.key, str(link.label)) for room in rail.ROOMS for link in room.links}) == len(links)


class TestChoices:
    @pytest.mark.parametrize("name", sorted(preferences.CHOICES))
    @settings_of(max_examples=40)
    @given(value=st.text(max_size=8))
    def test_a_cookie_written_by_hand_is_the_first_choice(self, name: str, value: str) -> None:
        request = HttpRequest()
        request.COOKIES[name] = value
        known = preferences.CHOICES[name]
        assert preferences.chosen(request, name) == (value if value in known else known[0])

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            (None, None),
            ('{"share": 0.5, "text": "八月"}', {"share": 0.5, "text": "八月"}),
            ("", None),
            ('{"share": 0.', None),
        ],
    )
    def test_how_far_the_demo_is(self, settings: Any, tmp_path: Path, written: str | None, shown: object) -> None:
        settings.CITY = replace(settings.CITY, home=tmp_path)
        if written is not None:
            (tmp_path / "demo-progress.json").write_text(written, encoding="utf-8")
        assert context.progress() == shown
