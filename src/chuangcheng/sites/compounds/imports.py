"""Compounds out of a workbook."""

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
from chuangcheng.sites.compounds import actions
from chuangcheng.sites.compounds.actions import FACTS, CompoundInput
from chuangcheng.sites.compounds.models import Committee, Compound, Property, Renewal
from chuangcheng.sites.registering import Batch, settle
from chuangcheng.sites.sheets import Reader, Sheet, by_word
from chuangcheng.sites.site import Site


def _words(choices: Any) -> list[str]:
    return [str(label) for _, label in choices]


SHEET = Sheet(
    "小区",
    {
        "code": (("小区编码", "编码", "小区编号", "compound code"), "必填；唯一，再次导入按编码更新"),
        "name": (("小区名称", "名称", "compound name"), "必填"),
        "division": (("所在社区", "社区", "区划", "division"), "名称或代码；有经纬度时以边界为准"),
        "address": (("地址", "位置", "address"), ""),
        "lon": (("经度", "longitude", "lon"), "必填；十进制度"),
        "lat": (("纬度", "latitude", "lat"), "必填；十进制度"),
        "datum": (("坐标系", "datum"), "不填为 WGS-84；高德、腾讯为 GCJ-02，百度为 BD-09"),
        "property_kind": (("物业类型", "物业管理", "property"), "不填为无物业"),
        "property_company": (("物业公司", "物业企业", "property company"), "物业类型为物业公司时必填"),
        "committee": (("业委会", "业主委员会", "committee"), "不填为未成立"),
        "committee_until": (("业委会届满", "届满日期", "committee until"), "日期"),
        "households": (("户数", "households"), ""),
        "year_built": (("建成年份", "建成年代", "year built"), ""),
        "bin_points": (("投放点", "垃圾投放点", "bin points"), "个"),
        "bins": (("垃圾桶", "分类垃圾桶", "bins"), "只"),
        "renewal": (("改造情况", "老旧小区改造", "renewal"), "不填为未列入改造"),
        "site": (("点位编码", "对应点位", "site code"), "作为实地考察点位时填写"),
        "liaison_name": (("联系人", "liaison"), "加密保存"),
        "liaison_phone": (("联系电话", "电话", "phone"), "加密保存，查看留痕"),
    },
    required=("code", "name", "lon", "lat"),
    lists={
        "property_kind": _words(Property.choices), "committee": _words(Committee.choices),
        "renewal": _words(Renewal.choices), "datum": list(sheets.DATUMS),
    },
)  # fmt: skip


def import_compounds(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheet 小区 into compounds by code. One problem and nothing is imported; the same file twice changes
    nothing. Columns that the file does not have leave what stands; so does an empty contact person."""
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
        self.known = {row.code: row for row in Compound.objects.select_for_update().order_by("pk")}
        self.divisions: Mapping[str, Division | None] = sheets.divisions()
        self.sites: Mapping[str, Site | None] = {site.code: site for site in Site.objects.all()}
        fields = [name for name in CompoundInput.__slots__ if name not in _NOT_STORED]
        self.batch = Batch([*fields, "division_id", "division_path", "grid_id", "site_id", "liaison_cipher"])

    def take(self, reader: Reader) -> bool:
        given = self._given(reader)
        found = self.known.get(given.code)
        row, values = actions.prepare(actor=self.actor, given=given, found=found)
        kept = {field: value for field, value in values.items() if self._is_given(field) or found is None}
        event = settle(row, kept, self.actor, FACTS, fresh=found is None)
        return self.batch.take(row, event, fresh=found is None)

    def _is_given(self, field: str) -> bool:
        """Whether the file speaks of it: place and contact person come in several columns."""
        named = field.removesuffix("_id")
        return named not in SHEET.columns or named in self.columns

    def _given(self, reader: Reader) -> CompoundInput:
        liaison = (reader.text("liaison_name"), reader.text("liaison_phone"))
        company = reader.text("property_company")
        return CompoundInput(
            code=reader.text("code"), name=reader.text("name"), lat=reader.degrees("lat"), lon=reader.degrees("lon"),
            datum=reader.one_of("datum", sheets.DATUM_WORDS, "wgs84"),
            division=reader.one_of("division", self.divisions, None), site=reader.one_of("site", self.sites, None),
            address=reader.text("address"), property_company=company,
            property_kind=reader.one_of("property_kind", _PROPERTY, Property.COMPANY if company else Property.NONE),
            committee=reader.one_of("committee", _COMMITTEE, Committee.NO),
            committee_until=reader.day("committee_until"), households=reader.count("households"),
            year_built=reader.count("year_built"), bin_points=reader.count("bin_points"), bins=reader.count("bins"),
            renewal=reader.one_of("renewal", _RENEWAL, Renewal.NONE), liaison=liaison if any(liaison) else None,
        )  # fmt: skip


_NOT_STORED = frozenset({"code", "datum", "division", "site", "liaison"})
_PROPERTY = by_word({code: str(label) for code, label in Property.choices})
_COMMITTEE = by_word({code: str(label) for code, label in Committee.choices})
_RENEWAL = by_word({code: str(label) for code, label in Renewal.choices})


def write_template(path: Path | str | Any) -> None:
    """An empty workbook to fill in."""
    sheets.write_template(SHEET, path)
