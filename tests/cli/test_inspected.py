"""What commands say and look at, without a process of their own: the doctor's checks, results, trial imports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cli import checking, exported, home, inspection, main, options, output, trial
from chuangcheng.history.projections import Difference
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.settings import KEY_NAMES, Settings

Check = Any


@pytest.fixture
def city(tmp_path: Path) -> Settings:
    """A home with all its keys."""
    settings = Settings(home=tmp_path)
    for name in KEY_NAMES:
        settings.key(name)
    return settings


def levels(check: Check, settings: Settings) -> dict[str, str]:
    """What a check found: name → level; every sentence is said in both languages."""
    found = list(check(settings))
    assert all(one.said and one.as_json() == {"name": one.name, "level": one.level, "text": one.said} for one in found)
    return {one.name: one.level for one in found}


class TestDoctor:
    @pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
    @pytest.mark.parametrize(
        ("mode", "level"), [(0o600, "ok"), (0o400, "ok"), (0o640, "bad"), (0o604, "bad"), (0o601, "bad")]
    )
    def test_a_key_is_its_owners_alone(self, city: Settings, mode: int, level: str) -> None:
        (city.keys / "secret").chmod(mode)
        assert levels(inspection._keys, city) == {"keys": level}

    def test_missing_keys_are_named_and_are_no_fault(self, city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CHUANGCHENG_LANGUAGE", "en")
        (city.keys / "secret").unlink()
        [found] = inspection._keys(city)
        assert (found.level, found.said) == ("ok", "keys made on first use: secret")
        [none] = inspection._keys(replace(city, home=city.home / "other"))
        assert none.level == "ok" and all(name in none.said for name in KEY_NAMES)

    @pytest.mark.parametrize(("spare", "level"), [(0, "ok"), (1, "ok"), (-1, "bad")])
    def test_the_last_gigabyte(self, city: Settings, monkeypatch: pytest.MonkeyPatch, spare: int, level: str) -> None:
        asked: list[Path] = []
        monkeypatch.setattr(
            "shutil.disk_usage", lambda path: asked.append(path) or SimpleNamespace(free=inspection.LEAST_SPACE + spare)
        )
        assert levels(inspection._space, replace(city, home=city.home / "new" / "deep"))["space"] == level
        assert asked == [city.home], "a home that is not there yet lies in the folder above it"

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({}, {"https": "warn", "hosts": "warn"}), ({"allowed_hosts": "city.example"}, {"https": "warn"}),
            ({"public_url": "https://city.example", "secure_cookies": True}, {"https": "ok"}),
            ({"public_url": "https://city.example"}, {"https": "warn", "hosts": "warn"}),
            ({"public_url": "http://city.example", "secure_cookies": True}, {"https": "warn", "hosts": "warn"}),
        ],
    )  # fmt: skip
    def test_encryption_needs_both_halves(self, city: Settings, changes: dict[str, Any], found: dict[str, str]) -> None:
        assert levels(inspection._https, replace(city, **{"allowed_hosts": "*", **changes})) == found

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"rate_limits": "on"}, {}), ({"rate_limits": "off"}, {"limits": "warn"}), ({"debug": True}, {"debug": "bad"}),
            ({"clock": "2026-09-15T04:00:00+00:00"}, {"clock": "warn"}),
            ({"clock": "2026-09-15T04:00:00+00:00", "debug": True, "rate_limits": "off"},
             {"clock": "warn", "debug": "bad", "limits": "warn"}),
        ],
    )  # fmt: skip
    def test_settings_of_a_demo_are_told(self, city: Settings, changes: dict[str, Any], found: dict[str, str]) -> None:
        assert levels(inspection._clock_setting, replace(city, **{"rate_limits": "on", **changes})) == found

    @pytest.mark.parametrize("text", [None, "not [toml", "version = 1\n"])
    def test_a_ladder_of_the_citys_own_is_read_or_named(self, city: Settings, text: str | None) -> None:
        if text is not None:
            (city.home / "ladder.toml").write_text(text, encoding="utf-8")
        assert levels(inspection._ladder, city) == {"ladder": "ok" if text is None else "bad"}

    @given(
        st.text("abcXYZ019-._", max_size=8), st.text("abcXYZ019-._:!$", min_size=1, max_size=12),
        st.sampled_from(["postgresql", "redis", "smtp"]),
    )  # fmt: skip
    def test_no_password_of_any_address_is_told(self, user: str, password: str, scheme: str) -> None:
        told = inspection.SECRET.sub(r"//\1:…@", f"{scheme}://{user}:{password}@10.0.0.1:1/x")
        assert told == f"{scheme}://{user}:…@10.0.0.1:1/x"

    def test_where_each_setting_came_from(self, city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        (city.home / "config.toml").write_text('mail_url = "smtp://a:top@b"\ncity_name = "云岭市"\n', encoding="utf-8")
        monkeypatch.setenv("CHUANGCHENG_CITY_NAME", "海门市")
        told = inspection.told_settings(city.home)
        assert told["mail_url"] == {"value": "smtp://a:…@b", "source": "config.toml"}
        assert told["city_name"] == {"value": "海门市", "source": "environment"}


class TestResults:
    @pytest.mark.parametrize(
        ("counts", "code", "lines"),
        [({}, 0, 1), ({"chains": 0, "cases": 0}, 0, 1), ({"chains": 0, "cases": 2}, 1, 3), ({"cases": 80, "sites": 1}, 1, 52)],
    )  # fmt: skip
    def test_every_kind_of_difference_is_counted_and_fifty_are_named(
        self, counts: dict[str, int], code: int, lines: int
    ) -> None:
        found = {name: [Difference(f"{name} {n}", "is gone") for n in range(count)] for name, count in counts.items()}
        result = checking.result(found)
        assert (result.code, len(result.lines), result.data["checks"]) == (code, lines, counts)
        assert result.data["differences"] == sum(counts.values())
        assert set(result.data["named"]) == {name for name, count in counts.items() if count}

    def test_a_check_that_never_ends_is_cut_and_progress_ends_at_its_number(
        self, city: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def endless() -> Iterator[Difference]:
            while True:
                yield Difference("case x", "differs")

        monkeypatch.setattr(checking, "GATHERED", 30)
        monkeypatch.setattr("chuangcheng.history.verify.verify", lambda _folder: iter(()))
        monkeypatch.setattr(
            "chuangcheng.history.projections.registered", lambda: {"cases": SimpleNamespace(check=endless)}
        )
        told: list[tuple[str, int, int]] = []
        found = checking.everything(city, photos=False, progress=lambda *step: told.append(step))
        assert {name: len(rows) for name, rows in found.items()} == {"chains": 0, "cases": 30}
        assert told == [("chains", 0, 2), ("cases", 1, 2), ("", 2, 2)]

    @pytest.mark.parametrize("spoken", ["zh-hans", "en"])
    def test_a_refusal_as_a_result_keeps_code_sentence_and_fields(self, spoken: str) -> None:
        fields = (
            FieldProblem("B", "unknown_unit", Label("没有这个单位", "No such unit"), 7),
            FieldProblem("", "x", "只有中文"),
        )
        result = output.problem(Refused("common.invalid", fields=fields), spoken)
        error = result.data["error"]
        assert (result.code, error["code"], result.lines) == (output.PROBLEM, "common.invalid", [])
        assert error["message"] == Refused("common.invalid").message(spoken)
        assert [field["message"] for field in error["fields"]] == [fields[0].said(spoken), "只有中文"]
        assert [field["row"] for field in error["fields"]] == [7, None]

    @pytest.mark.parametrize(
        ("result", "said"),
        [
            (output.Result({"rows": 3, "named": {"a": 1}, "many": [1]}), "rows: 3\n"),
            (output.Result({"rows": 3}, ["三行"]), "三行\n"),
        ],
    )
    def test_lists_and_tables_are_for_programs(
        self, capsys: pytest.CaptureFixture[str], result: output.Result, said: str
    ) -> None:
        result.show(as_json=False)
        assert capsys.readouterr().out == said
        result.show(as_json=True)
        assert json.loads(capsys.readouterr().out) == result.data

    @given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12)), max_size=4))
    def test_only_the_columns_that_hold_words_are_covered(self, rows: list[tuple[str, str, str]]) -> None:
        phone = "13812345678"
        given_rows = [(phone + "，" + a, b, phone + "，" + c) for a, b, c in rows]
        covered = list(exported._covered(iter(given_rows), 0))
        assert [row[1:] for row in covered] == [row[1:] for row in given_rows]
        assert not any(phone in row[0] for row in covered)


class TestCalls:
    @pytest.mark.parametrize("asked", ["zh-hans", "en"])
    def test_help_is_in_the_readers_language(self, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
        monkeypatch.setenv("CHUANGCHENG_LANGUAGE", asked)
        told = main.parser().format_help()
        assert all(
            about.text(asked).replace("%", "%%")[:12] in told.replace("\n", " ") for about in main.COMMANDS.values()
        )

    @pytest.mark.parametrize(
        ("words", "home_is", "is_json"),
        [([], None, False), (["--json"], None, True), (["--home", "x"], Path("x"), False), (["--home=x", "--json"], Path("x"), True)],
    )  # fmt: skip
    def test_options_of_every_command(self, words: list[str], home_is: Path | None, is_json: bool) -> None:
        parser = argparse.ArgumentParser(parents=[options.common()])
        found = parser.parse_args(words)
        assert (found.home, found.json) == (home_is, is_json)

    def test_a_command_inside_a_command_undoes_nothing(self) -> None:
        outer = argparse.ArgumentParser(parents=[options.common()])
        inner = outer.add_subparsers(dest="kind").add_parser(
            "sites", parents=[options.common(default=argparse.SUPPRESS)]
        )
        assert inner is not None
        for words in (["--json", "--home", "x", "sites"], ["sites", "--json", "--home", "x"]):
            found = outer.parse_args(words)
            assert (found.json, found.home, found.kind) == (True, Path("x"), "sites")

    @pytest.mark.parametrize(
        ("given_home", "given_database", "before", "after"),
        [(None, None, None, "default"), ("h", None, "other", "h"), (None, None, "other", "other"), ("h", "postgresql://x", None, "h")],
    )  # fmt: skip
    def test_the_call_wins_over_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given_home: str | None, given_database: str | None,
        before: str | None, after: str,
    ) -> None:  # fmt: skip
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("CHUANGCHENG_DATABASE_URL", "")
        monkeypatch.setenv("CHUANGCHENG_HOME", before or "")
        if before is None:
            monkeypatch.delenv("CHUANGCHENG_HOME")
        home.choose(argparse.Namespace(home=Path(given_home) if given_home else None, database=given_database))
        wanted = tmp_path / ("home" if after == "default" else after)
        assert os.environ["CHUANGCHENG_HOME"] == (after if after == "other" else str(wanted))
        assert os.environ["CHUANGCHENG_DATABASE_URL"] == (given_database or "")

    @pytest.mark.parametrize("word", ["import", "export", "time-rules", "rebuild"])
    def test_a_word_leads_to_its_module(self, word: str) -> None:
        assert callable(main.module(word).run) and callable(main.module(word).arguments)


class TestTrial:
    @pytest.fixture
    def called(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """The commands that a trial ran, each with a result of its own."""
        calls: list[list[str]] = []
        monkeypatch.setattr(trial, "_command", lambda _home, words: calls.append(words) or {"imported": len(calls)})
        return calls

    def test_what_is_there_is_imported_once_and_again_when_it_changed(
        self, tmp_path: Path, called: list[list[str]]
    ) -> None:
        data = tmp_path / "data" / "hotline"
        data.mkdir(parents=True)
        file = data / "messages.xlsx"
        file.write_bytes(b"one")
        first = trial.run(tmp_path, tmp_path / "data")
        assert called == [["migrate"], ["import", "framework", "--sample"], ["import", "hotline", str(file)]]
        assert first == {"hotline": {"imported": 3}}
        assert trial.run(tmp_path, tmp_path / "data") == first and len(called) == 3
        file.write_bytes(b"other")
        assert trial.run(tmp_path, tmp_path / "data") == {"hotline": {"imported": 6}}

    def test_an_import_that_broke_off_is_not_remembered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", sys.executable)
        monkeypatch.setattr("subprocess.run", lambda *_a, **_k: SimpleNamespace(returncode=1, stdout="kaputt " * 99))
        with pytest.raises(Refused, match=r"operations\.tool_failed") as caught:
            trial.run(tmp_path, tmp_path)
        assert len(str(caught.value.params["reason"])) == 300 and not (tmp_path / trial.DONE).exists()

    @pytest.mark.parametrize(
        ("result", "line"),
        [({}, ""), ({"rows": 3, "problems": [1], "per_second": 1.5, "extra": {}}, "rows 3  per_second 1.5"), ({"a": None, "b": "c"}, "b c")],
    )  # fmt: skip
    def test_one_line_of_a_result(self, result: dict[str, Any], line: str) -> None:
        assert trial.line(result) == line
