"""``chuangcheng weekly``: assemble the city's weekly report, or with ``--units`` the summaries of all units."""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel import clock


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which week, and of whom."""
    add(parser, "--week", "周一的日期，不填为上周", "the week's Monday; last week without it", type=date.fromisoformat,
        metavar="YYYY-MM-DD")  # fmt: skip
    add(parser, "--units", "汇总各单位的周小结", "the summaries of all units", action="store_true")


def run(options: argparse.Namespace) -> Result:
    """Assemble; what was issued or handed in does not change."""
    home.open_ready_home()
    from chuangcheng.bulletins import actions, summary_actions
    from chuangcheng.bulletins.models import Summary
    from chuangcheng.kernel.actor import SYSTEM

    today = clock.today().date()
    monday = options.week or today - timedelta(days=today.weekday() + 7)
    began = time.perf_counter()
    if not options.units:
        weekly = actions.assemble_week(actor=SYSTEM, week_start=monday)
        data = {"week": monday.isoformat(), "issue": weekly.issue, "figures": len(weekly.figures)}
        return Result(data, [text(f"已汇总第 {weekly.issue} 期周报", f"Weekly report no. {weekly.issue} assembled")])
    written = summary_actions.assemble_units(actor=SYSTEM, week_start=monday)
    seconds = round(time.perf_counter() - began, 2)
    rows = Summary.objects.filter(week_start=monday)
    data = {"week": monday.isoformat(), "units": rows.count(), "written": written,
            "seconds": seconds, "edited": rows.filter(edited=True).count(),
            "handed_in": rows.filter(state="handed_in").count()}  # fmt: skip
    said = text(f"{data['units']} 个单位的周小结，更新 {written} 份，用时 {seconds} 秒",
                f"Summaries of {data['units']} units, {written} written, {seconds} s")  # fmt: skip
    return Result(data, [said])
