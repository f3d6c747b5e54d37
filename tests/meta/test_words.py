"""No door shows what citizens and staff wrote without asking ``cases.reading``: every place is found by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.meta.sources import PACKAGE, sources

DOORS = {"desk", "field", "portal", "api", "cli", "bulletins", "worker", "web"}
#: Words of a report, case, remark, petition or plea as a template would print them.
PRINTED = re.compile(
    r"\{\{\s*(?P<what>[\w.]*\b(?:report|case|row|one|each|line|found)\.text\b"
    r"|[\w.]*\b(?:petition\.reason|\w+\.rating_text|\w+\.plea_text))(?P<rest>[^}]*)\}\}"
)
#: The same as a door's code would read them.
READ = re.compile(
    r"\b(?:report|case|row|found|one)\.(?:text|rating_text|plea_text)\b(?!\()|row\[\"(?:text|address)\"\]"
)
#: What the line must then ask.
ASKED = re.compile(r"masked\(|mask\(|text_for\(|words_for\(|hides\(|if plain else|\"plea_words\"")


def templates() -> list[Path]:
    return sorted(PACKAGE.rglob("templates/**/*.html"))


def bare(text: str) -> list[str]:
    """What a template prints of somebody's words without covering them first."""
    return [match["what"] for match in PRINTED.finditer(text) if not match["rest"].startswith("|masked")]


def test_the_rule_finds_what_it_looks_for() -> None:
    assert bare("{{ report.text }} {{ case.text|truncatechars:9|masked }} {{ one.case.text|masked }}") == [
        "report.text", "case.text",
    ]  # fmt: skip
    assert bare("{{ x.plea_text }} {{ petition.reason }} {{ entry.reason|spoken }}") == [
        "x.plea_text", "petition.reason",
    ]  # fmt: skip
    assert len(templates()) > 40


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_no_template_prints_somebodys_words_bare(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


def test_no_door_reads_somebodys_words_bare() -> None:
    found = [
        f"{source.name}: {line.strip()}"
        for source in sources()
        if source.room in DOORS
        for line in source.text.splitlines()
        if READ.search(line) and not ASKED.search(line)
    ]
    assert found == []
