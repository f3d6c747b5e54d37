"""``chuangcheng restore``."""

from __future__ import annotations

import argparse
from pathlib import Path

from chuangcheng.cli import checking, home, output
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "source", "备份（含 manifest.json 的目录）", "the backup's folder", type=Path)
    add(parser, "--keys", "密钥文件", "archive of keys, if moved", type=Path, metavar="FILE")
    add(parser, "--database", "目标数据库（须为空）", "database to fill (empty)", metavar="URL")


def run(options: argparse.Namespace) -> Result:
    """Restore into an empty home, then verify chains, photos and projections."""
    from chuangcheng.worker import restore

    source = options.source.resolve()
    _, archive = restore.check(source, options.keys)
    restore.refuse_target(source, home.settings().home)
    with output.progress(text("恢复", "restore")) as progress:
        restore.place_files(source, home.settings().home, archive, progress)
        if not home.settings().is_sqlite:
            restore.keep_database(home.settings().home, restore.target_url(source))
        settings = home.open_home()
        restore.load_database(settings, source)
        from chuangcheng.worker import migrating

        migrating.migrate(settings, output.say)
    with output.progress(text("核对", "verify")) as progress:
        found = checking.everything(settings, photos=True, progress=progress)
    result = checking.result(found)
    result.data["home"] = str(settings.home)
    return result
