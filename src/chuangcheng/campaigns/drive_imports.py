"""A drive's checklist and its places out of workbooks: all or nothing, each wrong row named."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.actions.drives import PLACE_FACTS, check_items, place_values, set_checklist
from chuangcheng.campaigns.imports import units_by_word
from chuangcheng.campaigns.models import Drive
from chuangcheng.campaigns.subjects import candidates
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.attainment import ANSWERS, Item
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.sites import sheets
from chuangcheng.sites.registering import Batch, locked, settle
from chuangcheng.sites.sheets import Blamed, Reader, Sheet

CHECKLIST = Sheet(
    "清单",
    {
        "code": (("编号", "序号", "code"), "必填；唯一"),
        "text": (("考评内容", "题目", "内容", "item"), "必填"),
        "answer": (("作答", "类型", "answer"), "不填为是否"),
        "weight": (("分值", "分数", "weight"), "必填；1–100 的整数"),
        "must": (("必达", "一票否决", "must"), "是或否，不填为否"),
        "at_least": (("不少于", "下限", "at least"), "数值题"),
        "at_most": (("不多于", "上限", "at most"), "数值题"),
        "effort": (("整改投入", "投入", "effort"), "1（少）至 9（多），不填为 1"),
    },
    required=("code", "text", "weight"),
    lists={"answer": [label.zh for label in ANSWERS.values()], "must": ["是", "否"]},
)
PLACES = Sheet(
    "对象",
    {
        "code": (("代码", "编码", "code"), "必填；社区用区划代码，小区、站点用各自编码"),
        "unit": (("填报单位", "责任单位", "unit"), "不填为所在社区或街道"),
        "sponsor": (("包联单位", "挂点部门", "联系部门", "sponsor"), ""),
    },
    required=("code",),
    lists={},
)
_ANSWERS = sheets.by_word(ANSWERS)
_MUST = {"是": True, "否": False, "yes": True, "no": False, "√": True}


def import_checklist(
    actor: Actor, drive_id: UUID, path: Path | bytes, *, name: str = "", preview: bool = False
) -> ImportReport:
    """Read the sheet 清单 into a drive that is being prepared; it replaces what stood there."""
    rights.require_or_system(actor, "drives.edit")
    items: list[Item] = []

    def take(reader: Reader) -> bool:
        low, high = (_fraction(reader.number(field)) for field in ("at_least", "at_most"))
        item = Item(
            reader.text("code"), reader.text("text"), reader.one_of("answer", _ANSWERS, "yes"),
            reader.count("weight") or 0, reader.one_of("must", _MUST, False), low, high, reader.count("effort") or 1,
        )  # fmt: skip
        check_items(items=[item])
        items.append(item)
        return True

    def write() -> None:
        set_checklist(actor=actor, drive_id=drive_id, items=items)

    return sheets.run(CHECKLIST, CHECKLIST.rows(path, name), take, write, preview=preview)


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def import_places(
    actor: Actor, drive_id: UUID, path: Path | bytes, *, name: str = "", preview: bool = False
) -> ImportReport:
    """Read the sheet 对象 into a drive's places by code; the same file twice changes nothing. An empty sponsor leaves
    who stands there."""
    rights.require_or_system(actor, "drives.edit")
    rows = PLACES.rows(path, name)
    with transaction.atomic():
        drive = locked(Drive, drive_id)
        if drive.state == "closed":
            raise Refused("drive.closed")
        run = _Run(actor, drive)
        return sheets.run(PLACES, rows, run.take, run.batch.write, preview=preview)


class _Run:
    """What the rows may refer to, and what is to be written."""

    def __init__(self, actor: Actor, drive: Drive) -> None:
        self.actor, self.drive = actor, drive
        self.known = {row.code: row for row in drive.places.select_for_update(of=("self",)).select_related("unit")}
        self.subjects, self.units = candidates(drive.subject_kind), units_by_word()
        self.batch = Batch(["name", "division_id", "division_path", "lat", "lon", "unit_id", "sponsor_id"])

    def take(self, reader: Reader) -> bool:
        code = reader.text("code")
        subject = self.subjects.get(code)
        if subject is None:
            raise Blamed("code", Refused("drive.unknown_subject", given=code[:30]))
        found = self.known.get(code)
        unit, sponsor = self._unit(reader, "unit"), self._unit(reader, "sponsor")
        row, values = place_values(drive=self.drive, subject=subject, found=found, unit=unit, sponsor=sponsor)
        event = settle(row, values, self.actor, PLACE_FACTS, fresh=found is None)
        return self.batch.take(row, event, fresh=found is None)

    def _unit(self, reader: Reader, field: str) -> Unit | None:
        said = reader.text(field)
        if said and said not in self.units:
            raise Blamed(field, Refused("campaign.unknown_unit", given=said[:40]))
        return self.units.get(said)


def write_template(kind: str, path: Path | str | Any) -> None:
    """An empty workbook of ``checklist`` or ``places``."""
    sheets.write_template(CHECKLIST if kind == "checklist" else PLACES, path)
