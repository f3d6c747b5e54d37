"""``chuangcheng duplicates``: the messages of a hotline's workbook that are likely about one trouble."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused

if TYPE_CHECKING:
    from chuangcheng.cases.triage.workbook import Told
    from chuangcheng.kernel.triage.duplicates import Group

_SHOWN = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and how strict."""
    add(parser, "file", "热线工作簿", "a hotline's workbook", type=Path)
    add(parser, "--alike", "最低相似度（0–1）", "least likeness of a group (0 to 1)", type=float)


def run(options: argparse.Namespace) -> Result:
    """Find the groups; nothing is written. The texts themselves are never printed."""
    if not options.file.exists():
        raise Refused("operations.file_not_found", path=options.file)
    home.open_home()
    from chuangcheng.cases.triage import workbook
    from chuangcheng.kernel.triage import duplicates

    began = time.monotonic()
    rows = workbook.read(options.file)
    least = duplicates.ALIKE if options.alike is None else options.alike
    groups = duplicates.find([row.message() for row in rows], alike=least)
    found = [_told(group, rows) for group in groups]
    repeated = sum(len(group.rows) for group in groups)
    seconds = round(time.monotonic() - began, 1)
    data = {"rows": len(rows), "groups": found, "repeated": repeated, "alike": least, "seconds": seconds}
    head = text(f"{len(rows)} 条中有 {repeated} 条归入 {len(groups)} 组，用时 {seconds} 秒",
                f"{repeated} of {len(rows)} messages in {len(groups)} groups, {seconds} s")  # fmt: skip
    return Result(data, [head, *map(_line, found[:_SHOWN])])


def _told(group: Group, rows: list[Told]) -> dict[str, Any]:
    moments = [rows[row].at for row in group.rows if rows[row].at]
    return {
        "size": len(group.rows),
        "numbers": [rows[row].number for row in group.rows],
        "rows": [rows[row].row for row in group.rows],
        "likeness": round(group.likeness, 3),
        "shared": list(group.shared),
        "writers": group.writers,
        "first": moments[0].isoformat() if moments and moments[0] else None,
        "last": moments[-1].isoformat() if moments and moments[-1] else None,
        "days": group.days,
        "reason": _reason(group),
    }


def _reason(group: Group) -> str:
    """Why they stand together, in one sentence."""
    parts = [text(f"平均相似度 {group.likeness:.2f}", f"mean likeness {group.likeness:.2f}")]
    if group.shared:
        parts.append(text(f"都提到{'、'.join(group.shared)}", f"most mention {', '.join(group.shared)}"))
    if group.writers:
        parts.append(text(f"{group.writers} 人留言", f"{group.writers} writers"))
    if group.days is not None:
        parts.append(text(f"前后相隔 {group.days} 天", f"{group.days} days from first to last"))
    return text("，", ", ").join(parts)


def _line(group: dict[str, Any]) -> str:
    return f"  {group['size']:3d}  {group['reason']}"
