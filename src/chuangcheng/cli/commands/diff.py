"""``chuangcheng diff A B``: what became of each standard from one edition to another, and what goes over by itself."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused

if TYPE_CHECKING:
    from chuangcheng.framework.models import Edition

_SHOWN = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Two editions, each by its code or from a file."""
    add(parser, "old", "旧版本：版本编码或文件", "the old edition: its code or a file")
    add(parser, "new", "新版本：版本编码或文件", "the new edition: its code or a file")


def run(options: argparse.Namespace) -> Result:
    """Compare; nothing is written."""
    home.open_ready_home()
    from chuangcheng.framework.comparing import compare_editions, compare_sides, side_of, side_of_document
    from chuangcheng.framework.models import Edition

    old, new = _opened(options.old), _opened(options.new)
    if isinstance(old, Edition) and isinstance(new, Edition):
        found = compare_editions(old, new)
    else:
        found = compare_sides(*(side_of(s) if isinstance(s, Edition) else side_of_document(s) for s in (old, new)))
    names = [side.code if isinstance(side, Edition) else side["code"] for side in (old, new)]
    data = {"old": names[0], "new": names[1], **found.as_json()}
    return Result(data, _lines(data))


def _opened(given: str) -> Edition | dict[str, Any]:
    """The edition of that code, else the document of that file."""
    from chuangcheng.framework import documents, selectors, workbook

    edition = selectors.edition_by_code(given)
    if edition is not None:
        return edition
    path = Path(given)
    if not path.exists():
        raise Refused("operations.edition_missing", edition=given)
    if path.suffix.lower() == ".json":
        from chuangcheng.cli.commands.imports import read_json

        return documents.normalise(read_json(path))
    return workbook.read_workbook(path)


def _lines(data: dict[str, Any]) -> list[str]:
    words = {
        "same": text("相同", "same"), "moved": text("移动", "moved"), "reworded": text("改写", "reworded"),
        "reweighted": text("权重变化", "reweighted"), "added": text("新增", "added"),
        "removed": text("删除", "removed"), "unsure": text("待确认", "unsure"),
    }  # fmt: skip
    head = f"{data['old']} → {data['new']}  " + text("，", ", ").join(
        f"{word} {data[key]}" for key, word in words.items()
    )
    share = text(f"自动承接 {data['carried_share']:.1%}", f"{data['carried_share']:.1%} carried by itself")
    doubts = [
        f"  ? {row['old']} {row['text'][:40]} → "
        + " / ".join(f"{c['new']} {c['likeness']:.2f}" for c in row["choices"])
        for row in data["unsure_rows"][:_SHOWN]
    ]
    return [head, share, *doubts]
