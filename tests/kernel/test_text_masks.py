"""What is covered beside what only looks like it, and what a search finds of a text that was covered or tidied."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.text import bigrams, mask, normalise, tidy

WORDS = st.text("河东街道路灯坏了，。：；！请来修（）", max_size=8)


@pytest.mark.parametrize(
    ("covered", "left"),
    [
        ("13012345678", "12012345678"), ("19912345678", "1991234567"), ("130 1234 5678", "130 123 45678"),
        ("+8613012345678", "861301234567"), ("86-13012345678", "x13012"), ("0316-2345678", "0316-1345678"),
        ("010-23456789", "1010-23456789"), ("02123456789", "0212345678901"), ("0316 2345678", "0316  2345678"),
        ("电话2345678", "楼号2345678"), ("座机：23456789", "座机：12345678"), ("号码是2345678", "号码也是2345678"),
        ("联系方式 2345678", "联系方式 234567"), ("110101199001011234", "110101199013011234"),
        ("110101199012311234", "110101199012321234"), ("11010120000101123X", "010101199001011234"),
        ("11010118991231123x", "110101179912311234"), ("京A12345", "京I12345"), ("粤B1234学", "粤B1234生"),
        ("沪AD12345", "沪AD123456"), ("皖A·12345", "皖A··12345"), ("豫a12345", "豫A1234"), ("冀R1234P", "冀R1234O"),
    ],
)  # fmt: skip
def test_one_sign_decides(covered: str, left: str) -> None:
    assert "*" in mask(covered), covered
    assert not re.search(r"\d{5}", mask(covered))
    assert mask(left) == left


@settings(max_examples=50)
@given(WORDS, st.sampled_from(["13812345678", "110101199003071234", "冀R12345", "0316-2345678"]), WORDS)
def test_words_around_a_number_stay_as_they_are(before: str, number: str, after: str) -> None:
    covered = mask(before + number + after)
    assert covered.startswith(before) and covered.endswith(after)
    assert covered.count("*") >= 4
    assert covered[len(before) : len(covered) - len(after)] == mask(number)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["13812345678", "冀R12345", "110101199003071234", "路灯", "，"]), max_size=6))
def test_numbers_side_by_side_are_covered_each_for_itself(parts: list[str]) -> None:
    assert mask("；".join(parts)) == "；".join(map(mask, parts))


@settings(max_examples=50)
@given(st.text("0123456789- ()", min_size=1, max_size=30))
def test_covering_only_ever_writes_stars(text: str) -> None:
    assert all(new in (old, "*") for old, new in zip(text, mask(text), strict=True))


@settings(max_examples=50)
@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 12))
def test_a_piece_of_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    whole = normalise(text)
    piece = whole[start : start + length]
    latin_cut = re.search(r"^[^\W\u3400-\U0003ffff]|[^\W\u3400-\U0003ffff]$", piece)
    if not latin_cut and len(re.findall(r"[\u4e00-\u9fff]{2,}", piece)) and re.fullmatch(r"[\u4e00-\u9fff]+", piece):
        assert set(bigrams(piece)) <= set(bigrams(text))
    assert bigrams(normalise(text)) == bigrams(text) == bigrams(tidy(text))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("A座１２０１室", ["a", "座", "1201", "室"]), ("LED Ⅱ期", ["led", "ii", "期"]), ("路-灯", ["路", "灯"]), ("路\n灯", ["路", "灯"]),
        ("路\u200b灯", ["路灯"]), ("㈱", ["株"]), ("", []), ("12345热线", ["12345", "热线"]), ("café咖啡馆", ["café", "咖啡", "啡馆"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
    ],
)  # fmt: skip
def test_tokens_by_hand(text: str, tokens: list[str]) -> None:
    assert bigrams(text) == tokens


@settings(max_examples=50)
@given(st.text("甲乙 丙\t\u3000\n\r\u200bＡ１，!", max_size=40))
def test_tidy_takes_away_only_what_nobody_sees(text: str) -> None:
    seen = re.sub(r"[\s\u200b]", "", text)
    assert re.sub(r"\s", "", tidy(text)) == seen
    assert tidy(text).count("\n") <= text.count("\n") + text.count("\r")
    assert not re.search(r"[^\S\n]{2}|\n\s|\s\n|^\s|\s$", tidy(text))
