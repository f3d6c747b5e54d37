"""``chuangcheng bench``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result
from chuangcheng.kernel.problems import Refused

SOURCE_TREE = Path(__file__).resolve().parents[4]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the command goes to the benchmarks."""
    add(parser, "rest", "传给性能测试的参数", "options of the benchmarks", nargs=argparse.REMAINDER)


def run(options: argparse.Namespace) -> Result | None:
    """Run the benchmarks of the source tree in a process of their own; their output is ours."""
    if not (SOURCE_TREE / "bench" / "__main__.py").is_file():
        raise Refused("operations.not_the_source_tree")
    command = [sys.executable, "-m", "bench", *options.rest, *(["--json"] if options.json else [])]
    code = subprocess.call(command, cwd=SOURCE_TREE)  # noqa: S603 - our own benchmarks
    if code:
        raise Refused("operations.tool_failed", tool="bench", reason=str(code))
    return None
