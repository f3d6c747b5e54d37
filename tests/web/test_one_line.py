"""What is never cut, what is said in English too, and what a reader is told of an empty list."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

import chuangcheng
from chuangcheng.web.tables import Column
from chuangcheng.web.templatetags.judge import unbroken
from chuangcheng.web.templatetags.parts import cell

SOURCE = Path(chuangcheng.__file__).parent


@pytest.mark.parametrize(
    ("text", "kept"),
    [("CIV-01-02-01", True), ("2026-11-30", True), ("街道", False), ("a b", False), ("x" * 17, False), ("—", False)],
)
def test_codes_and_days_of_a_document_are_not_cut(text: str, kept: bool) -> None:
    assert unbroken(text) is kept


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("CIV-01-02-01", '<span class="nowrap">CIV-01-02-01</span>'), ("2026-10", '<span class="nowrap">2026-10</span>'),
        (date(2026, 11, 30), '<span class="nowrap">2026-11-30</span>'), ("街道-1", "街道-1"), ("a-b c", "a-b c"),
        ("x-" * 20, "x-" * 20), (3, "3"), (-3, '<span class="nowrap">-3</span>'), (None, ""), ("<a-b>", "&lt;a-b&gt;"),
    ],
)  # fmt: skip
def test_codes_and_days_of_a_list_are_not_cut(value: object, shown: str) -> None:
    drawn = cell(Column("x", "X", lambda row: row), value)
    assert re.sub(r'<span class="nowrap">(&lt;.*)</span>', r"\1", str(drawn)) == shown


def test_per_cents_are_translated() -> None:
    """A template doubles the per cent sign before it looks a sentence up: the catalogue must hold it doubled."""
    found = {
        said
        for path in SOURCE.rglob("*.html")
        for said in re.findall(r'\{% translate "([^"]*%[^"]*)"', path.read_text(encoding="utf-8"))
    }
    assert found, "none is left: drop this test"
    with translation.override("en"):
        assert not [said for said in found if gettext(said.replace("%", "%%")) == said.replace("%", "%%")]
