"""Workbooks of compounds and shops: all or nothing, row by row, the same file twice, eighteen thousand rows."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.compounds import imports as compounds
from chuangcheng.sites.compounds.liaison import liaison_of
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.shops import imports as shops
from chuangcheng.sites.shops.models import Shop
from tests.sites.registers import make_compound, make_shop, workbook

pytestmark = pytest.mark.django_db
COMPOUND_HEADS = [names[0] for names, _ in compounds.SHEET.columns.values()]
SHOP_HEADS = [names[0] for names, _ in shops.SHEET.columns.values()]
COMPOUND_ROWS: list[list[Any]] = [
    ["XQ1", "和顺小区", "永安社区", "永安路1号", 120.002, 30.003, None, "物业公司", "安居物业", "已成立", date(2028, 6, 30), 320,
     2004, 4, 16, "已改造", None, "王大妈", "13800138000"],
    ["XQ2", "锦绣苑", None, None, "120.012", "30.003", "CGCS2000", None, None, None, None, "80", None, None, None, None,
     None, None, None],
    [3, "清泉里", "990101002001", None, 121.5, 30.5, None, "none", None, "筹备中", None, 0, 1986, 0, 0, "planned", None, None,
     None],
]  # fmt: skip
SHOP_ROWS: list[list[Any]] = [
    ["MD1", "好邻居便利店", "便利店", "望湖路", "12号", "永安社区", 120.002, 30.003, None, 6.5, "91350100M000100Y43",
     datetime(2026, 3, 1), "2026-001"],
    ["MD2", "老王面馆", "餐饮", "望湖路", 14, "新华社区", None, None, None, None, None, "2026-03-02", None],
    ["MD3", "五金店", None, "松溪路", None, "长乐社区", None, None, None, "3", None, None, None],
]  # fmt: skip


def compound_file(path: Path, rows: list[list[Any]] | None = None, heads: list[str] | None = None) -> Path:
    return workbook(path / "a.xlsx", "小区", heads or COMPOUND_HEADS, COMPOUND_ROWS if rows is None else rows)


def shop_file(path: Path, rows: list[list[Any]] | None = None, heads: list[str] | None = None) -> Path:
    return workbook(path / "b.xlsx", "门店", heads or SHOP_HEADS, SHOP_ROWS if rows is None else rows)


def test_compounds_come_in(tmp_path: Path, small_city: Any, noon: Any) -> None:
    report = compounds.import_compounds(SYSTEM, compound_file(tmp_path))
    assert (report.rows, report.imported, report.rejected, report.extra) == (3, 3, 0, {"applied": True})
    first, second, third = Compound.objects.order_by("name")
    by_code = {row.code: row for row in (first, second, third)}
    assert by_code["XQ1"].committee_until == date(2028, 6, 30)
    assert liaison_of(by_code["XQ1"]) == ("王大妈", "13800138000")
    assert by_code["XQ2"].division == small_city.communities[1]
    assert (by_code["3"].division, by_code["3"].committee) == (small_city.communities[2], "preparing")
    assert Event.objects.filter(action="compound.created").count() == 3
    assert Outbox.objects.get(topic="compound.imported").payload == {"count": 3}
    assert not Outbox.objects.filter(topic="compound.created").exists()


def test_the_same_file_twice_changes_nothing(tmp_path: Path, small_city: Any, noon: Any) -> None:
    for run, path in ((compounds.import_compounds, compound_file(tmp_path)), (shops.import_shops, shop_file(tmp_path))):
        assert run(SYSTEM, path).imported == 3
        before = Event.objects.count()
        again = run(SYSTEM, path)
        assert (again.imported, again.unchanged, Event.objects.count()) == (0, 3, before)


def test_an_import_after_a_save_by_hand_carries_the_chain_on(tmp_path: Path, small_city: Any, noon: Any) -> None:
    make_compound(code="XQ1", households=1)
    make_shop(code="MD1", trade="小卖部")
    compounds.import_compounds(SYSTEM, compound_file(tmp_path))
    shops.import_shops(SYSTEM, shop_file(tmp_path))
    assert (Compound.objects.get(code="XQ1").households, Compound.objects.get(code="XQ1").chain_seq) == (320, 2)
    assert (Shop.objects.get(code="MD1").trade, Shop.objects.get(code="MD1").chain_seq) == ("便利店", 2)
    assert list(registered()["compounds"].check()) == list(registered()["shops"].check()) == []
    assert verify(tmp_path) == []


def test_columns_that_are_not_there_leave_what_stands(tmp_path: Path, small_city: Any, noon: Any) -> None:
    compounds.import_compounds(SYSTEM, compound_file(tmp_path))
    few = compound_file(
        tmp_path, [["XQ1", "和顺小区", 120.002, 30.003, 333]], ["小区编码", "小区名称", "经度", "纬度", "户数"]
    )
    assert compounds.import_compounds(SYSTEM, few).imported == 1
    row = Compound.objects.get(code="XQ1")
    assert (row.households, row.property_company, row.committee, row.bins) == (333, "安居物业", "yes", 16)
    assert liaison_of(row) == ("王大妈", "13800138000")
    shops.import_shops(SYSTEM, shop_file(tmp_path))
    few = shop_file(tmp_path, [["MD2", "老王面馆", "望湖路", "新华社区"]], ["编号", "店名", "路名", "社区"])
    assert shops.import_shops(SYSTEM, few).unchanged == 1
    assert (Shop.objects.get(code="MD2").trade, Shop.objects.get(code="MD2").door) == ("餐饮", "14")


def test_a_preview_keeps_nothing(tmp_path: Path, small_city: Any, noon: Any) -> None:
    for run, path in ((compounds.import_compounds, compound_file(tmp_path)), (shops.import_shops, shop_file(tmp_path))):
        report = run(SYSTEM, path, preview=True)
        assert (report.rows, report.imported, report.extra["applied"]) == (3, 3, False)
    assert not (Compound.objects.exists() or Shop.objects.exists() or Event.objects.exists())


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (1, None, "小区名称"), (4, "东经", "tables.not_a_number"), (4, None, "sites.missing"),
        (6, "月球", "sites.unknown_choice"), (7, "月球", "sites.unknown_choice"), (9, "月球", "sites.unknown_choice"),
        (10, "某日", "tables.not_a_time"), (11, 1.5, "tables.not_whole"), (12, 20, "sites.bad_year"),
        (2, "无此社区", "sites.unknown_choice"), (16, "无此点位", "sites.unknown_choice"), (0, "XQ2", "sites.duplicate"),
    ],
)  # fmt: skip
def test_one_wrong_row_and_none_is_imported(
    tmp_path: Path, small_city: Any, noon: Any, column: int, value: Any, said: str
) -> None:
    rows = [list(row) for row in COMPOUND_ROWS]
    rows[0 if column else 2][column] = value
    report = compounds.import_compounds(SYSTEM, compound_file(tmp_path, rows))
    assert (report.rows, report.imported, report.unchanged, report.rejected) == (3, 0, 0, 1)
    (problem,) = report.problems
    assert problem.row == (2 if column else 4)
    assert said in (problem.code, problem.field, problem.message) or said in problem.message
    assert not Compound.objects.exists()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [(3, None, "sites.missing"), (5, None, "sites.unknown_division"), (10, "91350100M000100Y44", "sites.bad_credit_code"),
     (9, -2, "sites.bad_count"), (11, "2027-01-01", "sites.future_day"), (9, "宽", "tables.not_a_number")],
)  # fmt: skip
def test_a_wrong_shop_is_named(tmp_path: Path, small_city: Any, noon: Any, column: int, value: Any, code: str) -> None:
    rows = [list(row) for row in SHOP_ROWS]
    rows[1][column] = value
    report = shops.import_shops(SYSTEM, shop_file(tmp_path, rows))
    assert [(problem.row, problem.code) for problem in report.problems] == [(3, code)]
    assert not Shop.objects.exists()


def test_a_street_imports_its_own_and_nothing_else(tmp_path: Path, personas: dict[str, Actor], noon: Any) -> None:
    own = shop_file(tmp_path, SHOP_ROWS[:1])
    assert shops.import_shops(personas["street"], own).imported == 1
    report = shops.import_shops(personas["street"], shop_file(tmp_path))
    assert [(problem.row, problem.code) for problem in report.problems] == [(3, "common.not_found")]
    for role in ("leader", "grid", "inspector", "department"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            shops.import_shops(personas[role], own)
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            compounds.import_compounds(personas[role], compound_file(tmp_path))


def test_a_file_without_the_needed_columns_is_refused(tmp_path: Path, small_city: Any) -> None:
    with pytest.raises(Refused, match=r"tables\.missing_columns"):
        shops.import_shops(SYSTEM, shop_file(tmp_path, [["x"]], ["店名"]))


def test_templates_can_be_filled_and_read_again(tmp_path: Path, small_city: Any, noon: Any) -> None:
    for module, rows in ((compounds, COMPOUND_ROWS), (shops, SHOP_ROWS)):
        file = io.BytesIO()
        module.write_template(file)  # type: ignore[attr-defined]
        book = openpyxl.load_workbook(io.BytesIO(file.getvalue()))
        page = book.active
        assert page is not None and page.title == module.SHEET.name  # type: ignore[attr-defined]
        for row in rows:
            page.append(row)
        book.save(tmp_path / "filled.xlsx")
        run = module.import_compounds if module is compounds else module.import_shops  # type: ignore[attr-defined]
        assert run(SYSTEM, tmp_path / "filled.xlsx").imported == 3


def test_many_shops_cost_few_statements(
    tmp_path: Path, small_city: Any, noon: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [[f"MD{n}", f"店{n}", "百货", "望湖路", f"{n}号", "永安社区", 120.002, 30.003] for n in range(600)]
    path = shop_file(tmp_path, rows, SHOP_HEADS[:8])
    with django_assert_max_num_queries(40):
        assert shops.import_shops(SYSTEM, path).imported == 600
    assert Shop.objects.filter(front_metres=None, state="open").count() == 600
    assert Decimal("6.5") == make_shop(code="MD7").front_metres
