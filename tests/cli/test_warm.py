"""What tests ask of a command they ask of a process: its environment, folder, streams and exit code are its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm
from tests.homes import Home


def env_of(home: Home, **more: str) -> dict[str, str]:
    return {**home.env, **more}


def test_a_command_and_its_long_way_say_the_same(home: Home) -> None:
    """Once for all commands that the other tests start from here."""
    words = ["export", "framework", "x.json", "--json"]
    long = subprocess.run([sys.executable, "-m", "chuangcheng.cli.main", *words], env=home.env, capture_output=True,
                          text=True, check=False)  # fmt: skip
    short = home.command(*words)
    assert (short.code, short.out, short.err) == (long.returncode, long.stdout, long.stderr)
    assert short.code == 1 and "operations.edition_missing" in short.out


@pytest.mark.parametrize(
    ("code", "given", "ended"),
    [
        ("print(input())", "甲\n", (0, "甲\n", "")),
        ("import sys; sys.exit('拒绝')", "", (1, "", "拒绝\n")),
        ("import sys; sys.stderr.write('a'); sys.exit(7)", "", (7, "", "a")),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "", (-9, "", "")),
        ("import os; print(os.environ['MINE'], os.environ.get('PYTEST_CURRENT_TEST'))", "", (0, "here None\n", "")),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_streams_code_and_environment(home: Home, code: str, given: str, ended: tuple[int, str, str]) -> None:
    env = {name: value for name, value in env_of(home, MINE="here").items() if name != "PYTEST_CURRENT_TEST"}
    done = warm.run([], env, given=given, code=code)
    assert (done.code, done.out, done.err) == ended


def test_an_error_is_told_as_ever(home: Home) -> None:
    done = warm.run([], home.env, code="def f():\n  raise KeyError('x')\nf()")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Traceback") and done.err.endswith("KeyError: 'x'\n")
    assert "tests/warm.py" not in done.err.split("<string>")[-1]


def test_one_command_leaves_nothing_to_the_next(home: Home, tmp_path: Path) -> None:
    mark = "import os, sys, chuangcheng; print(hasattr(chuangcheng, 'mark'), 'MARK' in os.environ, os.getppid())\n"
    code = mark + "chuangcheng.mark = 1; os.environ['MARK'] = '1'"
    first, second = (warm.run([], home.env, code=code).out.split() for _ in range(2))
    assert first == second and first[:2] == ["False", "False"], "of one branch, and clean"


def test_other_settings_are_another_branch(home: Home, tmp_path: Path) -> None:
    words = ["chuangcheng.cli.main", "doctor"]
    plain = warm.branch_for(words, home.env)
    assert plain == warm.branch_for(["chuangcheng.cli.main", "seal"], dict(home.env))
    assert plain != warm.branch_for(words, env_of(home, CHUANGCHENG_LANGUAGE="en"))
    (home.folder / "config.toml").write_text("city_name = 'A'\n", encoding="utf-8")
    assert plain != warm.branch_for(words, home.env)
    assert home.django("from django.conf import settings; print(settings.CITY.city_name)") == "A"
    (home.folder / "config.toml").write_text("city_name = 'B'\n", encoding="utf-8")
    assert home.django("from django.conf import settings; print(settings.CITY.city_name)") == "B"


@pytest.mark.parametrize("words", [["serve"], ["demo"], ["seal", "--home", "x"], ["migrate", "--database", "x"]])
def test_what_chooses_for_itself_starts_cold(home: Home, words: list[str]) -> None:
    assert warm.branch_for(words, home.env) == ""


def test_so_does_what_has_no_home_or_another_database(home: Home, tmp_path: Path) -> None:
    assert warm.branch_for(["seal"], Home(tmp_path / "none").env) == ""
    assert warm.branch_for(["seal"], env_of(home, CHUANGCHENG_DATABASE_URL="postgresql://x")) == ""


def test_a_home_on_which_django_does_not_start_is_told_by_the_command(home: Home) -> None:
    (home.folder / "config.toml").write_text("web_processes = 'many'\n", encoding="utf-8")
    done = home.command("migrate", "--check", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.bad_setting")
