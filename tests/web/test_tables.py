"""Listings: keyset paging walks every row once, counts are capped, files cannot run formulas."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.web.tables import Column, Filter, Listing, export, keyset
from tests.conftest import NOON

FAR = datetime(9999, 1, 1, tzinfo=UTC).date()
LISTING = Listing(
    "units", "单位",
    columns=(
        Column("code", "编号", lambda row: row.code, sort="code"),
        Column("name", "名称", lambda row: row.name, wide=True),
        Column("order", "次序", lambda row: row.official_order, sort="official_order", number=True),
        Column("until", "至", lambda row: row.valid_to, sort="valid_to", null_as=FAR, shown=False),
    ),
    filters=(
        Filter("q", "搜索", lambda rows, value: rows.filter(name__contains=value), kind="search"),
        Filter("kind", "类", lambda rows, value: rows.filter(kind=value), lambda request: [("street", "街道")]),
    ),
    sort="order", size=7,
)  # fmt: skip


@pytest.fixture
def units(db: None) -> list[Unit]:
    return [
        Unit.objects.create(
            code=f"U{number:03d}", name=f"单位{number}", short_name=f"单位{number}", official_order=number % 4,
            kind="street" if number % 3 == 0 else "department",
            valid_to=NOON.date() + timedelta(days=number % 5) if number % 2 else None,
        )
        for number in range(30)
    ]  # fmt: skip


def ask(query: str = "", role: str = "office", **headers: str) -> HttpRequest:
    """A request of a post of that role."""
    request = RequestFactory().get(f"/x/?{query}", headers=headers)
    request.post = SimpleNamespace(role=role)  # type: ignore[attr-defined]
    request.session = SessionStore()
    return request


def walk(sort: str) -> list[str]:
    """Every code, page by page."""
    found: list[str] = []
    after = ""
    for _ in range(10):
        page = LISTING.slice(ask(f"sort={sort}&after={after}"), Unit.objects.all())
        found += [row.code for row in page.rows]
        after = page.after
        if not after:
            return found
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("sort", ["code", "-code", "order", "-order", "until", "-until"])
def test_paging_shows_every_row_once_in_order(units: list[Unit], sort: str) -> None:
    codes = walk(sort)
    assert sorted(codes) == [unit.code for unit in units]
    by_code = {unit.code: unit for unit in units}
    key: Any = {"code": lambda u: u.code, "order": lambda u: u.official_order, "until": lambda u: u.valid_to or FAR}[
        sort.lstrip("-")
    ]
    keys = [key(by_code[code]) for code in codes]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_one_can_page_back_to_where_one_came_from(units: list[Unit]) -> None:
    first = LISTING.slice(ask(), Unit.objects.all())
    second = LISTING.slice(ask(f"after={first.after}"), Unit.objects.all())
    again = LISTING.slice(ask(f"before={second.before}"), Unit.objects.all())
    assert again.rows == first.rows and not again.before and again.after


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJ4Il0", "WyJhIiwgImIiXQ", "eyJhIjoxfQ"])
def test_a_broken_cursor_shows_the_first_page(units: list[Unit], cursor: str) -> None:
    assert (
        LISTING.slice(ask(f"after={cursor}"), Unit.objects.all()).rows == LISTING.slice(ask(), Unit.objects.all()).rows
    )


def test_filters_narrow_and_unknown_choices_do_not(units: list[Unit]) -> None:
    assert LISTING.slice(ask("kind=street"), Unit.objects.all()).count == 10
    unknown = LISTING.slice(ask("kind=moon"), Unit.objects.all())
    assert unknown.count == 30 and not unknown.is_narrowed
    assert LISTING.slice(ask("q=单位29"), Unit.objects.all()).count == 1


def test_unknown_sorts_fall_back(units: list[Unit]) -> None:
    assert LISTING.slice(ask("sort=-password"), Unit.objects.all()).sort == "order"


def test_counts_stop_at_the_cap(units: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuangcheng.web.tables.listing.COUNT_CAP", 20)
    assert LISTING.slice(ask(), Unit.objects.all()).count_text == "20+"


def test_a_search_is_counted_less_far(units: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chuangcheng.web.tables.listing.SEARCH_CAP", 2)
    assert LISTING.slice(ask("q=单位"), Unit.objects.all()).count_text == "2+"
    assert LISTING.slice(ask(), Unit.objects.all()).count_text == str(len(units))


def test_columns_can_be_chosen_and_are_remembered(units: list[Unit]) -> None:
    response = LISTING.respond(ask("cols=code&cols=until"), Unit.objects.all(), "web/parts/listing.html")
    assert response.cookies["cols_units"].value == "code.until"
    request = ask()
    request.COOKIES["cols_units"] = "code.until"
    assert [column.key for column in LISTING.slice(request, Unit.objects.all()).columns] == ["code", "until"]


def test_a_page_costs_two_queries(units: list[Unit], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        LISTING.slice(ask(), Unit.objects.all())


def body(kind: str, query: str = "") -> bytes:
    response = LISTING.respond(ask(f"export={kind}&{query}"), Unit.objects.all(), "unused.html")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    return data


def test_csv_opens_in_excel_and_holds_every_row(units: list[Unit]) -> None:
    data = body("csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["编号", "名称", "次序", "至"] and len(rows) == 31


def test_workbook_holds_what_the_filters_leave(units: list[Unit]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(body("xlsx", "kind=street"))).active
    assert sheet is not None and sheet.max_row == 11 and sheet["A1"].value == "编号"


def test_export_needs_its_right_and_a_known_format(units: list[Unit]) -> None:
    with pytest.raises(Refused, match=r"web\.no_export"):
        LISTING.respond(ask("export=csv", role="grid"), Unit.objects.all(), "unused.html")
    with pytest.raises(Refused, match=r"web\.unknown_format"):
        LISTING.respond(ask("export=exe"), Unit.objects.all(), "unused.html")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert export.plain(text) == "'" + text


def test_cells_are_in_city_time() -> None:
    assert export.plain(NOON) == datetime(2026, 9, 15, 12, 0)
    assert export.plain(3) == 3 and export.plain(None) is None


def test_cursors_of_times_survive(units: list[Unit]) -> None:
    order = keyset.Order("valid_to", False, FAR)
    first = keyset.fetch(Unit.objects.all(), order, 3)
    second = keyset.fetch(Unit.objects.all(), order, 3, after=first.after)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
