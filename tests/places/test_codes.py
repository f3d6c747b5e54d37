"""Codes of divisions: the lengths of each level, the zeros of statistics, and who lies under whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.places import codes


@pytest.mark.parametrize(
    ("code", "level", "normal"),
    [
        ("131000", "city", "131000"), ("131000000000", "city", "131000"), ("131002", "district", "131002"),
        (" 131002000000 ", "district", "131002"), ("131002001", "street", "131002001"), ("131002001000", "street", "131002001"),
        ("131002001007", "community", "131002001007"), ("110000", "city", "110000"),
    ],
)  # fmt: skip
def test_accepted(code: str, level: str, normal: str) -> None:
    assert codes.normal_code(code, level) == normal


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("1310", "city"), ("131002", "city"), ("131000", "district"), ("13100A", "district"), ("131002001", "district"),
        ("131002001007", "street"), ("131002", "street"), ("131002001", "community"), ("", "city"), ("031000", "city"),
        ("１３１０００", "city"), ("131000\n131001", "city"), ("131002001.0", "street"),
    ],
)  # fmt: skip
def test_refused(code: str, level: str) -> None:
    with pytest.raises(Refused) as refused:
        codes.normal_code(code, level)
    assert refused.value.code == "places.bad_code"
    assert "位数字" in refused.value.message()
    assert "digits" in refused.value.message("en")


@given(st.text(max_size=15), st.sampled_from(["city", "district", "street", "community"]))
def test_any_text_is_either_a_code_of_its_length_or_refused(text: str, level: str) -> None:
    try:
        normal = codes.normal_code(text, level)
    except Refused:
        return
    assert normal.isdecimal()
    assert len(normal) == codes.DIGITS[level]  # type: ignore[index]
    assert codes.normal_code(normal, level) == normal


@pytest.mark.parametrize(
    ("code", "level", "parent", "parent_level"),
    [
        ("131002", "district", "131000", "city"), ("131002001", "street", "131002", "district"),
        ("441900003", "street", "441900", "city"), ("110101", "district", "110000", "city"),
        ("131002001007", "community", "131002001", "street"),
    ],
)  # fmt: skip
def test_lies_under(code: str, level: str, parent: str, parent_level: str) -> None:
    codes.check_under(code, level, parent, parent_level)


@pytest.mark.parametrize(
    ("code", "level", "parent", "parent_level", "problem"),
    [
        ("220402", "district", "131000", "city", "places.foreign_code"),
        ("131003001", "street", "131002", "district", "places.foreign_code"),
        ("131002001007", "community", "131002002", "street", "places.foreign_code"),
        ("131002", "district", "131003", "district", "places.wrong_level"),
        ("131000", "city", "131002", "district", "places.wrong_level"),
    ],
)  # fmt: skip
def test_does_not_lie_under(code: str, level: str, parent: str, parent_level: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        codes.check_under(code, level, parent, parent_level)
    assert refused.value.code == problem


@pytest.mark.parametrize("code", ["131000", "131002", "131002001", "131002001007", "990100", "820000"])
def test_a_code_that_an_office_can_have_issued(code: str) -> None:
    codes.check_structure(code)


@pytest.mark.parametrize(
    ("code", "part"),
    [("161002", "16"), ("001002", "00"), ("131002000", "000"), ("131002001000", "000"), ("131002000001", "000"), ("831002001001", "83")],
)  # fmt: skip
def test_a_code_that_nobody_issues(code: str, part: str) -> None:
    with pytest.raises(Refused) as refused:
        codes.check_structure(code)
    assert refused.value.code == "places.bad_structure"
    assert f"“{part}”" in refused.value.message()


@pytest.mark.parametrize(
    ("code", "level", "above"),
    [
        ("131000", "city", ""), ("131000000000", "city", ""), ("131002", "district", "131000"),
        ("131002000000", "district", "131000"), ("131002001", "street", "131002"),
        ("131002001000", "street", "131002"), (" 131002001007 ", "community", "131002001"),
    ],
)  # fmt: skip
def test_level_and_parent_follow_from_the_digits(code: str, level: str, above: str) -> None:
    assert codes.level_of(code) == level
    assert codes.code_above(code, level) == above


@pytest.mark.parametrize("code", ["", "1310", "1310021", "13100200100", "1310020010071", "abc"])
def test_other_lengths_are_of_no_level(code: str) -> None:
    assert codes.level_of(code) is None


def test_a_grid_carries_its_communitys_code() -> None:
    assert codes.grid_code("131002001007001 ", "131002001007") == "131002001007001"
    for code, problem in (("131002001007", "places.bad_code"), ("131002001010001", "places.foreign_code")):
        with pytest.raises(Refused) as refused:
            codes.grid_code(code, "131002001007")
        assert refused.value.code == problem
