"""Runs every check, sums what passed and failed, and says so in one last line."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools import postgres
from devtools.environment import FRONTEND, PYTHON, ROOT, install_front_end, script
from devtools.steps import say

STRICT = "CHUANGCHENG_TEST_STRICT"
WORKERS = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]  # tests/conftest.py orders the files


@dataclass
class Tally:
    """What passed, failed and was skipped so far, and the names of what failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, *, passed: bool) -> None:
        """Count one check that is a single yes or no."""
        self.passed += passed
        self.failed += not passed
        if not passed:
            self.failures.append(name)

    def line(self) -> str:
        """``N passed, N failed``, and what was skipped if anything was."""
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")

    def as_json(self) -> dict[str, object]:
        """For ``--json``."""
        return {"passed": self.passed, "failed": self.failed, "skipped": self.skipped, "failures": self.failures}


@contextlib.contextmanager
def tables() -> Iterator[None]:
    """The tests' tables are made beside what is done in the block: later both processes of the tests would wait for
    them. What goes wrong with them the tests themselves say."""
    making = subprocess.Popen([str(PYTHON), "-m", "tests.tables"], cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        yield
    finally:
        making.wait()


def lint(tally: Tally) -> None:
    """Style, types and floors; the front end's types where there is one."""
    check(tally, "ruff check", [script("ruff"), "check", "."])
    check(tally, "ruff format", [script("ruff"), "format", "--check", "."])
    check(tally, "mypy", [script("mypy"), "--cache-dir", str(_mypy_cache())])
    check(tally, "import-linter", [script("lint-imports"), "--no-cache"])
    node = install_front_end()
    if node is not None:
        check(tally, "front end", [*node.npm, "run", "check"], cwd=FRONTEND, env=node.env)


def _mypy_cache() -> Path:
    """A cache for exactly this set of modules: mypy goes on missing a module that appeared after it had been missed."""
    names = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*.py"))
    folder = ROOT / ".mypy_cache" / "sets"
    wanted = folder / hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    for old in folder.glob("*"):
        if old != wanted:
            shutil.rmtree(old, ignore_errors=True)
    return wanted


def check(
    tally: Tally, name: str, command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    """Run one yes-or-no check; its output is shown only when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        list(command), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    passed = done.returncode == 0
    if not passed:
        say(done.stdout)
    say(f"{'✓' if passed else '✗'} {name} ({time.monotonic() - began:.1f} s)")
    tally.add(name, passed=passed)


def tests(tally: Tally, *, full: bool, extra: Sequence[str] = ()) -> None:
    """The test suite; ``full`` adds the slow ones and repeats on PostgreSQL those that ask a database anything.

    Which those are tests/conftest.py finds out from their fixtures and marks: more than half of all tests are rules,
    words and commands on homes of their own, and no database of the run has a part in them.
    """
    if not full:
        pytest(tally, "tests", [*WORKERS, "-m", "not full and not postgres", *extra])
        return
    strict = {STRICT: "1"}
    pytest(tally, "tests on SQLite", [*WORKERS, "-m", "not postgres", *extra], strict)
    try:
        with postgres.server() as address:
            chosen = "postgres or (not full and not browser and not shared)"
            env = {**strict, "CHUANGCHENG_DATABASE_URL": address}
            pytest(tally, "tests on PostgreSQL", [*WORKERS, "-m", chosen, *extra], env)
    except postgres.NoPostgres as problem:
        say(f"✗ PostgreSQL: {problem}")
        tally.add("tests on PostgreSQL", passed=False)


def pytest(tally: Tally, name: str, arguments: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """One run of pytest, counted from its own report."""
    say(f"… {name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chuangcheng-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [str(PYTHON), "-m", "pytest", "--color=auto", "-rs", f"--junitxml={report}", *arguments]
        code = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=sys.stderr,
            check=False,
        ).returncode  # fmt: skip
        before = tally.failed
        if report.exists():
            count(tally, report)
    # A crash of pytest itself, or a run without any test, must never read as a pass.
    if code and tally.failed == before:
        tally.add(f"{name}: pytest ended with code {code}", passed=False)
    say(f"{'✗' if code else '✓'} {name} ({time.monotonic() - began:.1f} s)")


def count(tally: Tally, report: Path) -> None:
    """Add a JUnit report to the tally."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            tally.failed += 1
            tally.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif "skipped" in kinds:
            tally.skipped += 1
        else:
            tally.passed += 1
