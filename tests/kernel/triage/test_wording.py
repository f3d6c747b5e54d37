"""What a message is counted as, and what is told as the reason."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.triage.wording import PARTS, features, groups, is_longer, part_of, prepare, telling

TEXT = st.text(alphabet="垃圾桶满路灯不亮小区学校医院 \n123*aB，。", max_size=40)


def test_the_first_of_several_lines_is_the_title() -> None:
    said = prepare("路灯不亮\n幸福路三号\n晚上很黑")
    assert (said.title, said.body) == ("路灯不亮", "幸福路三号 晚上很黑")


def test_a_single_line_is_title_and_body() -> None:
    said = prepare("  路灯不亮 ")
    assert said.title == said.body == "路灯不亮"


@pytest.mark.parametrize(
    "text",
    ["联系13812345678", "身份证110101199003074514", "车牌冀RA1234D", "第1234号楼56单元", "１３８１２３４５６７８"],
)
def test_numbers_of_persons_never_become_features(text: str) -> None:
    assert not set("".join(features(text))) & set("123456789*")


def test_words_count_with_their_group_in_title_and_body() -> None:
    found = features("垃圾桶满了\n幸福路垃圾桶和垃圾桶盖")
    assert (found["u垃圾桶"], found["v垃圾桶"]) == (1, 2)
    assert (found["Trefuse"], found["Brefuse"]) == (1, 2)
    assert found["t垃圾桶"] == 1


@given(TEXT)
def test_features_are_of_known_parts_and_counted_at_least_once(text: str) -> None:
    for name, times in features(text).items():
        assert name[0] in PARTS
        assert len(name) > 1
        assert times >= 1
        assert PARTS[part_of(name)] == name[0]


@given(TEXT)
def test_the_same_text_gives_the_same_features(text: str) -> None:
    assert features(text) == features(f" {text}\n")


@given(st.text(alphabet="路灯不亮小区", min_size=1, max_size=20))
def test_the_number_of_grams_follows_from_the_length(text: str) -> None:
    found = features(text)
    for order in (1, 2, 3):
        grams = sum(n for name, n in found.items() if name[0] == "t" and len(name) == order + 1)
        assert grams == max(0, len(text) - order + 1)
        assert all(is_longer(name, order) == (len(name) > order + 1) for name in found if name[0] in "tb")


def test_words_and_groups_are_never_too_long() -> None:
    assert not is_longer("u二次供水", 2)
    assert not is_longer("Trefuse", 2)


def test_the_dictionary_is_in_the_form_that_texts_are_compared_in() -> None:
    every = [word for words in groups().values() for word in words]
    assert len(groups()) > 30
    assert all(word == prepare(word).title for word in every)
    assert not any(set(word) & set(string.whitespace) for word in every)


def test_no_word_stands_twice_in_a_group() -> None:
    assert [name for name, words in groups().items() if len(set(words)) < len(words)] == []


class TestTelling:
    def test_words_come_before_grams_and_none_is_part_of_another(self) -> None:
        shares = {"u垃圾桶": 0.2, "t垃圾": 0.9, "b满溢": 0.5, "b的桶": 0.1, "Trefuse": 3.0, "t。满": 2.0}
        assert telling(shares) == ("垃圾桶", "满溢", "的桶")

    def test_what_speaks_against_is_no_reason(self) -> None:
        assert telling({"u学校": -0.2, "t学校": 0.0}) == ()

    def test_a_word_adds_up_over_title_and_body(self) -> None:
        assert telling({"u医院": 0.2, "v医院": 0.2, "u学校": 0.3}, most=1) == ("医院",)

    @given(st.dictionaries(st.text(alphabet="tbuvTB垃圾桶", min_size=2, max_size=5), st.floats(-1, 1), max_size=12))
    def test_never_more_than_asked(self, shares: dict[str, float]) -> None:
        known = {name: share for name, share in shares.items() if name[0] in PARTS}
        chosen = telling(known, most=3)
        assert len(chosen) <= 3
        assert len(set(chosen)) == len(chosen)
