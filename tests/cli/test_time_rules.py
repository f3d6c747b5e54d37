"""``time-rules``, and limits in and out by the command line; in this process, on the test database."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.cli import home
from chuangcheng.cli.main import main
from chuangcheng.framework import time_rules, time_sheets
from chuangcheng.framework.time_rules import Limit
from tests.cases.conftest import limits, play
from tests.cases.play import Play

__all__ = ["limits", "play"]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "open_ready_home", lambda: None)
    monkeypatch.setattr(home, "choose", lambda _options: None)


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def changed(amount: int = 1) -> list[Limit]:
    return [
        replace(limit, amount=Decimal(amount)) if limit.category_code == "06010" else limit
        for limit in time_rules.in_force()
    ]


def test_out_and_in_again_changes_nothing(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xlsx"
    code, told = call(capsys, "export", "time-rules", path)
    assert (code, told["rows"]) == (0, 3)
    code, told = call(capsys, "import", "time-rules", path)
    assert (code, told["unchanged"], told["added"], told["applied"]) == (0, 3, 0, True)


def test_a_preview_keeps_nothing(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    time_sheets.write_limits(tmp_path / "a.xlsx", changed())
    code, told = call(capsys, "import", "time-rules", tmp_path / "a.xlsx", "--preview")
    assert (code, told["changed"], told["applied"]) == (0, 1, False)
    assert Decimal(1) not in [limit.amount for limit in time_rules.in_force() if limit.category_code]
    code, told = call(capsys, "import", "time-rules", tmp_path / "a.xlsx")
    assert (code, told["changed"], told["removed"]) == (0, 1, 0)


def test_a_mistake_and_nothing_is_taken(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Limit("99", "default", "", Decimal(1), "work_days")
    time_sheets.write_limits(tmp_path / "a.xlsx", [*changed(), wrong])
    code, told = call(capsys, "import", "time-rules", tmp_path / "a.xlsx")
    assert (code, told["rejected"], told["imported"]) == (1, 4, 0)
    assert told["problems"][0]["row"] == 5
    assert len(time_rules.in_force()) == 3
    code, told = call(capsys, "time-rules", "try", tmp_path / "a.xlsx")
    assert (code, told["problems"][0]["field"]) == (1, "类别代码")


def test_a_template(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "export", "template", "--of", "time-rules", tmp_path / "t.xlsx")[0] == 0
    assert time_sheets.read_workbook(tmp_path / "t.xlsx").rows == []


def test_try_tells_what_would_change(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import timedelta

    from chuangcheng.kernel import clock

    case = play.dispatched()
    time_sheets.write_limits(tmp_path / "a.xlsx", changed())
    with clock.at(case.filed_at + timedelta(hours=4)):
        code, told = call(capsys, "time-rules", "try", tmp_path / "a.xlsx", "--period", "days")
    assert (code, told["cases"], told["earlier"], told["changed_fate"]) == (0, 1, 1, 1)
    assert told["changed"][0]["number"] == case.number
    assert call(capsys, "time-rules", "try", tmp_path / "a.xlsx")[1]["cases"] == 0  # not in the last whole quarter


def test_a_file_that_is_not_there(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = call(capsys, "time-rules", "try", tmp_path / "none.xlsx")
    assert (code, told["error"]["code"]) == (1, "operations.file_not_found")


@pytest.mark.parametrize(("language", "said"), [("en", "0 cases: 0 due earlier"), ("zh-hans", "0 件：提前 0")])
def test_try_speaks_the_readers_language(
    play: Play,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
) -> None:
    monkeypatch.setenv("CHUANGCHENG_LANGUAGE", language)
    time_sheets.write_limits(tmp_path / "a.xlsx", changed())
    assert main(["time-rules", "try", str(tmp_path / "a.xlsx")]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert "— → —" in out  # no case whose fate is known: no share, not 0 %


def test_a_set_without_a_rule_for_everything_is_not_imported(
    play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    time_sheets.write_limits(tmp_path / "a.xlsx", [limit for limit in time_rules.in_force() if limit.category_code])
    code, told = call(capsys, "import", "time-rules", tmp_path / "a.xlsx")
    assert (code, told["error"]["code"]) == (1, "framework.no_default_limit")
    assert len(time_rules.in_force()) == 3


@pytest.mark.parametrize("more", [["--period", "decade"], ["--apply"], []])
def test_words_that_try_does_not_know_are_an_error_of_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    given = ["time-rules", "try", *([str(tmp_path / "a.xlsx"), *more] if more else [])]
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
