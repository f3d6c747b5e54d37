"""Two versions of a text held against each other, and where words stand in one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import passages
from chuangcheng.kernel.passages import compare, sentences

#: A text, its sentences.
SENTENCES: list[tuple[str, list[str]]] = [
    ("", []),
    (" \n ", []),
    ("一、总体要求\n坚持为民。抓好落实！", ["一、总体要求", "坚持为民。", "抓好落实！"]),
    ("他说：“好！”然后走了。", ["他说：“好！”", "然后走了。"]),
    ("没有句号", ["没有句号"]),
    ("分号；也分开；", ["分号；", "也分开；"]),
    ("真的？！是的。", ["真的？！", "是的。"]),
    ("（一）范围（全市。）其他", ["（一）范围（全市。）", "其他"]),
    ("Stop! Go; now", ["Stop!", "Go;", "now"]),
    ("3.5公里不断开。", ["3.5公里不断开。"]),
]


@pytest.mark.parametrize(("text", "found"), SENTENCES, ids=range(len(SENTENCES)))
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def shown(old: str, new: str) -> list[str]:
    """The lines with their sign; what is marked within stands in brackets."""
    signs = {"same": "=", "removed": "-", "added": "+"}
    return [
        signs[line.kind] + "".join(f"[{piece}]" if marked else piece for piece, marked in line.pieces)
        for block in compare(old, new).blocks
        for line in block.lines
    ]


#: Old text, new text, the lines.
COMPARED: list[tuple[str, str, list[str]]] = [
    ("", "", []),
    ("甲。", "甲。", ["=甲。"]),
    ("", "甲。", ["+甲。"]),
    ("甲。", "", ["-甲。"]),
    ("甲。乙。", "甲。乙。丙。", ["=甲。", "=乙。", "+丙。"]),
    ("甲。乙。丙。", "甲。丙。", ["=甲。", "-乙。", "=丙。"]),
    ("时限为五个工作日。", "时限为三个工作日。", ["-时限为[五]个工作日。", "+时限为[三]个工作日。"]),
    ("各单位每月上报。", "各单位每周五前上报。", ["-各单位每[月]上报。", "+各单位每[周五前]上报。"]),
    ("全部不同的话。", "Nothing alike here.", ["-全部不同的话。", "+Nothing alike here."]),
    ("甲旧。乙旧。尾。", "甲新。尾。", ["-甲[旧]。", "+甲[新]。", "-乙旧。", "=尾。"]),
    (
        "前三字。每月通报一次。",
        "增一句话。每周通报一次。又添了别的。",
        ["-前三字。", "+增一句话。", "-每[月]通报一次。", "+每[周]通报一次。", "+又添了别的。"],
    ),
    ("甲。乙。", "乙。甲。", ["+乙。", "=甲。", "-乙。"]),
    ("甲。\n\n乙。", "甲。乙。", ["=甲。", "=乙。"]),  # where a paragraph ends is no change of the text
]


@pytest.mark.parametrize(("old", "new", "lines"), COMPARED, ids=range(len(COMPARED)))
def test_what_became_of_a_text(old: str, new: str, lines: list[str]) -> None:
    assert shown(old, new) == lines
    found = compare(old, new)
    assert (found.added, found.removed) == (sum(x[0] == "+" for x in lines), sum(x[0] == "-" for x in lines))


#: Equal sentences before, between and after two changes → blocks as (lines, folded, changed).
FOLDS: list[tuple[tuple[int, int, int], list[tuple[int, bool]]]] = [
    ((0, 0, 0), [(2, False)]),
    ((2, 3, 2), [(2, False), (1, False), (3, False), (1, False), (2, False)]),
    ((9, 5, 9), [(7, True), (2, False), (1, False), (5, False), (1, False), (2, False), (7, True)]),
    ((4, 9, 3), [(2, True), (2, False), (1, False), (2, False), (5, True), (2, False), (1, False), (3, False)]),
]


@pytest.mark.parametrize(("equal", "blocks"), FOLDS, ids=range(len(FOLDS)))
def test_what_is_far_from_a_change_is_folded(equal: tuple[int, int, int], blocks: list[tuple[int, bool]]) -> None:
    parts = [[f"第{part}段{number}。" for number in range(count)] for part, count in enumerate(equal)]
    old = "".join(parts[0] + parts[1] + parts[2])
    new = "".join([*parts[0], "新增其一。", *parts[1], "新增其二。", *parts[2]])
    found = compare(old, new)
    assert [(len(block.lines), block.folded) for block in found.blocks] == blocks
    assert found.added == 2 and all(
        line.kind == "same" for block in found.blocks if block.folded for line in block.lines
    )


def test_of_a_long_change_no_pairs_are_sought(monkeypatch: Any) -> None:
    old, new = "时限五天。甲乙丙丁。", "时限三天。戊己庚辛。"
    assert shown(old, new)[:2] == ["-时限[五]天。", "+时限[三]天。"]
    monkeypatch.setattr(passages, "NEAR", 1)
    assert shown(old, new) == ["-时限五天。", "-甲乙丙丁。", "+时限三天。", "+戊己庚辛。"]


def test_nothing_is_lost_of_a_long_text() -> None:
    old = [f"第{number}条 落实责任。" if number % 3 else "同上。" for number in range(passages.MANY + 50)]
    new = [*old[:700], "插入一条。", *old[701:]]
    found = compare("".join(old), "".join(new))
    lines = [line for block in found.blocks for line in block.lines]
    assert [line.words for line in lines if line.kind != "removed"] == new
    assert [line.words for line in lines if line.kind != "added"] == old
    assert (found.added, found.removed) == (1, 1)


TEXTS = st.lists(st.sampled_from(["甲。", "乙，丙。", "丁\n", "戊己庚辛。", "戊己庚壬。"]), max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_it(old: str, new: str) -> None:
    lines = [line for block in compare(old, new).blocks for line in block.lines]
    assert [line.words for line in lines if line.kind != "added"] == sentences(old)
    assert [line.words for line in lines if line.kind != "removed"] == sentences(new)
    assert all(block.lines for block in compare(old, new).blocks)


TEXT = "坚持创城为民。" + "某" * 40 + "背街小巷整治责任到人，小巷不留死角。" + "某" * 40 + "Grid 网格管理。"

#: Words, what is shown (marked in brackets), with ten characters around.
FOUND: list[tuple[list[str], list[str]]] = [
    ([], []),
    ([""], []),
    (["没有"], []),
    (["创城"], ["坚持[创城]为民。某某某某某某某…"]),
    (["小巷"], ["…某某某某某某某某背街[小巷]整治责任到人，[小巷]不留死角。某某某某某…"]),
    (["背街小巷", "小巷"], ["…某某某某某某某某某某[背街小巷]整治责任到人，[小巷]不留死角。某某某某某…"]),
    (["grid"], ["…某某某某某某某某某某[Grid] 网格管理。"]),
    (["网格", "坚持"], ["[坚持]创城为民。某某某某某…", "…某某某某某Grid [网格]管理。"]),
    (["（", "*", "."], []),
]


@pytest.mark.parametrize(("words", "found"), FOUND, ids=range(len(FOUND)))
def test_where_words_stand(words: list[str], found: list[str]) -> None:
    said = ["".join(f"[{piece}]" if marked else piece for piece, marked in each)
            for each in passages.passages(TEXT, words, around=10)]  # fmt: skip
    assert said == found


def test_passages_end() -> None:
    text = ("创城" + "某" * 100) * 9
    assert len(passages.passages(text, ["创城"])) == passages.SHOWN
    assert len(passages.passages(text, ["创城"], most=5)) == 5
    long: Any = passages.passages("创城" * 500, ["创城"])
    assert len(long) == 1 and sum(len(piece) for piece, _marked in long[0]) <= 8 * 28 + 1


def test_lines_end_in_blanks() -> None:
    assert passages.passages("第一行\n创城\n第三行", ["创城"]) == [
        [("第一行 ", False), ("创城", True), (" 第三行", False)]
    ]
