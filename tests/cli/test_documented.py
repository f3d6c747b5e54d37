"""Nothing a city can set or call is missing from the handbook."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from chuangcheng.cli.commands import exports, imports
from chuangcheng.cli.main import COMMANDS
from chuangcheng.kernel.problems import catalogue
from chuangcheng.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TABLE = dict(re.findall(r"^\| `([\w-]+)` \|(.*?)\|", HANDBOOK, re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(command: str) -> None:
    assert len(TABLE[command]) > 10


@pytest.mark.parametrize("kind", [*imports.KINDS, *exports.KINDS])
def test_every_kind_of_import_and_export_is_explained(kind: str) -> None:
    assert f"`{kind}`" in TABLE["import"] + TABLE["export"]


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_is_explained_with_its_default(field) -> None:  # type: ignore[no-untyped-def]
    told = TABLE[field.name].strip().strip("`")
    if field.default is not MISSING:
        assert told == (str(field.default).lower() if isinstance(field.default, bool) else str(field.default))


def test_the_handbook_names_no_setting_that_does_not_exist() -> None:
    section = HANDBOOK.split("## Settings")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` ", section, re.MULTILINE)) == {field.name for field in fields(Settings)}


def test_every_refusal_of_operations_has_both_languages() -> None:
    entries = [problem for code, problem in catalogue().items() if code.startswith("operations.")]
    assert len(entries) > 10
    for problem in entries:
        holes = [set(re.findall(r"{(\w+)}", text)) for text in (problem.sentence.zh, problem.sentence.en)]
        assert holes[0] == holes[1], problem.code
