"""Close pairs: which side a sentence falls on, why, and that the rules know their own categories."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases.triage.pairs import pairs, tell_apart


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("幸福路的垃圾桶满了，没人清运", "06042"),
        ("垃圾站爆满，臭气熏天", "06042"),
        ("楼后堆了一车建筑垃圾", "06011"),
        ("空地上的垃圾堆积如山，几个月没人管", "06011"),
        ("路边有一堆垃圾", "06010"),
        ("公园里垃圾遍地", "06010"),
        ("路边堆了好几袋生活垃圾没人清理", "06010"),
        ("绿化带旁有大量散落垃圾", "06010"),
        ("水果店出店经营", "09005"),
        ("饭店把桌椅摆到人行道上", "09005"),
        ("超市的货物占用人行道", "09005"),
        ("流动摊贩堵住路口", "09006"),
        ("每天傍晚有小贩推车卖菜", "09006"),
        ("绿化带被人种菜", "06045"),
        ("有人毁绿搭建车棚", "06045"),
        ("草坪里到处是烟头和塑料袋", "06017"),
    ],
)
def test_each_side_of_a_pair(text: str, code: str) -> None:
    told = tell_apart(text)
    assert told is not None
    assert told.code == code
    assert told.code in told.pair.codes
    assert told.reason.zh
    assert told.reason.en
    assert all(word in text for word in told.words)


@pytest.mark.parametrize(
    "text", ["", "路灯不亮", "孩子上学的事", "对处理结果不满意", "渣土车深夜运输扬尘", "垃圾分类宣传做得好"]
)
def test_what_is_of_no_pair_is_left_alone(text: str) -> None:
    assert tell_apart(text) is None


def test_words_must_stand_in_one_sentence() -> None:
    assert tell_apart("小区的垃圾桶很新。我对物业很不满！停车位满了") is None


def test_a_rule_is_asked_only_for_the_codes_in_question() -> None:
    text = "垃圾桶满了，旁边流动摊贩在卖菜"
    assert [tell_apart(text, (code,)).code for code in ("06010", "09005")] == ["06042", "09006"]  # type: ignore[union-attr]
    assert tell_apart(text, ("06017", "06028")) is None
    assert tell_apart(text, ("",)) is None


def test_the_first_code_decides_which_pair_is_asked_first() -> None:
    text = "垃圾桶满了，旁边流动摊贩在卖菜"
    assert tell_apart(text, ("09006", "06042")).code == "09006"  # type: ignore[union-attr]


@given(st.text(alphabet="垃圾桶满溢店摊占道绿地草坪毁。，；\n", max_size=40))
def test_any_text_gets_a_code_of_the_pair_or_none(text: str) -> None:
    told = tell_apart(text)
    assert told is None or told.code in told.pair.codes


def test_every_rule_speaks_of_its_pair_and_of_categories_that_exist() -> None:
    document = json.loads(files("chuangcheng.framework").joinpath("data/categories.json").read_text(encoding="utf-8"))
    text = json.dumps(document, ensure_ascii=False)
    for pair in pairs():
        assert {rule.code for rule in pair.rules} == set(pair.codes)
        assert all(f'"{code}"' in text for code in pair.codes)
        assert all(words for rule in pair.rules for words in rule.all_of)
