"""The measurement itself runs and tells what it promises; the figures of so small a home mean nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bench import load
from bench.run import GOALS, Line

ROOT = Path(__file__).resolve().parents[2]


def test_a_line_is_a_share_of_the_limit() -> None:
    line = Line("get report", load.Measured(50, 1, 2, 300), load.Measured(1000, 1, 2, 6000), 1)
    assert line.as_json()["ratio"] == 0.05
    assert line.as_json()["goal"] == GOALS["get report"]


@pytest.mark.full
def test_a_small_home_is_measured() -> None:
    command = [sys.executable, "-m", "bench.run", "--sqlite", "--cases", "1200", "--seconds", "0.5", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (engine,) = json.loads(done.stdout)["engines"]
    assert set(engine["results"]) >= set(GOALS) | {"get case"}
    for name, line in engine["results"].items():
        assert line["ratio"] > 0 and line["ours"]["p95_ms"] >= line["ours"]["p50_ms"] > 0, name
    assert max(line["queries"] for line in engine["results"].values()) <= 6
