"""Telephone numbers in one form, and nothing else passes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.people.phones import phone_text

MOBILES = st.integers(13_000_000_000, 19_999_999_999).map(str)
AREAS = st.integers(10, 999).map(lambda number: f"0{number}")
LANDLINES = st.tuples(AREAS, st.one_of(st.integers(2_000_000, 9_999_999), st.integers(20_000_000, 99_999_999)).map(str))
BLANKS = st.sampled_from(["", " ", "  ", "\u3000", "\t"])


@given(MOBILES, BLANKS, BLANKS)
def test_blanks_and_the_country_do_not_matter(number: str, before: str, within: str) -> None:
    for said in (number, f"+86{number}", f"{before}{number[:3]}{within}{number[3:]}", f"+86 {number}"):
        assert phone_text(said) == number


@given(LANDLINES)
def test_a_landline_keeps_its_hyphen(parts: tuple[str, str]) -> None:
    area, number = parts
    assert phone_text(f"{area}-{number}") == f"{area}-{number}"
    assert phone_text(f"({area}){number}") == f"{area}{number}"
    assert phone_text(f"（{area}）{number}") == f"{area}{number}"


@given(MOBILES)
def test_full_width_digits_are_digits(number: str) -> None:
    wide = number.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    assert phone_text(wide) == number


@given(st.text(max_size=20))
def test_whatever_passes_is_digits_and_stays_as_it_is(said: str) -> None:
    try:
        kept = phone_text(said)
    except Refused as refused:
        assert refused.code == "people.bad_phone"
        return
    assert re.fullmatch(r"[0-9-]+", kept)
    assert phone_text(kept) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "-",
        "无",
        "139",
        "1391234567",
        "139123456789",
        "12912345678",
        "0316",
        "0316-59",
        "00000000000",
        "abc12345678",
    ],
)
def test_what_is_none(said: str) -> None:
    with pytest.raises(Refused) as refused:
        phone_text(said)
    assert refused.value.code == "people.bad_phone"
    assert not said.strip("-") or said not in refused.value.message()
