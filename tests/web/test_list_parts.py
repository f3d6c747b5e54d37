"""The parts that lists are declared with: what a filter reads, what a saved view keeps, what a map file holds."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.label import Label
from chuangcheng.web import deeds, moments, qr, tones
from chuangcheng.web.tables import Column, Filter, Listing, export
from chuangcheng.web.tables.columns import narrow, read
from chuangcheng.web.tables.offered import Offered
from tests.conftest import NOON

LISTING = Listing(
    "things", "事",
    columns=(Column("code", "编号", lambda row: row.code, sort="code"), Column("note", "说明", lambda row: row.note, shown=False),
             Column("when", "时间", lambda row: row.when, sort="when")),
    filters=(
        Filter("q", "搜索", lambda rows, value: [*rows, ("q", value)], kind="search"),
        Filter("kind", "类", lambda rows, value: [*rows, ("kind", value)], lambda _request: [("a", "甲"), ("b", "乙")]),
        Filter("rate", "比率", lambda rows, value, of: [*rows, ("rate", value, of)], quiet=True, beside=("of",)),
        Filter("of", "其中", lambda rows, _value: rows, lambda _request: [("is", "分子"), ("base", "分母")], quiet=True),
    ),
    sort="-when",
)  # fmt: skip
SHOWN = Offered(LISTING, lambda _request: None, "x.view", "desk:home")  # type: ignore[arg-type, return-value]


def ask(query: str, **cookies: str) -> HttpRequest:
    request = RequestFactory().get(f"/x/?{query}")
    request.COOKIES.update(cookies)
    return request


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "applied"),
        [
            ("", []), ("q=%20路灯%20", [("q", "路灯")]), ("q=%00路%00灯", [("q", "路灯")]), ("q=%20%00", []), ("kind=a", [("kind", "a")]),
            ("kind=c", []), ("kind=%20a", [("kind", "a")]), ("kind=A", []), ("rate=x", [("rate", "x", "")]), ("of=base", []),
            ("rate=x&of=base", [("rate", "x", "base")]), ("rate=x&of=moon", [("rate", "x", "")]), ("q=1&q=2", [("q", "2")]),
            ("kind=b&q=1", [("q", "1"), ("kind", "b")]), ("other=1", []),
        ],
    )  # fmt: skip
    def test_what_is_asked_is_what_is_applied(self, query: str, applied: list[tuple[str, ...]]) -> None:
        assert narrow([], read(LISTING.filters, ask(query))) == applied  # type: ignore[arg-type]

    @given(st.text(max_size=150))
    @settings(max_examples=40)
    def test_no_text_is_longer_than_a_hundred_or_holds_what_a_database_refuses(self, text: str) -> None:
        request = HttpRequest()
        request.GET = QueryDict(mutable=True)
        request.GET["q"] = text
        value = next(shown.value for shown in read(LISTING.filters, request) if shown.filter.key == "q")
        assert len(value) <= 100 and "\0" not in value
        assert text.replace("\0", "").strip().startswith(value)

    def test_a_bar_knows_which_field_to_draw(self) -> None:
        assert [shown.kind for shown in read(LISTING.filters, ask(""))] == ["search", "select", "text", "select"]


class TestSavedQueries:
    @pytest.mark.parametrize(
        ("query", "kept"),
        [
            ("", ""), ("page=3&after=xyz", ""), ("sort=code&q=a", "q=a&sort=code"), ("q=a&sort=code", "q=a&sort=code"), ("q=%20&kind=a", "kind=a"),
            ("cols=note&cols=code", "cols=note&cols=code"), ("cols=secret", ""), ("view=7&kind=a&export=csv", "kind=a"), ("kind=a&kind=b", "kind=b"),
        ],
    )  # fmt: skip
    def test_only_what_the_list_knows_in_a_settled_order(self, query: str, kept: str) -> None:
        assert SHOWN.sound(query) == kept

    @given(
        st.lists(
            st.tuples(st.sampled_from(["q", "kind", "rate", "of", "sort", "cols", "after", "x"]), st.text(max_size=12)),
            max_size=6,
        )
    )
    @settings(max_examples=60)
    def test_settling_twice_changes_nothing_and_the_filters_stay(self, pairs: list[tuple[str, str]]) -> None:
        given_query = QueryDict(mutable=True)
        for name, value in pairs:
            given_query.appendlist(name, value)
        once = SHOWN.sound(given_query.urlencode())
        assert SHOWN.sound(once) == once
        before, after = HttpRequest(), HttpRequest()
        before.GET, after.GET = given_query, QueryDict(once)
        if "\0" not in given_query.urlencode().replace("%00", "\0"):
            assert narrow([], read(LISTING.filters, before)) == narrow([], read(LISTING.filters, after))  # type: ignore[arg-type]


class TestHeads:
    @pytest.mark.parametrize(
        ("wanted", "sort", "field", "down"),
        [("", "-when", "when", True), ("code", "code", "code", False), ("-code", "-code", "code", True), ("note", "-when", "when", True),
         ("-secret", "-when", "when", True), ("-", "-when", "when", True)],
    )  # fmt: skip
    def test_only_columns_that_sort_are_sorted_by(self, wanted: str, sort: str, field: str, down: bool) -> None:
        found, order = LISTING.order(wanted)
        assert (found, order.field, order.descending) == (sort, field, down)

    @pytest.mark.parametrize("sort", ["code", "-code", "when", "-when"])
    def test_a_click_turns_the_own_column_round_and_begins_another_upwards(self, sort: str) -> None:
        for column in LISTING.columns:
            head = LISTING._head(column, sort)
            if not column.sort:
                assert (head.sorted, head.next_sort) == ("", "")
            elif column.key == sort.lstrip("-"):
                assert head.next_sort.lstrip("-") == column.key and head.next_sort != sort
                assert (head.sorted == "descending") is sort.startswith("-")
            else:
                assert (head.sorted, head.next_sort) == ("", column.key)

    @pytest.mark.parametrize(
        ("query", "cookie", "shown"),
        [("", "", ["code", "when"]), ("", "note.code", ["code", "note"]), ("cols=note", "code", ["note"]), ("", "gone.lost", ["code", "when"]),
         ("cols=gone", "note", ["code", "when"]), ("", "note.note.gone", ["note"])],
    )  # fmt: skip
    def test_columns_by_address_by_cookie_or_as_declared(self, query: str, cookie: str, shown: list[str]) -> None:
        assert [column.key for column in LISTING._shown(ask(query, cols_things=cookie))] == shown


class TestFiles:
    ROWS = (
        SimpleNamespace(code="=1", note=Fraction(1, 4), when=NOON, at=(120.1, 30.2)),
        SimpleNamespace(code="乙\"\n", note=Decimal("2.50"), when=date(2026, 9, 15), at=None),
    )  # fmt: skip

    def test_a_map_file_loses_no_row_and_says_what_it_holds(self) -> None:
        parts = export._parts("geojson", self.ROWS, LISTING.columns, lambda row: row.at)
        told = json.loads("".join(parts))
        assert [feature["geometry"] for feature in told["features"]] == [
            {"type": "Point", "coordinates": [120.1, 30.2]},
            None,
        ]
        assert [feature["properties"] for feature in told["features"]] == [
            {"编号": "=1", "说明": 0.25, "时间": "2026-09-15T12:00:00+08:00"}, {"编号": "乙\"\n", "说明": 2.5, "时间": "2026-09-15"},
        ]  # fmt: skip

    def test_an_empty_map_file_is_one_too(self) -> None:
        assert json.loads("".join(export._parts("geojson", (), LISTING.columns, None))) == {
            "type": "FeatureCollection",
            "features": [],
        }

    @given(st.text(max_size=20))
    @settings(max_examples=40)
    def test_a_download_keeps_its_name_and_its_header_one_line(self, name: str) -> None:
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            return
        header = export.disposition(name, "csv")
        assert header.isascii() and "\n" not in header and "\r" not in header and '"' not in header
        assert unquote(header.partition("''")[2]) == f"{name}.csv"

    @given(st.text(max_size=12))
    @settings(max_examples=40)
    def test_no_text_runs_and_none_is_lost(self, text: str) -> None:
        cell = str(export.plain(text))
        assert cell.removeprefix("'") == text.removeprefix("'") or cell == text
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


class TestLooks:
    def test_every_look_is_one_of_the_seven(self) -> None:
        assert set(tones.TONES.values()) <= {"waiting", "working", "checking", "done", "held", "off", "bad"}
        assert tones.of("moon", "full") == tones.of("case", "nowhere") == "off"

    def test_every_deed_and_subject_has_a_word_in_both_languages(self) -> None:
        for label in (*deeds.DEEDS.values(), *deeds.SUBJECTS.values()):
            assert label.zh.strip() and label.en.strip() and label.en.isascii() and not label.zh.isascii()
        kinds = {action.partition(".")[0] for action in deeds.DEEDS}
        assert not {kind for kind in kinds if deeds.subject_of(kind) == Label(kind, kind)}

    @given(st.integers(-(10**7), 10**7))
    @settings(max_examples=40)
    def test_time_left_and_time_over_are_as_long_as_each_other(self, minutes: int) -> None:
        due = NOON + timedelta(minutes=minutes)
        said = moments.time_left(due, NOON)
        assert said.startswith("还剩" if minutes >= 0 else "超期")
        assert said.split(" ", 1)[1] == moments.span(timedelta(minutes=-minutes))
        assert tones.deadline(due, NOON) == (
            "overdue" if minutes < 0 else "soon" if due - NOON <= tones.SOON else "running"
        )

    @given(st.text(min_size=1, max_size=60))
    @settings(max_examples=8)
    def test_a_code_is_square_and_its_quiet_zone_white(self, text: str) -> None:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            return
        rows = qr.modules(text)
        size = len(rows)
        assert {len(row) for row in rows} == {size} and (size - 2 * qr.QUIET - 17) % 4 == 0
        edge = [*range(qr.QUIET), *range(size - qr.QUIET, size)]
        assert not any(rows[y][x] or rows[x][y] for y in edge for x in range(size))
