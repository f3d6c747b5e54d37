"""The index of character pairs: the same answers from either kind of table on either database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history import pairs
from chuangcheng.kernel.text import bigrams

INDEXES = [pairs.Index("library_search"), pairs.Index("cases_search_case", contentless=True)]
ENTRIES = {20260915000001: ["小巷", "整治"], 20260915000002: ["小巷", "清运"], 20260915000003: ["路灯"]}

#: A text, its pairs.
TEXTS: list[tuple[str, list[str]]] = [
    ("", []),
    ("巷", []),
    ("小巷", ["小巷"]),
    ("小巷，小巷", ["小巷"]),
    ("背街小巷", ["小巷", "背街", "街小"]),
    ("Wi-Fi 5G 路灯", ["路灯"]),
    ("ab 12", []),
    ("小\n巷", []),
]


@pytest.mark.parametrize(("text", "found"), TEXTS, ids=range(len(TEXTS)))
def test_pairs_of_a_text(text: str, found: list[str]) -> None:
    assert pairs.of_text(text) == found == pairs.of_words([text])


@given(st.text("垃圾箱 abc12", max_size=20))
def test_pairs_are_those_of_the_kernel(text: str) -> None:
    assert set(pairs.of_text(text)) <= set(bigrams(text))
    assert pairs.of_words(pairs.words_of(text)) == pairs.of_text(text)


def test_words_as_they_were_typed() -> None:
    assert pairs.words_of(" 小巷\0 路灯\n") == ["小巷", "路灯"] and pairs.words_of(" ") == []
    assert dict(pairs.holding("小巷", ["text"]).children) == {"text__contains": "小巷"}
    assert dict(pairs.holding("wi-Fi", ["text"]).children) == {"text__icontains": "wi-Fi"}
    assert len(pairs.holding("小巷", ["text", "address"]).children) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.table)
def test_entries_are_put_found_and_forgotten(index: pairs.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = ENTRIES
    assert index.newest() is None and index.known([]) == index.keys() == set() and index.matching(["小巷"]) == []
    assert index.put(ENTRIES) == 3 and index.put(ENTRIES) == 0 and index.put({}) == 0
    assert index.newest() == third and index.keys() == set(ENTRIES) and index.known([first, 7]) == {first}
    assert sorted(index.matching(["小巷"]) or []) == [first, second]
    assert index.matching(["小巷", "整治"]) == [first] and index.matching(["小巷", "路灯"]) == []
    monkeypatch.setattr(pairs, "MOST_KEYS", 1)
    assert index.matching(["小巷"]) is None and index.matching(["路灯"]) == [third]
    index.forget({first: ENTRIES[first], 7: ["小巷"]})
    assert index.keys() == {second, third} and index.matching(["小巷"]) == [second]
    assert index.put({first: ["亮化"]}) == 1 and index.matching(["亮化"]) == [first] and index.matching(["整治"]) == []
    index.empty()
    assert index.keys() == set() and index.matching(["路灯"]) == []
