"""``chuangcheng bench``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused

#: Options that are not ours go to the benchmarks, as ``options.rest``.
PASSES_ON = True
SOURCE_TREE = Path(__file__).resolve().parents[4]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no options of its own."""
    parser.epilog = text("其余参数传给 bench/run.py", "further options go to bench/run.py")


def run(options: argparse.Namespace) -> Result | None:
    """Run the benchmarks of the source tree in a process of their own; their output is ours."""
    if not (SOURCE_TREE / "bench" / "run.py").is_file():
        raise Refused("operations.not_the_source_tree")
    command = [sys.executable, "-m", "bench.run", *options.rest, *(["--json"] if options.json else [])]
    code = subprocess.call(command, cwd=SOURCE_TREE)  # noqa: S603 - our own benchmarks
    if code:
        raise Refused("operations.tool_failed", tool="bench", reason=str(code))
    return None
