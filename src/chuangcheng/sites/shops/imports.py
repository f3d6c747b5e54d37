"""Shops out of a workbook: a city has some eighteen thousand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import rights
from chuangcheng.places.models import Division
from chuangcheng.sites import sheets
from chuangcheng.sites.registering import Batch, settle
from chuangcheng.sites.sheets import Reader, Sheet
from chuangcheng.sites.shops import actions
from chuangcheng.sites.shops.actions import FACTS, ShopInput
from chuangcheng.sites.shops.models import Shop

SHEET = Sheet(
    "门店",
    {
        "code": (("门店编号", "编号", "门店编码", "shop code"), "必填；唯一，再次导入按编号更新"),
        "name": (("店名", "门店名称", "名称", "shop name"), "必填"),
        "trade": (("行业", "业态", "经营类别", "trade"), ""),
        "road": (("路名", "道路", "街路", "road"), "必填"),
        "door": (("门牌号", "门牌", "door"), ""),
        "division": (("所在社区", "社区", "区划", "division"), "名称或代码；没有经纬度时必填"),
        "lon": (("经度", "longitude", "lon"), "十进制度"),
        "lat": (("纬度", "latitude", "lat"), "十进制度"),
        "datum": (("坐标系", "datum"), "不填为 WGS-84；高德、腾讯为 GCJ-02，百度为 BD-09"),
        "front_metres": (("门面宽度", "门面宽", "front"), "米"),
        "credit_code": (("统一社会信用代码", "信用代码", "credit code"), "18 位，可不填"),
        "signed_on": (("签订日期", "责任书签订日期", "signed on"), "日期"),
        "sheet_no": (("责任书编号", "sheet no"), ""),
    },
    required=("code", "name", "road"),
    lists={"datum": list(sheets.DATUMS)},
)
_PLACE = ("division_id", "division_path", "grid_id", "lat", "lon")
_STORED = ("name", "trade", "road", "door", "front_metres", "credit_code", "signed_on", "sheet_no")


def import_shops(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheet 门店 into shops by code. One problem and nothing is imported; the same file twice changes
    nothing. Columns that the file does not have leave what stands."""
    if actor != SYSTEM:
        rights.require(actor, actions.EDIT)
    rows = SHEET.rows(path, name)
    with transaction.atomic():
        run = _Run(actor, {field for row in rows[:1] for field in row.values})
        return sheets.run(SHEET, rows, run.take, run.batch.write, preview=preview)


class _Run:
    """What the rows may refer to, and what is to be written."""

    def __init__(self, actor: Actor, columns: set[str]) -> None:
        self.actor, self.columns = actor, columns
        self.known = {row.code: row for row in Shop.objects.select_for_update().order_by("pk")}
        self.divisions: Mapping[str, Division | None] = sheets.divisions()
        self.batch = Batch([*_STORED, *_PLACE])

    def take(self, reader: Reader) -> bool:
        given = self._given(reader)
        found = self.known.get(given.code)
        row, values = actions.prepare(actor=self.actor, given=given, found=found)
        if found is not None:
            values = {name: value for name, value in values.items() if name not in _STORED or name in self.columns}
        event = settle(row, values, self.actor, FACTS, fresh=found is None)
        return self.batch.take(row, event, fresh=found is None)

    def _given(self, reader: Reader) -> ShopInput:
        return ShopInput(
            code=reader.text("code"), name=reader.text("name"), road=reader.text("road"), door=reader.text("door"),
            trade=reader.text("trade"), division=reader.one_of("division", self.divisions, None),
            lat=reader.degrees("lat"), lon=reader.degrees("lon"),
            datum=reader.one_of("datum", sheets.DATUM_WORDS, "wgs84"),
            front_metres=reader.number("front_metres"), credit_code=reader.text("credit_code"),
            signed_on=reader.day("signed_on"), sheet_no=reader.text("sheet_no"),
        )  # fmt: skip


def write_template(path: Path | str | Any) -> None:
    """An empty workbook to fill in."""
    sheets.write_template(SHEET, path)
