"""Laws of the codes of divisions: a code lies under exactly the codes whose stem it begins with (GB/T 2260)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.places import codes
from chuangcheng.places.models import DivisionLevel

LEVELS = list(codes.DIGITS)
TWO = st.integers(1, 98).map("{:02}".format)
THREE = st.integers(1, 999).map("{:03}".format)
#: The codes of a community's line from the city down.
LINES = st.tuples(st.integers(11, 65), TWO, TWO, THREE, THREE).map(
    lambda parts: [
        f"{parts[0]}{parts[1]}00", f"{parts[0]}{parts[1]}{parts[2]}", f"{parts[0]}{parts[1]}{parts[2]}{parts[3]}",
        f"{parts[0]}{parts[1]}{parts[2]}{parts[3]}{parts[4]}",
    ]
)  # fmt: skip


def problem(code: str, level: str, parent: str, parent_level: str) -> str:
    """What is refused, or nothing."""
    try:
        codes.check_under(code, level, parent, parent_level)
    except Refused as refused:
        return refused.code
    return ""


@given(LINES)
def test_every_code_of_a_line_lies_under_those_above_it_and_under_no_other(line: list[str]) -> None:
    for low, level in enumerate(LEVELS):
        for high, parent_level in enumerate(LEVELS):
            expected = "" if high < low else "places.wrong_level"
            assert problem(line[low], level, line[high], parent_level) == expected


@given(LINES, LINES)
def test_codes_of_another_line_are_foreign_where_the_stem_differs(one: list[str], other: list[str]) -> None:
    for low in range(1, len(LEVELS)):
        for high in range(low):
            digits = 4 if high == 0 else codes.DIGITS[LEVELS[high]]
            expected = "" if one[low][:digits] == other[high][:digits] else "places.foreign_code"
            assert problem(one[low], LEVELS[low], other[high], LEVELS[high]) == expected


@given(LINES, st.sampled_from(["", " ", "\t"]))
def test_the_zeros_of_statistics_change_nothing(line: list[str], blank: str) -> None:
    for code, level in zip(line, LEVELS, strict=True):
        assert codes.normal_code(code, level) == code
        assert codes.normal_code(f"{blank}{code.ljust(12, '0')}{blank}", level) == code


@given(LINES)
def test_a_code_is_of_one_level_only(line: list[str]) -> None:
    for code, own in zip(line, LEVELS, strict=True):
        for level in LEVELS:
            if level != own:
                with pytest.raises(Refused) as refused:
                    codes.normal_code(code, level)
                assert refused.value.code == "places.bad_code"


@given(LINES, THREE)
def test_a_grid_lies_in_its_community_and_in_no_other(line: list[str], own: str) -> None:
    community = line[-1]
    assert codes.grid_code(f" {community}{own}\n", community) == community + own
    neighbour = community[:-1] + str((int(community[-1]) + 1) % 10)
    with pytest.raises(Refused) as refused:
        codes.grid_code(community + own, neighbour)
    assert refused.value.code == "places.foreign_code"


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("131000", "1310"),  # a city: four digits
        ("130000", "13"),  # a province: two
        ("131002", "131002"), ("131002100", "131002100"), ("131002100200", "131002100200"),
        ("110000", "11"),  # a municipality is a province whose districts begin with 1101
    ],
)  # fmt: skip
def test_the_stem_of_a_code(code: str, stem: str) -> None:
    assert codes.stem(code) == stem


@given(LINES)
def test_stems_of_a_line_begin_each_other(line: list[str]) -> None:
    stems = [codes.stem(code) for code in line]
    assert all(low.startswith(high) for high, low in pairwise(stems))
    assert [len(stem) for stem in stems] == [4, 6, 9, 12]


def test_every_level_of_division_has_its_length() -> None:
    assert set(codes.DIGITS) == set(DivisionLevel)
    assert codes.DIGITS[DivisionLevel.COMMUNITY] + 3 == codes.GRID_DIGITS
