"""``chuangcheng seal``."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home
from chuangcheng.cli.output import Result, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no options of its own."""


def run(options: argparse.Namespace) -> Result:  # noqa: ARG001
    """Write the root over all heads and counts into the home's seals."""
    settings = home.open_ready_home()
    from chuangcheng.history import seal

    path = seal.seal(settings.seals)
    return Result({"seal": str(path)}, [text(f"已封存：{path}", f"sealed: {path}")])
