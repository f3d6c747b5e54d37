"""``chuangcheng time-rules try FILE``."""

from __future__ import annotations

import argparse
from pathlib import Path

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add, children
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """One command so far."""
    ((_name, child),) = children(parser, "kind", {"try": Label("试算，不写入", "try it, write nothing")})
    add(child, "file", "整套时限的工作簿", "workbook of the whole set", type=Path)
    add(child, "--period", "quarter 上一季度；days 近90天", "quarter: the last whole one; days: the last 90",
        choices=("quarter", "days"), default="quarter")  # fmt: skip


def run(options: argparse.Namespace) -> Result:
    """Try the set; code 1 when the workbook has mistakes."""
    if not options.file.exists():
        raise Refused("operations.file_not_found", path=options.file)
    home.open_ready_home()
    from chuangcheng.cases.dry_run.limits import try_limits
    from chuangcheng.cases.dry_run.period import period_of
    from chuangcheng.cases.models import Case
    from chuangcheng.framework import time_sheets
    from chuangcheng.kernel import clock

    found = time_sheets.read_workbook(options.file)
    if found.problems:
        lines = [f"  {each.row} {each.field} {each.said(output.language())}" for each in found.problems]
        problems = [{"row": each.row, "field": each.field, "code": each.code, "message": each.said(output.language())}
                    for each in found.problems]  # fmt: skip
        return Result({"problems": problems}, lines, output.PROBLEM)
    now = clock.now()
    trial = try_limits(Case.objects.all(), found.rows, period_of(options.period, now), now)
    data = trial.as_json()
    share = {name: "—" if data[name] is None else f"{data[name]:.1%}"
             for name in ("on_time_share_before", "on_time_share_after")}  # fmt: skip
    said = text(
        f"{data['cases']} 件：提前 {data['earlier']}，推后 {data['later']}，结果改变 {data['changed_fate']}；"
        f"按期率 {share['on_time_share_before']} → {share['on_time_share_after']}",
        f"{data['cases']} cases: {data['earlier']} due earlier, {data['later']} later, {data['changed_fate']} with "
        f"another fate; on time {share['on_time_share_before']} → {share['on_time_share_after']}",
    )
    return Result(data, [said])
