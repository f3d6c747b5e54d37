"""Questions, what is right, and points."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.quizzes import KINDS, LETTERS, Question, points, read_right

ONE = Question("one", "应答时限？", ("一天", "三天", "七天"), (1,))
MANY = Question("many", "哪些算佐证？", ("照片", "文件", "口头", "录像"), (0, 1, 3))
TRUTH = Question("truth", "首次时限会变", ("正确", "错误"), (1,))
ALL = (ONE, MANY, TRUTH)


@pytest.mark.parametrize(
    ("kind", "text", "count", "right"),
    [
        ("one", "B", 3, (1,)), ("one", " c ", 3, (2,)), ("one", "D", 3, None), ("one", "AB", 3, None), ("one", "", 3, None),
        ("one", "1", 3, None), ("one", "AA", 3, None), ("many", "AC", 3, (0, 2)), ("many", "c,a", 3, (0, 2)),
        ("many", "A、B；C", 3, (0, 1, 2)), ("many", "A", 3, None), ("many", "AAC", 3, None), ("many", "AZ", 6, None),
        ("truth", "对", 2, (0,)), ("truth", "√", 2, (0,)), ("truth", "错误", 2, (1,)), ("truth", "FALSE", 2, (1,)),
        ("truth", "A", 2, None), ("truth", "", 2, None),
    ],
)  # fmt: skip
def test_what_is_right_is_read(kind: str, text: str, count: int, right: Any) -> None:
    assert read_right(kind, text, count) == right


@pytest.mark.parametrize(
    ("chosen", "right"),
    [
        ([[1], [0, 1, 3], [1]], 3), ([[1], [3, 1, 0, 0], [1]], 3), ([[1], [0, 1], [1]], 2), ([[1], [0, 1, 2, 3], [0]], 1),
        ([[], [], []], 0), ([], 0), ([[1]], 1), ([[0, 1], [0], [0]], 0), ([[1], [0, 1, 3], [1], [1]], 3),
    ],
)  # fmt: skip
def test_points_are_for_exactly_what_is_right(chosen: list[list[int]], right: int) -> None:
    assert points(ALL, chosen) == right


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=5))
def test_points_lie_within_the_questions(chosen: list[list[int]]) -> None:
    assert 0 <= points(ALL, chosen) <= len(ALL)
    assert points(ALL, [list(each.right) for each in ALL]) == len(ALL)


@given(st.sets(st.integers(0, 5), min_size=2))
def test_letters_say_the_places_in_any_order(places: set[int]) -> None:
    said = "、".join(LETTERS[place] for place in sorted(places, reverse=True))
    assert read_right("many", said, 6) == tuple(sorted(places))
    assert read_right("many", said, max(places)) is None, "a letter without an option"


def test_a_question_survives_json() -> None:
    assert [Question.of_json(each.as_json()) for each in ALL] == list(ALL)
    assert set(KINDS) == {each.kind for each in ALL} and all(label.zh and label.en for label in KINDS.values())
