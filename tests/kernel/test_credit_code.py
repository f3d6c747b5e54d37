"""The unified social credit code of GB 32100-2015."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.credit_code import check_character, is_sound

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODES = st.text(LETTERS, min_size=17, max_size=17)


def test_the_standards_own_example_holds() -> None:
    assert is_sound("91350100M000100Y43")  # GB 32100-2015, annex


@given(CODES)
def test_every_code_with_its_check_is_sound(first: str) -> None:
    assert is_sound(first + check_character(first))


@given(CODES, st.integers(0, 16), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found(first: str, place: int, other: str) -> None:
    """3 generates the units modulo 31, which is prime, so no single slip stays unseen."""
    wrong = first[:place] + other + first[place + 1 :]
    assert is_sound(wrong + check_character(first)) is (wrong == first)


@pytest.mark.parametrize("text", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100I000100Y43", "９" * 18])
def test_what_has_not_the_form_is_none(text: str) -> None:
    assert not is_sound(text)
