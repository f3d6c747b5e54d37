"""``chuangcheng worker``."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home
from chuangcheng.cli.options import add


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "--database", "数据库地址", "address of the database", metavar="URL")


def run(options: argparse.Namespace) -> None:  # noqa: ARG001
    """Work until told to stop."""
    home.settings()
    from chuangcheng.worker import background

    background.main()
