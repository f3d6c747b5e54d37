"""``chuangcheng rebuild``."""

from __future__ import annotations

import argparse
import time

from chuangcheng.cli import checking, home, output
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "--check", "只核对，不改动", "compare only and name every difference", action="store_true")
    add(parser, "--photos", "同时核对照片文件", "read every photo as well", action="store_true")
    add(parser, "names", "只重算这些", "recompute only these projections", nargs="*")


def run(options: argparse.Namespace) -> Result:
    """Check everything, or compute projections again from the facts."""
    settings = home.open_ready_home()
    began = time.monotonic()
    if options.check:
        with output.progress(text("核对", "check")) as progress:
            result = checking.result(checking.everything(settings, photos=options.photos, progress=progress))
    else:
        result = _rebuild(options.names)
    result.data["seconds"] = round(time.monotonic() - began, 1)
    return result


def _rebuild(names: list[str]) -> Result:
    from chuangcheng.history import projections
    from chuangcheng.kernel.problems import Refused

    known = projections.registered()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refused("operations.bad_setting", reason=f"{unknown[0]}: {', '.join(known)}")
    chosen = names or list(known)
    written: dict[str, int] = {}
    with output.progress(text("重算", "rebuild")) as progress:
        for number, name in enumerate(chosen):
            progress(name, number, len(chosen))
            written[name] = known[name].rebuild()
    return Result({"rebuilt": written}, [f"{name}: {count}" for name, count in written.items()])
