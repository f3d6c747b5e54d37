"""Files of a listing: who gets one, what stands in a cell, and that nothing in it runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.test import Client
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import roles
from chuangcheng.web.tables import Column, Filter, Listing, export
from tests.conftest import NOON
from tests.web.test_tables import ask

VALUES: dict[str, object] = {
    "moment": NOON, "day": date(2026, 9, 15), "score": Decimal("-1.5"), "third": Fraction(1, 4), "count": -3,
    "nothing": None, "formula": "=1+1", "link": "https://a.example/", "number": "007", "flag": True,
}  # fmt: skip
FIGURES = Listing(
    "figures", "数字",
    columns=(
        Column("code", "编号", lambda row: row.code, sort="code"),
        *[Column(name, name, lambda _row, value=value: value) for name, value in VALUES.items()],
    ),
    sort="code",
)  # fmt: skip
PLAIN = Listing(
    "units", gettext_lazy("单位"),
    columns=(
        Column("code", "编号", lambda row: row.code, sort="code", shown=False),
        Column("name", "名称", lambda row: row.name, template="web/never-drawn.html"),
        Column("order", "次序", lambda row: row.official_order, sort="official_order"),
    ),
    filters=(Filter("q", "搜索", lambda rows, value: rows.filter(name__contains=value)),),
    sort="-order", size=2,
)  # fmt: skip


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that is closed drops a connection with an open transaction, and here that is the test's own."""
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)


@pytest.fixture
def units(db: None) -> list[Unit]:
    return [
        Unit.objects.create(code=f"U{n}", name=f'甲,"{n}"\n乙', short_name="x", kind="street", official_order=n % 2)
        for n in range(5)
    ]


def download(listing: Listing, request: HttpRequest) -> bytes:
    response = listing.respond(request, Unit.objects.all(), "unused.html")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    return data


def lines(listing: Listing, query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(download(listing, ask(f"export=csv&{query}")).decode("utf-8-sig"), newline="")))


def sheet(listing: Listing, query: str = "") -> Any:
    return openpyxl.load_workbook(io.BytesIO(download(listing, ask(f"export=xlsx&{query}")))).active


def cells(row: int = 2) -> dict[str, Any]:
    """The cells of a workbook's row by their column's key."""
    page = sheet(FIGURES)
    return {page.cell(1, column).value: page.cell(row, column) for column in range(2, page.max_column + 1)}


def test_a_workbook_holds_days_and_times_as_such(units: list[Unit]) -> None:
    found = cells()
    assert found["moment"].value == datetime(2026, 9, 15, 12, 0)
    assert found["moment"].number_format == "yyyy-mm-dd hh:mm"
    assert found["day"].value == datetime(2026, 9, 15)
    assert found["day"].number_format == "yyyy-mm-dd"


def test_a_workbook_holds_numbers_that_can_be_summed(units: list[Unit]) -> None:
    found = cells()
    assert (found["score"].value, found["third"].value, found["count"].value) == (-1.5, 0.25, -3)
    assert [found[name].data_type for name in ("score", "third", "count")] == ["n", "n", "n"]
    assert found["nothing"].value is None


def test_a_workbook_runs_nothing_and_links_nowhere(units: list[Unit]) -> None:
    found = cells()
    assert (found["formula"].value, found["formula"].data_type) == ("'=1+1", "s")
    assert found["link"].hyperlink is None
    assert found["number"].value == "007", "codes keep their zeros"


def test_a_csv_writes_the_same_values_as_text(units: list[Unit]) -> None:
    first = dict(zip(["code", *VALUES], lines(FIGURES, "")[1], strict=True))
    assert first["moment"] == "2026-09-15 12:00:00"
    assert (first["day"], first["score"], first["third"], first["nothing"]) == ("2026-09-15", "-1.5", "0.25", "")
    assert first["formula"] == "'=1+1"


def test_line_breaks_commas_and_quotes_survive_csv(units: list[Unit]) -> None:
    found = lines(PLAIN, "sort=order")
    assert [row[1] for row in found[1:]] == [f'甲,"{n}"\n乙' for n in (0, 2, 4, 1, 3)]


def test_a_file_holds_hidden_columns_all_pages_and_the_chosen_order(units: list[Unit]) -> None:
    found = lines(PLAIN, "cols=name")
    assert found[0] == ["编号", "名称", "次序"]
    assert [row[2] for row in found[1:]] == ["1", "1", "0", "0", "0"]
    assert sorted(row[0] for row in found[1:]) == ["U0", "U1", "U2", "U3", "U4"]


def test_a_file_ignores_the_page_one_was_on(units: list[Unit]) -> None:
    after = PLAIN.slice(ask(), Unit.objects.all()).after
    assert after
    assert len(lines(PLAIN, f"after={after}")) == 6


def test_a_file_holds_what_the_filter_leaves(units: list[Unit]) -> None:
    assert [row[0] for row in lines(PLAIN, "q=3")[1:]] == ["U3"]
    assert sheet(PLAIN, "q=nothing").max_row == 1


def test_the_download_is_called_after_the_list_and_the_citys_day(units: list[Unit]) -> None:
    from chuangcheng.kernel import clock

    late = datetime(2026, 9, 15, 17, 0, tzinfo=NOON.tzinfo)  # the 16th in the city
    with clock.at(late):
        response = PLAIN.respond(ask("export=csv"), Unit.objects.all(), "unused.html")
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%8D%95%E4%BD%8D-20260916.csv"
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    response.close()


def test_heads_are_in_the_readers_language(units: list[Unit]) -> None:
    listing = Listing("x", "x", columns=(Column("code", gettext_lazy("编号"), lambda row: row.code, sort="code"),),
                      sort="code")  # fmt: skip
    with override("en"):
        assert lines(listing, "")[0] == ["Number"]


def test_a_sheet_is_cut_where_excel_ends_and_the_csv_is_not(units: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "XLSX_MAX_ROWS", 4)
    assert sheet(PLAIN).max_row == 4
    assert len(lines(PLAIN, "")) == 6


def test_a_csv_is_written_while_it_is_read(units: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line leaves before the last row was fetched: a million rows need no memory."""
    seen: list[str] = []
    columns = (Column("code", "编号", lambda row: seen.append(row.code) or row.code),)
    response = export.respond(Unit.objects.order_by("code"), columns, "csv", "x")
    parts = iter(response.streaming_content)  # type: ignore[attr-defined]
    assert next(parts) == "\ufeff编号\r\n".encode()
    assert seen == []
    assert next(parts) == b"U0\r\n"
    assert seen == ["U0"]


@pytest.mark.parametrize("role", sorted(roles()))
def test_whoever_holds_the_right_and_nobody_else_exports(units: list[Unit], role: str) -> None:
    request = ask("export=csv", role=role)
    if "exports.run" in roles()[role].permissions:
        assert PLAIN.respond(request, Unit.objects.all(), "unused.html").status_code == 200
        assert PLAIN.slice(ask(role=role), Unit.objects.all()).may_export
    else:
        with pytest.raises(Refused, match=r"web\.no_export"):
            PLAIN.respond(request, Unit.objects.all(), "unused.html")
        assert not PLAIN.slice(ask(role=role), Unit.objects.all()).may_export


def test_without_the_right_the_format_is_not_even_looked_at(units: list[Unit]) -> None:
    with pytest.raises(Refused, match=r"web\.no_export"):
        PLAIN.respond(ask("export=exe", role="community"), Unit.objects.all(), "unused.html")


@given(text=st.text(max_size=40), first=st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "'", " "]))
def test_no_text_becomes_a_formula_and_none_is_lost(text: str, first: str) -> None:
    shown = export.plain(first + text)
    assert isinstance(shown, str)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert shown.removeprefix("'") == (first + text).removeprefix("'")
    assert len(shown) - len(first + text) in (0, 1)


@pytest.mark.parametrize("path", ["/desk/sites/", "/desk/cases/", "/desk/reports/"])
def test_lists_that_a_grid_worker_may_see_are_no_files_for_him(as_persona: Callable[[str], Client], path: str) -> None:
    assert as_persona("grid").get(path).status_code == 200
    refused = as_persona("grid").get(path, {"export": "csv"})
    assert refused.status_code == 403
    allowed = as_persona("office").get(path, {"export": "xlsx"})
    assert allowed.status_code == 200
    assert allowed.headers["Content-Type"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(allowed.streaming_content)))  # type: ignore[attr-defined]
    assert book.active is not None
    assert book.active.freeze_panes == "A2"
    allowed.close()


def test_the_temporary_workbook_is_gone_after_the_answer(
    units: list[Unit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    response = PLAIN.respond(ask("export=xlsx"), Unit.objects.all(), "unused.html")
    b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    assert list(tmp_path.iterdir()) == []


def test_summer_time_of_elsewhere_does_not_shift_the_citys_times() -> None:
    summer = NOON - timedelta(days=60)
    assert export.plain(summer) == datetime(2026, 7, 17, 12, 0)
    assert export.plain(summer + timedelta(microseconds=5)) == datetime(2026, 7, 17, 12, 0, 0, 5)
