"""How good the triage help is, measured anew by the product's own commands on real messages, where they are there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MESSAGES = ROOT.parent / "shared" / "data" / "hotline"
#: Command and file → what of its answer is told.
_ASKED: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "triage": (("triage", "evaluate"), "labelled.xlsx", ("rows", "macro_f1", "interval", "coverage", "accuracy")),
    "duplicates": (("duplicates",), "messages.xlsx", ("rows", "groups", "repeated")),
}


def measure(folder: Path = MESSAGES) -> dict[str, dict[str, Any]]:
    """The figures by name, with the seconds they took; nothing where the files are not."""
    return {
        name: _figures(command, folder / file, wanted)
        for name, (command, file, wanted) in _ASKED.items()
        if (folder / file).is_file()
    }


def _figures(command: tuple[str, ...], file: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="chuangcheng-bench-") as home:
        line = [sys.executable, "-m", "chuangcheng.cli.main", *command, str(file), "--home", home, "--json"]
        done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    found = {key: len(told[key]) if isinstance(told[key], list) and key == "groups" else told[key] for key in wanted}
    return {**found, "seconds": round(time.perf_counter() - began, 1)}


def table(figures: dict[str, dict[str, Any]]) -> str:
    """For people."""
    return "\n".join(f"{name}: {json.dumps(values, ensure_ascii=False)}" for name, values in figures.items())
