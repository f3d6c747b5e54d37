"""Groups of messages about one trouble: what belongs together, what does not, and that order does not matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.triage.duplicates import Group, Message, find

START = datetime(2026, 3, 2, tzinfo=UTC)
MIXER = (
    "投诉云锦新苑附近建搅拌站噪音扰民\n我是云锦新苑的业主，小区旁边建了一个水泥搅拌站，每天半夜作业，粉尘和噪音很大",
    "云锦新苑小区旁的搅拌站严重污染\n云锦新苑小区附近的水泥搅拌站粉尘大，半夜噪音扰民，业主无法休息",
    "云锦新苑旁边搅拌站何时搬走\n水泥搅拌站建在云锦新苑小区边上，噪音和粉尘让业主受不了",
)
LAMPS = (
    "滨江北路路灯不亮\n滨江北路从桥头到菜场一段路灯坏了半个月，晚上出行很危险，请维修",
    "请维修滨江北路的路灯\n滨江北路桥头到菜场一段路灯不亮已经半个月，晚上很危险",
)
OTHERS = (
    "咨询入学政策\n孩子今年九月上小学，想问户口和房产证不在一起怎么办理报名手续",
    "公交线路太绕\n二十三路公交车绕行太远，希望增加直达医院的班次",
    "物业乱收费\n停车费从一百涨到三百没有公示，请物价部门查处",
    "养老金没有到账\n本月退休金到现在还没有发放，社保窗口说不清楚原因",
)


def _messages(*texts: str) -> list[Message]:
    return [Message(text, START + timedelta(days=number), f"writer{number % 3}") for number, text in enumerate(texts)]


ALL = _messages(*MIXER, *OTHERS[:2], *LAMPS, *OTHERS[2:])


def _rows(groups: list[Group]) -> list[tuple[int, ...]]:
    return [group.rows for group in groups]


def test_the_same_trouble_in_other_words_is_one_group() -> None:
    assert _rows(find(ALL)) == [(0, 1, 2), (5, 6)]


def test_a_group_tells_why() -> None:
    mixer, lamps = find(ALL)
    assert any("云锦新苑" in word for word in mixer.shared)
    assert any("滨江北路" in word for word in lamps.shared)
    assert (mixer.writers, mixer.days) == (3, 2)
    assert 0.35 <= mixer.likeness <= 1


def test_a_copied_sentence_is_not_repeated() -> None:
    copies = [f"{one}。补充第{'甲乙丙'[number]}条意见" for number, one in enumerate([LAMPS[0]] * 3)]
    (group,) = find(_messages(*copies, *OTHERS))
    assert group.rows == (0, 1, 2)
    assert all(len(word) <= 10 for word in group.shared)


def test_the_same_words_about_two_places_are_less_alike_than_about_one() -> None:
    elsewhere = LAMPS[1].replace("滨江北路", "解放西街").replace("桥头", "车站").replace("菜场", "学校")
    (near,) = find(_messages(*LAMPS, *OTHERS))
    far = find(_messages(LAMPS[0], elsewhere, *OTHERS), alike=0.05)
    assert near.likeness > far[0].likeness


def test_long_ago_counts_for_a_little_less() -> None:
    texts = [*LAMPS, *OTHERS]
    now = find([Message(text, START) for text in texts])
    later = find([Message(text, START + timedelta(days=500 * number)) for number, text in enumerate(texts)])
    unknown = find([Message(text) for text in texts])
    assert now[0].likeness == pytest.approx(later[0].likeness + 0.06)
    assert unknown[0].likeness == now[0].likeness
    assert (unknown[0].days, unknown[0].writers) == (None, 0)


def test_messages_stand_by_their_time_in_a_group() -> None:
    turned = [Message(text, START - timedelta(days=number)) for number, text in enumerate([*LAMPS, *OTHERS])]
    assert _rows(find(turned)) == [(1, 0)]


@pytest.mark.parametrize("texts", [(), ("路灯",), ("", ""), ("路", "灯"), ("abc", "def"), ("1", "2", "3")])
def test_little_or_nothing_to_compare(texts: tuple[str, ...]) -> None:
    assert find(_messages(*texts)) == []


@pytest.mark.parametrize("text", ["路灯不亮了", LAMPS[0], "abc"])
def test_two_that_are_equal(text: str) -> None:
    (group,) = find(_messages(text, text))
    assert group.rows == (0, 1)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(ALL))))
def test_the_order_of_the_file_does_not_matter(order: list[int]) -> None:
    found = {frozenset(order[row] for row in group.rows) for group in find([ALL[place] for place in order])}
    assert found == {frozenset({0, 1, 2}), frozenset({5, 6})}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*MIXER, *LAMPS, *OTHERS]), max_size=14))
def test_groups_share_no_row_and_come_largest_first(texts: list[str]) -> None:
    groups = find(_messages(*texts))
    rows = [row for group in groups for row in group.rows]
    assert len(rows) == len(set(rows))
    assert all(0 <= row < len(texts) for row in rows)
    assert all(len(one.rows) >= len(other.rows) >= 2 for one, other in pairwise(groups))
    assert find(_messages(*texts)) == groups


def test_a_large_group_takes_in_what_names_the_same_thing() -> None:
    """Six alike make it known that the name is the trouble; a seventh who says it otherwise joins them."""
    many = [MIXER[number % 3].replace("每天", f"每天{word}") for number, word in enumerate("早晚午夜日月")]
    otherwise = "请管管云锦新苑的扬尘\n云锦新苑门口车来车往，水泥搅拌站的灰落满阳台，孩子咳嗽"
    groups = find(_messages(*many, otherwise, *OTHERS, *LAMPS))
    assert groups[0].rows == (0, 1, 2, 3, 4, 5, 6)
