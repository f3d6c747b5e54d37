"""``chuangcheng migrate``."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "--database", "数据库地址", "address of the database", metavar="URL")
    add(parser, "--check", "只列出待升级项", "only list what is pending; code 1 when any", action="store_true")


def run(options: argparse.Namespace) -> Result:
    """Apply or list pending migrations."""
    settings = home.open_home()
    from chuangcheng.worker import migrating

    if options.check:
        names = migrating.pending()
        return Result({"pending": names}, names, output.PROBLEM if names else output.OK)
    names = migrating.migrate(settings, output.say)
    done = text(f"已升级 {len(names)} 项", f"applied {len(names)} migrations")
    return Result({"applied": names}, [done])
