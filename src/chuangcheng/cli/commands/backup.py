"""``chuangcheng backup``."""

from __future__ import annotations

import argparse
from pathlib import Path

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(
        parser,
        "target",
        "备份目录（默认 HOME/backups）",
        "folder of backups (default: HOME/backups)",
        type=Path,
        nargs="?",
    )


def run(options: argparse.Namespace) -> Result:
    """Back the home up while it is in use."""
    settings = home.open_ready_home()
    from chuangcheng.worker import backup

    with output.progress(text("备份", "backup")) as progress:
        made = backup.make(settings, (options.target or settings.home / "backups").resolve(), progress)
    lines = [
        text(f"备份：{made.folder}", f"backup: {made.folder}"),
        text(f"照片 {made.photos} 个，新增 {made.copied} 个", f"{made.photos} photo files, {made.copied} new"),
        text(f"密钥（请另存他处）：{made.keys}", f"keys (keep them elsewhere): {made.keys}"),
    ]
    return Result(made.as_json(), lines)
