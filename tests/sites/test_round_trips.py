"""Whatever the register holds comes out of a workbook and goes in again unchanged."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.coords import from_wgs84
from chuangcheng.kernel.text import tidy
from chuangcheng.sites.imports import COLUMNS, DATUMS, import_sites
from chuangcheng.sites.models import Site

HEADERS = [names[0] for names, _ in COLUMNS.values()]
QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.text("永安长乐新华巷路号，（）Aa09", min_size=1, max_size=20)
CODES = st.from_regex(r"[A-Z]{1,3}[0-9]{1,6}", fullmatch=True)
ROW = st.fixed_dictionaries(
    {
        "点位编码": CODES, "点位名称": NAMES, "点位类型": st.sampled_from(["背街小巷", "lane"]),
        "责任单位": st.sampled_from(["U-CGJ", "城市管理局", "U-990101001", "河东街道"]),
        "经度": st.floats(120.0001, 120.0299), "纬度": st.floats(30.0001, 30.0099),
        "坐标系": st.sampled_from(["", *DATUMS]), "地址": st.one_of(st.just(""), NAMES),
    }
)  # fmt: skip


def in_its_datum(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose coordinates, which lie in the small city, are written in the datum that it names."""
    lon, lat = from_wgs84(row["经度"], row["纬度"], DATUMS.get(row["坐标系"], "wgs84"))
    return {**row, "经度": lon, "纬度": lat}


ROWS = st.lists(ROW.map(in_its_datum), min_size=1, max_size=6, unique_by=lambda row: str(row["点位编码"]))


def book(rows: list[dict[str, Any]], headers: list[str] | None = None) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = "点位"
    page.append(headers or HEADERS)
    for row in rows:
        page.append([row[header] if row[header] != "" else None for header in headers or HEADERS])
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def dumped() -> list[dict[str, Any]]:
    """The register as rows of the template."""
    return [
        {
            "点位编码": site.code, "点位名称": site.name, "点位类型": site.kind.zh, "责任单位": site.unit.code,
            "经度": site.lon, "纬度": site.lat, "坐标系": "WGS-84", "地址": site.address,
        }
        for site in Site.objects.select_related("kind", "unit").order_by("code")
    ]  # fmt: skip


@QUIET
@given(rows=ROWS)
def test_what_was_imported_comes_out_and_goes_in_unchanged(
    edition: Edition, small_city: Any, rows: list[dict[str, Any]]
) -> None:
    Site.objects.all().delete()
    first = import_sites(SYSTEM, book(rows))
    assert (first.rows, first.imported, first.problems) == (len(rows), len(rows), [])
    events = Event.objects.count()
    again = import_sites(SYSTEM, book(dumped()))
    assert (again.imported, again.unchanged) == (0, len(rows))
    assert Event.objects.count() == events


@QUIET
@given(rows=ROWS)
def test_each_cell_arrives_where_it_belongs(edition: Edition, small_city: Any, rows: list[dict[str, Any]]) -> None:
    Site.objects.all().delete()
    import_sites(SYSTEM, book(rows, HEADERS[::-1]))
    units = {"城市管理局": "U-CGJ", "河东街道": "U-990101001"}
    for row in rows:
        site = Site.objects.select_related("unit").get(code=row["点位编码"])
        assert (site.name, site.address) == (tidy(row["点位名称"]), row["地址"])
        assert site.unit.code == units.get(row["责任单位"], row["责任单位"])
        datum = DATUMS.get(row["坐标系"], "wgs84")
        lon, lat = from_wgs84(site.lon, site.lat, datum)
        assert (lon, lat) == (pytest.approx(row["经度"], abs=2e-6), pytest.approx(row["纬度"], abs=2e-6))
        assert site.division_path.startswith("990100/990101/")


@QUIET
@given(rows=ROWS, data=st.data())
def test_one_bad_row_among_good_ones_keeps_all_out(
    edition: Edition, small_city: Any, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    Site.objects.all().delete()
    number = data.draw(st.integers(0, len(rows) - 1))
    column, value, code = data.draw(
        st.sampled_from(
            [
                ("点位名称", "   ", "sites.missing"), ("点位类型", "火星", "sites.unknown_kind"),
                ("责任单位", "无", "sites.unknown_unit"), ("经度", "东边", "tables.not_a_number"),
                ("坐标系", "月球", "sites.unknown_datum"), ("点位名称", "长" * 101, "sites.too_long"),
            ]
        )
    )  # fmt: skip
    rows = [dict(row) for row in rows]
    rows[number][column] = value
    report = import_sites(SYSTEM, book(rows))
    assert [(one.row, one.code) for one in report.problems] == [(number + 2, code)]
    assert (report.rows, report.rejected, report.imported, report.extra["applied"]) == (len(rows), 1, 0, False)
    assert not Site.objects.exists()
    assert not Event.objects.filter(subject_kind="site").exists()
