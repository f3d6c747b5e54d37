"""``chuangcheng cycle``: where the city stands in the cycle of the title."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home
from chuangcheng.cli.output import Result, text


def arguments(_parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(_options: argparse.Namespace) -> Result:
    """Status, year, phase, days left and freezes, as of today; nothing is written."""
    home.open_ready_home()
    from chuangcheng.cycle import selectors

    at = selectors.position()
    if at is None:
        return Result({"cycle": None}, [text("还没有创建周期", "No cycle was begun")])
    freezes = [
        {"name": row.name, "from": row.from_on.isoformat(), "to": row.to_on.isoformat(), "covers": row.covers}
        for row in selectors.frozen(day=at.day)
    ]
    data = {
        "cycle": at.cycle.name, "status": at.cycle.state, "since": at.cycle.since_on.isoformat(), "year": at.year,
        "year_weight": None if at.weight is None else float(at.weight), "phase": at.phase.kind if at.phase else None,
        "days_left": at.days, "national_in": at.national_in, "freezes": freezes, "as_of": at.day.isoformat(),
    }  # fmt: skip
    frozen = text("、", ", ").join(row["name"] for row in freezes) or text("无", "none")
    lines = [
        f"{at.cycle.name} · {at.cycle.get_state_display()} · {at.day.isoformat()}",
        text(f"第 {at.year or '—'} 年，阶段 {data['phase'] or '—'}，剩余 {at.days} 天，距国家测评 {at.national_in} 天",
             f"year {at.year or '-'}, phase {data['phase'] or '-'}, {at.days} days left, national in {at.national_in}"),
        text(f"冻结：{frozen}", f"frozen: {frozen}"),
    ]  # fmt: skip
    return Result(data, lines)
