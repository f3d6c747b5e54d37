"""Search tokens, the normal form, and masks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.text import bigrams, mask, normalise, tidy

CHINESE = st.text("街道路灯垃圾小区创城网格", min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\n\n\t\u3000\u3000尊敬的领导：\r\n\r\n  您好  ！\n", "尊敬的领导:\n您好 !"),
        ("ＡＢＣ１２３", "ABC123"),
        ("a\u200bb\ufeffc", "abc"),
        ("一\x00二\x07", "一二"),
        ("  ", ""),
        ("①号楼", "1号楼"),
    ],
)
def test_normal_form(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


@given(st.text())
def test_the_normal_form_is_final(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert "\n\n" not in once


def test_tokens() -> None:
    assert bigrams("河东街道 A1座 路灯不亮！") == ["河东", "东街", "街道", "a1", "座", "路灯", "灯不", "不亮"]
    assert bigrams("LED屏2块") == ["led", "屏", "2", "块"]
    assert bigrams("井") == ["井"]
    assert bigrams("，。！") == []
    assert bigrams("𠮷野家") == ["𠮷野", "野家"]


@given(CHINESE, CHINESE, CHINESE)
def test_a_word_is_found_wherever_it_stands(before: str, word: str, after: str) -> None:
    assert set(bigrams(word)) <= set(bigrams(before + word + after))


@given(CHINESE)
def test_one_token_for_each_pair(word: str) -> None:
    tokens = bigrams(word)
    assert len(tokens) == len(word) - 1
    assert tokens[0] + "".join(token[1] for token in tokens[1:]) == word


@pytest.mark.parametrize(
    ("open_text", "covered"),
    [
        ("电话13812345678找我", "电话138****5678找我"),
        ("+86 138-1234-5678", "+86**********5678"),
        ("身份证131002199001011234。", "身份证131***********1234。"),
        ("131002199001011 23", "131002199001011 23"),
        ("身份证13100219900101123X", "身份证131***********123X"),
        ("冀R12345乱停", "冀R****5乱停"),
        ("冀RD12345乱停", "冀R*****5乱停"),  # new energy: eight characters
        ("京A·1234学占道", "京A*****学占道"),
        ("座机0316-2345678", "座机**********78"),
        ("（0316）2345678转801", "***************01"),
        ("(0316)2345678转801", "***************01"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("联系电话：2345678", "联系电话******78"),
        ("编号2345678", "编号2345678"),
        ("3栋1201室，共1500米", "3栋1201室，共1500米"),
        ("订单号2013812345678901", "订单号2013812345678901"),
        ("2026年11月22日12345热线", "2026年11月22日12345热线"),
    ],
)
def test_masks(open_text: str, covered: str) -> None:
    assert mask(open_text) == covered


@given(st.text("路灯坏了请修，。 ab"), st.integers(13_000_000_000, 19_999_999_999), st.text("路灯坏了请修，。 ab"))
def test_no_mobile_number_survives(before: str, number: int, after: str) -> None:
    covered = mask(f"{before}{number}{after}")
    assert str(number) not in covered
    assert len(covered) == len(before) + 11 + len(after)


@given(st.text())
def test_masking_keeps_the_length_and_is_final(text: str) -> None:
    covered = mask(text)
    assert len(covered) == len(text)
    assert mask(covered) == covered


@given(st.text(max_size=80))
def test_tidy_is_idempotent_and_says_the_same_to_a_search(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert normalise(once) == normalise(text)


def test_tidy_keeps_the_writers_own_letters() -> None:
    written = " 垃圾桶满了，臭气熏天！！\r\n\r\n（第３天）\u200b "
    assert tidy(written) == "垃圾桶满了，臭气熏天！！\n（第３天）"
    assert normalise(written) == "垃圾桶满了,臭气熏天!!\n(第3天)"
