"""Real data in a home of its own, so that the demo city stays clean. Each step is the product's own command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from chuangcheng.cli.output import say, text
from chuangcheng.kernel.problems import Refused

#: Result → command and the file it reads, below the folder of real data.
IMPORTS = {
    "hotline": (["import", "hotline"], "hotline/messages.xlsx"),
    "requests311": (["import", "requests311"], "requests311/boston_2015.csv.gz"),
}
DONE = "trial.json"


def run(home: Path, folder: Path) -> dict[str, Any]:
    """Import what is in ``folder`` into ``home``; what was imported from the same files before is not read again."""
    files = {name: folder / path for name, (_, path) in IMPORTS.items() if (folder / path).is_file()}
    stamp = {name: [path.stat().st_size, int(path.stat().st_mtime)] for name, path in files.items()}
    done = _read(home / DONE)
    if done.get("files") == stamp:
        results: dict[str, Any] = done["results"]
        return results
    _command(home, ["migrate"])
    _command(home, ["import", "framework", "--sample"])
    results = {}
    for name, path in files.items():
        say(text(f"导入 {path.name}", f"importing {path.name}"))
        results[name] = _command(home, [*IMPORTS[name][0], str(path)])
    (home / DONE).write_text(json.dumps({"files": stamp, "results": results}, ensure_ascii=False), encoding="utf-8")
    return results


def line(result: dict[str, Any]) -> str:
    """One line of an import's result."""
    return "  ".join(f"{name} {value}" for name, value in result.items() if isinstance(value, int | float | str))


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _command(home: Path, arguments: list[str]) -> dict[str, Any]:
    """Run a command on the second home in a process of its own, because a process has one home."""
    env = {name: value for name, value in os.environ.items() if name != "CHUANGCHENG_DATABASE_URL"}
    env["CHUANGCHENG_HOME"] = str(home)
    command = [sys.executable, "-m", "chuangcheng.cli.main", *arguments, "--json"]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise Refused("operations.tool_failed", tool=" ".join(arguments[:2]), reason=done.stdout.strip()[-300:])
    result: dict[str, Any] = json.loads(done.stdout)
    return result
