"""The command line as a person meets it: help, languages, exit codes, one JSON object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chuangcheng.cli import main, output
from chuangcheng.cli.main import COMMANDS
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.settings import default_home
from tests.homes import Home


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUANGCHENG_HOME", str(default_home()))
    monkeypatch.setenv("CHUANGCHENG_LANGUAGE", "zh-hans")


def stub(monkeypatch: pytest.MonkeyPatch, result: object) -> None:
    """Let every command give ``result``, or raise it."""

    class Command:
        @staticmethod
        def arguments(parser: object) -> None: ...

        @staticmethod
        def run(options: object) -> object:
            if isinstance(result, BaseException):
                raise result
            return result

    monkeypatch.setattr(main, "module", lambda _: Command)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_command_has_help(
    command: str, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHUANGCHENG_LANGUAGE", language)
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert COMMANDS[command].text(language) in shown
    assert {"--home", "--json"} <= set(shown.replace("[", " ").replace("]", " ").split())


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["migrate", "--nonsense"], ["import"], ["serve", "--port", "x"]]
)
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_help_loads_neither_django_nor_a_home(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom chuangcheng.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not any(name.split('.')[0] in ('django', 'rich', 'shapely') for name in sys.modules)"
    )
    env = {**os.environ, "CHUANGCHENG_HOME": str(tmp_path / "none")}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True).returncode == 0
    assert not (tmp_path / "none").exists()


def test_a_result_is_lines_or_one_json_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub(monkeypatch, output.Result({"rows": 3, "city": "云岭市"}, ["三行"]))
    assert main.main(["seal"]) == 0
    assert capsys.readouterr().out == "三行\n"
    assert main.main(["seal", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": 3, "city": "云岭市"}


def test_the_results_code_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, output.Result({"differences": 1}, code=output.PROBLEM))
    assert main.main(["rebuild", "--check"][:1]) == 1


REFUSAL = Refused("common.too_many", seconds=7, fields=(FieldProblem("电话", "x.bad", "不是号码", 4),))


def test_a_refusal_is_told_in_the_citys_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub(monkeypatch, REFUSAL)
    assert main.main(["seal"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "请 7 秒后再试" in shown.err
    assert "4 电话: 不是号码" in shown.err
    monkeypatch.setenv("CHUANGCHENG_LANGUAGE", "en")
    main.main(["seal"])
    assert "try again in 7 s" in capsys.readouterr().err


def test_a_refusal_is_json_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stub(monkeypatch, REFUSAL)
    assert main.main(["seal", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "common.too_many"
    assert error["fields"] == [{"row": 4, "field": "电话", "code": "x.bad", "message": "不是号码"}]


def test_an_interrupt_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stub(monkeypatch, KeyboardInterrupt())
    assert main.main(["seal"]) == 130
    assert capsys.readouterr().err == ""


def test_home_and_database_reach_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHUANGCHENG_DATABASE_URL", "")
    stub(monkeypatch, None)
    assert main.main(["seal", "--home", str(tmp_path / "city")]) == 0
    assert os.environ["CHUANGCHENG_HOME"] == str(tmp_path / "city")


def test_a_wrong_setting_is_a_sentence(tmp_path: Path) -> None:
    done = Home(tmp_path / "home").command("migrate", "--json", CHUANGCHENG_WEB_PROCESSES="many")
    assert done.code == 1
    assert done.json["error"]["code"] == "operations.bad_setting"
    done = Home(tmp_path / "home").command("migrate", "--json", CHUANGCHENG_DATABASE_URL="mysql://db/city")
    assert done.json["error"]["code"] == "operations.bad_setting"


def test_the_language_follows_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHUANGCHENG_LANGUAGE")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert output.language() == "zh-hans"
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert output.language() == "en"
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert output.language() == "zh-hans"


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: now[0])
    with output.progress("导入") as progress:
        for second in range(11):
            now[0] = 100.0 + second
            progress("行", second, 11)
    assert capsys.readouterr().err.splitlines() == ["导入 行 5/11", "导入 行 10/11"]


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with output.progress("import") as progress:
        progress("rows", 5, 10)
        progress("rows", 10, 10)
    shown = capsys.readouterr()
    assert "10/10" in shown.err
    assert shown.out == ""


def test_benchmarks_get_the_options_that_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.cli.commands import bench

    called: list[list[str]] = []
    monkeypatch.setattr(bench.subprocess, "call", lambda command, **_: called.append(command[1:]) or 0)
    assert main.main(["bench", "--json", "--cases", "100"]) == 0
    assert called == [["-m", "bench.run", "--cases", "100", "--json"]]


def test_benchmarks_need_the_source_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from chuangcheng.cli.commands import bench

    monkeypatch.setattr(bench, "SOURCE_TREE", tmp_path)
    assert main.main(["bench", "--json"]) == 1
