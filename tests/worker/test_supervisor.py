"""Children are kept alive, started again ever more slowly, and none is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chuangcheng.worker import supervisor
from chuangcheng.worker.supervisor import FIRST_BACKOFF, HEALTHY_SECONDS, LAST_BACKOFF, Child, Supervisor

ENDS = [sys.executable, "-c", "raise SystemExit(3)"]
STAYS = [sys.executable, "-c", "import sys; sys.stdin.buffer.read()"]
DEAF = [sys.executable, "-c", "import signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\nsys.stdin.buffer.read()\ntime.sleep(60)"]  # fmt: skip


@pytest.fixture
def parent() -> Iterator[Supervisor]:
    """A supervisor whose children end with the test."""
    made = Supervisor()
    yield made
    made.end()


def died(child: Child) -> None:
    """Wait until the child's process has ended."""
    assert child.process is not None
    child.process.wait(timeout=60)


def test_a_child_that_dies_is_started_again_after_a_rest() -> None:
    child = Child("short", ENDS, {})
    child.look(100.0)
    died(child)
    child.look(100.0)
    assert child.restarts == 1
    assert child.process is None
    child.look(100.0 + FIRST_BACKOFF - 0.01)
    assert child.process is None, "it must rest first"
    child.look(100.0 + FIRST_BACKOFF)
    died(child)
    child.look(200.0)
    assert child.restarts == 2


def test_the_rest_grows_up_to_a_limit() -> None:
    child = Child("short", ENDS, {})
    rests = []
    for _ in range(9):
        child.process = subprocess.Popen(ENDS, stdin=subprocess.PIPE)
        child.started = 0.0
        died(child)
        child.look(1.0)
        rests.append(child.start_at - 1.0)
        child.start_at = 2.0
    assert rests[:3] == [FIRST_BACKOFF, FIRST_BACKOFF * 2, FIRST_BACKOFF * 4]
    assert rests[-1] == LAST_BACKOFF


def test_a_child_that_was_healthy_rests_only_shortly() -> None:
    child = Child("long", ENDS, {}, backoff=LAST_BACKOFF)
    child.process = subprocess.Popen(ENDS, stdin=subprocess.PIPE)
    died(child)
    child.look(HEALTHY_SECONDS)
    assert child.start_at - HEALTHY_SECONDS == FIRST_BACKOFF


def test_a_living_child_is_left_alone(parent: Supervisor) -> None:
    child = parent.add("steady", STAYS)
    before = child.process
    parent.look()
    assert child.process is before
    assert child.alive
    assert child.restarts == 0


def test_the_end_of_the_supervisor_is_the_end_of_its_children(parent: Supervisor) -> None:
    children = [parent.add(f"child {number}", STAYS) for number in range(2)]
    processes = [child.process for child in children]
    parent.end()
    assert all(process is not None and process.returncode is not None for process in processes)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no deaf processes")
def test_a_child_that_does_not_listen_is_killed(parent: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.2)
    process = subprocess.Popen(DEAF, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"deaf\n"
    process.stdout.close()
    parent._children.append(Child("deaf", DEAF, {}, process))
    parent.end()
    assert process.returncode == -9


def test_run_returns_when_told_to_stop(parent: Supervisor) -> None:
    child = parent.add("steady", STAYS)
    process = child.process
    parent.stop()
    parent.run()
    assert process is not None
    assert process.returncode is not None


def test_a_child_knows_its_home_and_that_it_is_served(parent: Supervisor) -> None:
    code = "import os, sys; sys.exit(os.environ['CHUANGCHENG_HOME'] != 'x' or os.environ['CHUANGCHENG_SERVED'] != '1')"
    child = parent.add("asks", [sys.executable, "-c", code], {"CHUANGCHENG_HOME": "x"})
    died(child)
    assert child.process is not None
    assert child.process.returncode == 0
