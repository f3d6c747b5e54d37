"""No child outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chuangcheng.worker import watch

WATCHER = """
import threading
from chuangcheng.worker import watch
over = threading.Event()
watch.until_input_ends(over.set)
print("watching", flush=True)
over.wait()
print("over", flush=True)
"""
ORPHAN = """
import os, sys
from chuangcheng.worker import watch
out = os.dup(1)
def over():
    os.write(out, b"over\\n")
    os._exit(0)
watch.until_parent_is_gone(over)
os.write(out, b"watching\\n")
import threading
threading.Event().wait()
"""
PARENT = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', sys.argv[1]])\nsys.stdin.read()"


def test_the_end_of_input_is_noticed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "watching\n"
        process.stdin.close()
        assert process.stdout.readline() == "over\n"
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows gives an orphan no new parent")
def test_a_killed_parent_is_noticed() -> None:
    env = {**os.environ, watch.MARK: "1"}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "watching\n"
        parent.kill()
        assert parent.stdout.readline() == "over\n"


def test_a_process_started_by_hand_watches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(watch.MARK, raising=False)
    assert watch.until_parent_is_gone(lambda: pytest.fail("nobody died")) is None
