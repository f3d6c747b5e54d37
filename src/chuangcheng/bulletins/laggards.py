"""A list of laggards as an official document: internal, in official order, with the rule and those left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

from chuangcheng.bulletins.document import Document, Section, Table, day, moment, short_day
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.models import LaggardList
from chuangcheng.risks.rules import GROUPS

WHY = {"share": "末位比例", "floor": "低于底线"}


def written(row: LaggardList, value: Any) -> str:
    """A figure of the list as an office writes it."""
    if value is None:
        return "—"
    number = Decimal(str(value))
    return f"{number * 100:.1f}%" if MEASURES[row.rule["measure"]].share else f"{number.normalize():f}"


def compose(row: LaggardList) -> Document:
    """The document of a list; whoever was taken out on objection is not named."""
    lines = list(row.laggards.exclude(state="taken_out").select_related("unit"))
    measure, city = MEASURES[row.rule["measure"]], settings.CITY.city_name
    cells = tuple(
        (str(place), line.unit.name, written(row, line.value), str(line.base), WHY[line.why])
        for place, line in enumerate(lines, 1)
    )
    period, group = f"{day(row.from_on)}至{short_day(row.to_on)}", GROUPS[row.rule["group"]].zh
    counts = f"共比较 {_compared(row)} 个单位，列入名单 {len(lines)} 个"
    head = f"{period}，{group}{counts}。请列入单位对照差距，限期整改。"
    table = Table(("序号", "单位", measure.label.zh, "基数", "列入原因"), cells, (True, False, True, True, False))
    sections = (
        Section("一、基本情况", (head,)),
        Section("二、名单（按规范排序）", (), table),
        Section("三、规则", (rule_words(row.rule),)),
    )
    issued = row.issued_at or row.drafted_at
    return Document(
        organisation=f"{city}创建全国文明城市指挥部办公室", series="创城工作内部通报", issue=f"编号 {row.number}",
        title=f"关于{row.rule['zh']}的通报", period=f"（{day(row.from_on)}—{short_day(row.to_on)}）",
        issued_on=day(issued.astimezone(CITY_ZONE).date()), as_of=moment(row.drafted_at), sections=sections,
        draft=row.state != "issued", remarks=("内部通报，不得公开。垂管、部队、铁路等驻地单位不参与排名。",),
    )  # fmt: skip


def _compared(row: LaggardList) -> int:
    return sum(each["why"] not in ("small", "outside") for each in row.counted)


def rule_words(rule: dict[str, Any]) -> str:
    """How the list was drawn."""
    said = [f"以“{MEASURES[rule['measure']].label.zh}”比较"]
    if rule["share"]:
        said.append(f"列入最后 {_percent(rule['share'])}，并列者同等对待")
    if rule["floor"]:
        said.append(f"超过底线 {rule['floor']} 的一并列入")
    if rule["base"]:
        said.append(f"基数不足 {rule['base']} 的不评价")
    return "；".join([*said, f"最多 {rule['most']} 个。规则第 {rule['version']} 版。"])


def _percent(share: str) -> str:
    top, _slash, below = share.partition("/")
    return f"{100 * int(top) / int(below or 1):g}%"
