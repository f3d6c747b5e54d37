"""The rule that asks whether words are a complaint about staff or a unit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.complaints import PATTERN, sounds_like


@pytest.mark.parametrize(
    "text",
    [
        "办事大厅3号窗口工作人员态度恶劣", "城管执法人员粗暴执法", "社区书记推诿，打了三次电话都不管",
        "某局科长索要红包", "街道办不作为", "队员打人", "辱骂群众的城管", "涉嫌贪污公款", "物业经理威胁业主",
        "反映单位乱收费", "网格员不耐烦，说不归他管",
    ],
)  # fmt: skip
def test_it_asks(text: str) -> None:
    assert sounds_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "路边有一堆垃圾没人收", "城管局门口占道经营", "垃圾桶满了", "社区门口路灯不亮", "窗口玻璃破了",
        "幼儿园门口乱停车", "楼道堆放杂物", "单位门前积水", "主任，您好，小区的树倒了", "井盖响，请工作人员来修",
    ],
)  # fmt: skip
def test_it_leaves_troubles_on_the_street_alone(text: str) -> None:
    assert not sounds_like(text)


def test_the_page_can_read_the_rule() -> None:
    """Named groups, look-behind of any width, flags inside: JavaScript reads these otherwise."""
    assert not re.search(r"\(\?(?!:)", PATTERN)
    assert "\n" not in PATTERN and '"' not in PATTERN


@given(st.text(max_size=300))
def test_it_never_fails(text: str) -> None:
    assert sounds_like(text) in {True, False}
