"""The lock between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chuangcheng.worker import lock

HOLDER = """
import sys
from pathlib import Path
from chuangcheng.worker import lock
with lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds ``tmp_path/lock``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_lock_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with lock.held(tmp_path / "deep" / "lock"):
            assert (tmp_path / "deep" / "lock").exists()


def test_another_process_is_kept_out(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(lock.Busy), lock.held(tmp_path / "lock"):
        pytest.fail("two processes hold the lock")


def test_a_killed_holder_gives_it_back(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with lock.held(tmp_path / "lock"):
        pass


def test_one_may_wait_for_it(tmp_path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def rest(seconds: float) -> None:
        waited.append(seconds)
        holder.kill()
        holder.wait()

    monkeypatch.setattr(lock.time, "sleep", rest)
    with lock.held(tmp_path / "lock", wait=60):
        assert waited == [lock.POLL]


def test_an_error_inside_gives_it_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), lock.held(tmp_path / "lock"):
        raise ValueError("inside")
    with lock.held(tmp_path / "lock"):
        pass
