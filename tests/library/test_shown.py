"""What lists and pages show of a document: the passages that a search found, what has run out, what is measured."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.history.pairs import words_of
from chuangcheng.kernel import clock
from chuangcheng.library.models import Document, Version
from chuangcheng.library.search import text_of
from chuangcheng.library.training_selectors import Tally
from chuangcheng.people.models import Unit
from chuangcheng.web.templatetags.library import passages_of, run_out
from tests.conftest import NOON

TODAY = date(2026, 9, 15)


def document(content: str | None = None, **more: Any) -> Document:
    row = Document(title="实施方案", **more)
    if content is not None:
        row.current = Version(content=content)
    return row


#: The text, the remarks, what was asked for, the passages (marked in brackets).
SHOWN: list[tuple[str | None, str, str, list[str]]] = [
    ("整治背街小巷。", "", "小巷", ["整治背街[小巷]。"]),
    ("整治背街小巷。", "", "整治 小巷", ["[整治]背街[小巷]。"]),
    ("整治背街小巷。", "小巷另行通知", "小巷", ["整治背街[小巷]。"]),  # the text goes before the remarks
    ("整治。", "小巷另行通知", "小巷", ["[小巷]另行通知"]),
    (None, "小巷另行通知", "小巷", ["[小巷]另行通知"]),
    ("整治。", "", "实施方案", []),  # the title stands above it anyway
    (None, "", "小巷", []),
    ("整治。", "", "", []),
    ("Grid 管理", "", "grid", ["[Grid] 管理"]),
]


@pytest.mark.parametrize(("content", "remarks", "asked", "found"), SHOWN, ids=range(len(SHOWN)))
def test_passages_in_a_list(content: str | None, remarks: str, asked: str, found: list[str]) -> None:
    row = document(content, remarks=remarks)
    row.asked = asked  # type: ignore[attr-defined]
    said = ["".join(f"[{piece}]" if marked else piece for piece, marked in each) for each in passages_of(row)]
    assert said == found


#: State, the last day in force, whether it has run out.
ENDS: list[tuple[str, date | None, bool]] = [
    ("in_force", None, False),
    ("in_force", TODAY, False),
    ("in_force", TODAY + timedelta(days=1), False),
    ("in_force", TODAY - timedelta(days=1), True),
    ("draft", TODAY - timedelta(days=1), False),
    ("superseded", TODAY - timedelta(days=1), False),
    ("withdrawn", TODAY - timedelta(days=1), False),
]


@pytest.mark.parametrize(("state", "to_on", "over"), ENDS, ids=range(len(ENDS)))
def test_what_has_run_out(state: str, to_on: date | None, over: bool) -> None:
    row = document(state=state, to_on=to_on)
    assert row.has_run_out(TODAY) is over
    with clock.at(NOON):
        assert run_out(row) is over


#: Invited to, somebody came to, the share.
SHARES = [(0, 0, 0.0), (4, 0, 0.0), (4, 1, 0.25), (4, 4, 1.0), (3, 2, 2 / 3)]


@pytest.mark.parametrize(("invited", "present", "share"), SHARES)
def test_the_share_of_a_unit(invited: int, present: int, share: float) -> None:
    assert Tally(Unit(code="A"), invited, present, 9).share == pytest.approx(share)


#: What was typed, the words.
TYPED = [("", []), ("  ", []), ("小巷", ["小巷"]), (" 小巷　整治 ", ["小巷", "整治"]), ("a\0b", ["ab"]), ("\0", [])]


@pytest.mark.parametrize(("text", "words"), TYPED, ids=range(len(TYPED)))
def test_what_was_typed_as_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_what_is_searched() -> None:
    assert text_of(document("正文", reference="文号", remarks="备注")).split("\n") == [
        "实施方案",
        "文号",
        "备注",
        "正文",
    ]
    assert text_of(document()) == "实施方案\n\n\n"
