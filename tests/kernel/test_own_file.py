"""A city's own file of rules: it wins, it is read again when it changes, a slip of the pen leaves what stood."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chuangcheng.kernel.own_file import OwnFile
from chuangcheng.kernel.problems import Refused


class Rules:
    """A folder of the program, a city's home, and how often a file was read."""

    def __init__(self, folder: Path) -> None:
        (folder / "program").mkdir()
        (folder / "home").mkdir()
        self.home = folder / "home"
        self.own = self.home / "rules.toml"
        built_in = folder / "program" / "rules.toml"
        built_in.write_text("version = 1", encoding="utf-8")
        self.read = 0
        self.file: OwnFile[int] = OwnFile(built_in, self._parse)

    def _parse(self, document: Mapping[str, Any]) -> int:
        self.read += 1
        if "version" not in document:
            raise Refused("risk.bad_rules", what="no version")
        return int(document["version"])

    def write(self, data: str | bytes, second: int) -> None:
        """The city's file as of that second."""
        self.own.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(self.own, (second, second))

    @property
    def current(self) -> int:
        """What is in force."""
        return self.file.current(self.home)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """Built-in version 1."""
    return Rules(tmp_path)


def test_the_built_in_file_counts_until_there_is_an_own_one_and_again_when_it_goes(rules: Rules) -> None:
    seen = [rules.current]
    rules.write("version = 7", 1)
    seen.append(rules.current)
    rules.own.unlink()
    assert [*seen, rules.current] == [1, 7, 1]


def test_a_file_is_read_once_and_again_only_when_it_changes(rules: Rules) -> None:
    rules.write("version = 7", 1)
    assert [rules.current for _ in range(3)] == [7, 7, 7] and rules.read == 1
    rules.write("version = 8", 2)
    assert [rules.current for _ in range(3)] == [8, 8, 8] and rules.read == 2


@pytest.mark.parametrize("wrong", ["version =", "other = 1", b"version = '\xff'"], ids=["syntax", "rule", "letters"])
def test_what_is_wrong_is_named_once_and_what_stood_before_stays(
    rules: Rules, wrong: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    rules.write(wrong, 1)
    with caplog.at_level(logging.ERROR):
        assert rules.current == 1, "nothing stood before: the built-in one"
    rules.write("version = 7", 2)
    assert rules.current == 7
    rules.write(wrong, 3)
    with caplog.at_level(logging.ERROR):
        assert [rules.current for _ in range(3)] == [7, 7, 7]
    told = [record.getMessage() for record in caplog.records]
    assert (
        len(told) == 2
        and rules.file.name == "rules.toml"
        and all(line.startswith("rules.toml is not used: ") for line in told)
    )


def test_two_cities_do_not_see_each_other_s_file(rules: Rules, tmp_path: Path) -> None:
    rules.write("version = 7", 1)
    assert rules.current == 7 and rules.file.current(tmp_path) == 1
