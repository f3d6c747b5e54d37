"""``chuangcheng coverage``: is every standard of an edition somebody's?"""

from __future__ import annotations

import argparse
from typing import Any

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import OK, PROBLEM, Result, text
from chuangcheng.kernel.problems import Refused

_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """The edition; without one the published one."""
    add(parser, "--edition", "版本编码（默认现行版本）", "code of the edition (default: the published one)")


def run(options: argparse.Namespace) -> Result:
    """Look; nothing is written. Exit code 1 where a standard has no lead or two, or a retired unit still has duties."""
    home.open_ready_home()
    from chuangcheng.framework import selectors
    from chuangcheng.framework.coverage import coverage

    edition = selectors.edition_by_code(options.edition) if options.edition else selectors.current_edition()
    if edition is None:
        raise Refused("operations.edition_missing", edition=options.edition or "—")
    survey = coverage(edition)
    data = survey.as_json()
    return Result(data, _lines(data), OK if survey.is_sound else PROBLEM)


def _lines(data: dict[str, Any]) -> list[str]:
    head = text(
        f"{data['edition']}：{data['standards']} 条标准，{data['duties']} 项责任，"
        f"{data['units']} 个单位、{data['districts']} 个区县",
        f"{data['edition']}: {data['standards']} standards, {data['duties']} duties, "
        f"{data['units']} units, {data['districts']} districts",
    )
    words = {
        "orphans": text("无牵头单位的标准", "standards without a lead"),
        "double_leads": text("有两个以上牵头单位的标准", "standards with two leads or more"),
        "without_evidence": text("未定佐证类型的标准", "standards without a kind of evidence"),
        "without_date": text("未定完成时限的标准", "standards without a date"),
        "idle": text("没有任何责任的单位", "units without any duty"),
        "retired": text("已撤销仍有责任的单位", "retired units that still have duties"),
        "territory_missing": text("缺少区县属地责任", "territory duties missing for districts"),
        "over_median": text("负荷高于中位数的单位", "units over the median load"),
    }
    lines = [head]
    for name, word in words.items():
        lines.append(f"  {word} {data[name]}")
        if name != "over_median":
            lines += [f"    {_row(row)}" for row in data[f"{name}_rows"][:_SHOWN]]
    return lines


def _row(row: str | dict[str, Any]) -> str:
    return row if isinstance(row, str) else " ".join(
        " ".join(value) if isinstance(value, list) else str(value) for value in row.values()
    )  # fmt: skip
