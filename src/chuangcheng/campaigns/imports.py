"""Sub-actions out of a workbook, by the thousand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.actions.sub_actions import FACTS, SubActionInput, prepare
from chuangcheng.campaigns.models import Campaign
from chuangcheng.campaigns.rows import locked
from chuangcheng.campaigns.states import SUB_ACTION
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division
from chuangcheng.sites import sheets
from chuangcheng.sites.registering import Batch, settle
from chuangcheng.sites.sheets import Blamed, Reader, Sheet

_STATES = {state.code: state.label.zh for state in SUB_ACTION.states}
SHEET = Sheet(
    "活动",
    {
        "code": (("编号", "活动编号", "序号", "code"), "必填；本行动内唯一，再次导入按编号更新"),
        "name": (("名称", "活动名称", "name"), "必填"),
        "unit": (("责任单位", "牵头单位", "单位", "unit"), "必填；简称、全称或代码"),
        "address": (("地点", "地址", "address"), ""),
        "division": (("所在区划", "社区", "街道", "division"), "名称或代码；有经纬度时以边界为准"),
        "lon": (("经度", "longitude", "lon"), "十进制度，可不填"),
        "lat": (("纬度", "latitude", "lat"), "十进制度，可不填"),
        "datum": (("坐标系", "datum"), "不填为 WGS-84"),
        "from_on": (("开始日期", "开始", "from"), "必填；在行动起止之内"),
        "until_on": (("结束日期", "结束", "完成时限", "until"), "必填；在行动起止之内"),
        "state": (("状态", "state"), "不填为未开始或保持不变"),
        "result": (("结果", "完成情况", "result"), "已完成、已取消的必填"),
    },
    required=("code", "name", "unit", "from_on", "until_on"),
    lists={"state": list(_STATES.values()), "datum": list(sheets.DATUMS)},
)
_WORDS = sheets.by_word(_STATES)
_BLAME = {"campaign.sub_days": "from_on", "campaign.sub_step": "state", "state.missing": "result",
          "campaign.other_unit": "unit", "campaign.half_position": "lat", "sites.bad_position": "lat"}  # fmt: skip


def import_sub_actions(
    actor: Actor, campaign_id: UUID, path: Path | bytes, *, name: str = "", preview: bool = False
) -> ImportReport:
    """Read the sheet 活动 into a campaign's sub-actions by code. One problem and nothing is imported; the same file
    twice changes nothing."""
    if actor != SYSTEM:
        rights.require(actor, "campaigns.report")
    rows = SHEET.rows(path, name)
    with transaction.atomic():
        run = _Run(actor, locked(campaign_id))
        return sheets.run(SHEET, rows, run.take, run.batch.write, preview=preview)


class _Run:
    """What the rows may refer to, and what is to be written."""

    def __init__(self, actor: Actor, campaign: Campaign) -> None:
        self.actor, self.campaign = actor, campaign
        self.known = {row.code: row for row in campaign.sub_actions.select_for_update().order_by("pk")}
        self.divisions: Mapping[str, Division | None] = sheets.divisions()
        self.units = units_by_word()
        self.batch = Batch(["name", "unit_id", "address", "division_id", "division_path", "lat", "lon", "from_on",
                            "until_on", "state", "result"])  # fmt: skip

    def take(self, reader: Reader) -> bool:
        given = self._given(reader)
        found = self.known.get(given.code)
        try:
            row, values = prepare(actor=self.actor, campaign=self.campaign, given=given, found=found)
        except Refused as refused:
            raise Blamed(_BLAME.get(refused.code, "name"), refused) from refused
        event = settle(row, values, self.actor, FACTS, fresh=found is None)
        return self.batch.take(row, event, fresh=found is None)

    def _given(self, reader: Reader) -> SubActionInput:
        first, last = reader.day("from_on"), reader.day("until_on")
        for field, day in (("from_on", first), ("until_on", last)):
            if day is None:
                raise Blamed(field, Refused("sites.missing", column=SHEET.header(field)))
        values: dict[str, Any] = {"from_on": first, "until_on": last}
        return SubActionInput(
            code=reader.text("code"), name=reader.text("name"), unit=self._unit(reader), address=reader.text("address"),
            division=reader.one_of("division", self.divisions, None), lat=reader.degrees("lat"),
            lon=reader.degrees("lon"), datum=reader.one_of("datum", sheets.DATUM_WORDS, "wgs84"),
            state=reader.one_of("state", _WORDS, ""), result=reader.text("result"), **values,
        )  # fmt: skip

    def _unit(self, reader: Reader) -> Unit:
        said = reader.text("unit")
        if said not in self.units:
            raise Blamed("unit", Refused("campaign.unknown_unit", given=said[:40]))
        return self.units[said]


def units_by_word() -> dict[str, Unit]:
    """Units by name, short name and code; a word that two of them share means neither."""
    found: dict[str, Unit] = {}
    shared: set[str] = set()
    for unit in people.units().select_related("division"):
        for word in {unit.code, unit.name, unit.short_name}:
            if word in found:
                shared.add(word)
            found[word] = unit
    return {word: unit for word, unit in found.items() if word not in shared}


def write_template(path: Path | str | Any) -> None:
    """An empty workbook to fill in."""
    sheets.write_template(SHEET, path)
