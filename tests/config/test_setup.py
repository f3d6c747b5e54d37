"""The set-up: locks that agree with each other, steps done once, results summed honestly."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from devtools import checks, environment, postgres, steps

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;]+)")


def pins(name: str) -> dict[str, set[str]]:
    """Package → versions of a lock file (several where the platform decides)."""
    found: dict[str, set[str]] = {}
    for line in environment.lock_file(name).read_text(encoding="utf-8").splitlines():
        if match := PIN.match(line):
            found.setdefault(match[1].lower(), set()).add(match[2])
    return found


@pytest.mark.parametrize("name", ["base", "build", "postgres"])
def test_the_tests_run_on_what_the_product_installs(name: str) -> None:
    everything = pins("dev")
    assert pins(name)
    assert {package: everything.get(package) for package in pins(name)} == pins(name)


@pytest.mark.parametrize("name", ["base", "build", "postgres", "node", "dev"])
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = environment.lock_file(name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    unhashed = [block.splitlines()[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]
    assert unhashed == []
    assert "://" not in text


def test_pyproject_asks_for_what_is_locked() -> None:
    def requirements(lines: list[str]) -> set[str]:
        return {re.split(r"[>=<,]", line)[0] for line in lines if line and line[0] not in "#-"}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = (ROOT / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
    assert requirements(project["dependencies"]) == requirements(base)
    extra = (ROOT / "requirements" / "postgres.in").read_text(encoding="utf-8").splitlines()
    assert requirements(project["optional-dependencies"]["postgres"]) == requirements(extra)


def test_a_step_is_done_once_for_the_same_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "STAMPS", tmp_path / "stamps")
    source = tmp_path / "source"
    source.write_text("one", encoding="utf-8")
    value = environment.fingerprint([source])
    assert not environment.is_done("step", value)
    environment.set_done("step", value)
    assert environment.is_done("step", value)
    source.write_text("two", encoding="utf-8")
    assert not environment.is_done("step", environment.fingerprint([source]))


def test_a_smaller_set_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(environment, "STAMPS", tmp_path)
    monkeypatch.setattr(environment, "run", lambda title, *_, **__: ran.append(title))
    environment.install("dev")
    environment.install("base")
    environment.install("dev")
    assert ran == ["packages of dev.lock"]


def test_a_failing_step_shows_its_end_and_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(steps.StepFailed):
        steps.run("a step", command, log=tmp_path / "log", cwd=tmp_path)
    shown = capsys.readouterr()
    assert "the reason" in shown.err
    assert shown.out == ""


def test_the_bar_follows_the_marked_lines() -> None:
    meter = steps._Meter("packages", 4)
    meter.count = 2
    assert meter._bar(0).count("■") == steps.BAR_WIDTH // 2
    meter.count = 9  # a resolver may name a package twice
    assert meter._bar(0).count("■") == steps.BAR_WIDTH


REPORT = """<testsuites><testsuite>
  <testcase classname="tests.a" name="good"/>
  <testcase classname="tests.a" name="bad"><failure message="no"/></testcase>
  <testcase classname="tests.a" name="broken"><error message="no"/></testcase>
  <testcase classname="tests.a" name="absent"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


def test_results_are_summed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    tally = checks.Tally()
    checks.count(tally, report)
    tally.add("mypy", passed=True)
    tally.add("ruff", passed=False)
    assert tally.line() == "2 passed, 3 failed, 1 skipped"
    assert tally.failures == ["tests.a::bad", "tests.a::broken", "ruff"]
    assert checks.Tally(passed=3).line() == "3 passed, 0 failed"


def test_a_crash_of_pytest_is_a_failure(tmp_path: Path) -> None:
    tally = checks.Tally()
    checks.pytest(tally, "nothing", [str(tmp_path / "not-there.py")])
    assert tally.failed == 1
    assert tally.passed == 0


def test_without_postgresql_the_problem_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_programs", lambda: None)
    with pytest.raises(postgres.NoPostgres, match="not installed"), postgres.server():
        pass


@pytest.mark.full
def test_a_server_of_our_own_starts_answers_and_stops() -> None:
    import psycopg

    with postgres.server() as address, psycopg.connect(address) as connection:
        row = connection.execute("SELECT current_database(), current_setting('fsync')").fetchone()
        assert row == ("chuangcheng", "off")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address, connect_timeout=2)
