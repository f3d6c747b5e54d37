"""Numbers before lines, in the order that office documents put them: 一、 （一） 1. （1） ① (GB/T 9704—2012, 7.3.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.outline.numbering import depths, indent, numbering

TEXTS = st.text("市容环境卫生责任落实", min_size=1, max_size=8)
#: 0x20–0x7E have full-width doubles at a fixed distance (Unicode block FF00).
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def chinese(number: int) -> str:
    """1 to 199 as offices write it: 十, 二十一, 一百零五, 一百一十."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{digits[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        head += "零"
    ten = "" if not tens else "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    return head + ten + (digits[ones] if ones else "")


@pytest.mark.parametrize(
    ("line", "style", "code", "parts", "rest"),
    [
        ("第一部分 基础指标", "part", "第一部分", (), "基础指标"),
        ("第3编 附则", "part", "第3编", (), "附则"),
        ("第十二章　公共秩序", "chapter", "第十二章", (), "公共秩序"),
        ("第二十三条 经营者应当", "section", "第二十三条", (), "经营者应当"),
        ("第一百零五条 本条例自公布之日起施行", "section", "第一百零五条", (), "本条例自公布之日起施行"),
        ("一、廉洁高效的政务环境", "cn", "一", (), "廉洁高效的政务环境"),
        ("（二）依法行政", "(cn)", "(二)", (), "依法行政"),
        ("(十一) 社区服务", "(cn)", "(十一)", (), "社区服务"),
        ("1.干净整洁", "parts1", "1", ("1",), "干净整洁"),
        ("１２、消防通道畅通", "parts1", "12", ("12",), "消防通道畅通"),
        ("1.2 路面平整", "parts2", "1.2", ("1", "2"), "路面平整"),
        ("1.2.10．无占道经营", "parts3", "1.2.10", ("1", "2", "10"), "无占道经营"),
        ("CIV-07-01 主次干道", "parts3", "CIV-07-01", ("CIV", "07", "01"), "主次干道"),
        ("Ⅰ-1：思想道德", "parts2", "Ⅰ-1", ("Ⅰ", "1"), "思想道德"),
        ("（3）设有盲道", "(num)", "(3)", (), "设有盲道"),
        ("3）设有盲道", "(num)", "3)", (), "设有盲道"),
        ("①有专人管理", "circled", "①", (), "有专人管理"),
        ("⑫ 有专人管理", "circled", "⑫", (), "有专人管理"),
        ("Ⅱ、城市管理", "roman", "Ⅱ", (), "城市管理"),
        ("IV. 城市管理", "roman", "IV", (), "城市管理"),
        ("B、窗口服务", "alpha", "B", (), "窗口服务"),
        ("0101 公共厕所", "digits4", "0101", ("0101",), "公共厕所"),
        ("010203", "digits6", "010203", ("010203",), ""),
        ("　　无编号的一行", "", "", (), "无编号的一行"),
        ("一刻钟便民生活圈", "", "", (), "一刻钟便民生活圈"),  # a numeral of the sentence itself
        ("A级景区", "", "", (), "A级景区"),
        ("", "", "", (), ""),
    ],
)  # fmt: skip
def test_the_number_before_a_line_is_told_from_the_line(
    line: str, style: str, code: str, parts: tuple[str, ...], rest: str
) -> None:
    found = numbering(line)
    assert (found.style, found.code, found.parts, found.rest) == (style, code, parts, rest)


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "一百"), (105, "一百零五"), (110, "一百一十")],
)  # fmt: skip
def test_the_numerals_of_these_tests_are_those_of_documents(number: int, said: str) -> None:
    assert chinese(number) == said


@given(st.integers(1, 199), TEXTS)
def test_every_chinese_numeral_counts(number: int, text: str) -> None:
    said = chinese(number)
    for line, style, code in (
        (f"{said}、{text}", "cn", said), (f"（{said}）{text}", "(cn)", f"({said})"),
        (f"第{said}条 {text}", "section", f"第{said}条"), (f"第{said}章 {text}", "chapter", f"第{said}章"),
    ):  # fmt: skip
        found = numbering(line)
        assert (found.style, found.code, found.rest) == (style, code, text)


@given(st.lists(st.integers(1, 99), min_size=2, max_size=6), st.sampled_from("-._·/"), TEXTS)
def test_parted_numbers_come_apart_again(parts: list[int], mark: str, text: str) -> None:
    code = mark.join(map(str, parts))
    found = numbering(f"{code} {text}")
    assert (found.style, found.code, found.rest) == (f"parts{len(parts)}", code, text)
    assert list(map(int, found.parts)) == parts


@given(st.text("一二十、.（）()1234①Ⅰ第章条AB -市容卫生", max_size=14))
def test_full_width_characters_number_like_half_width_ones(line: str) -> None:
    plain, wide = numbering(line), numbering(line.translate(WIDE))
    assert (plain.style, plain.code, plain.parts) == (wide.style, wide.code, wide.parts)


@given(st.text(max_size=20))
def test_nothing_but_the_number_and_its_mark_is_taken_away(line: str) -> None:
    found = numbering(line)
    assert line.rstrip(" \t\u3000\xa0").endswith(found.rest)
    assert bool(found.style) == bool(found.code)
    if found.code:
        assert len(found.code) + len(found.rest) <= len(line)


@given(st.text(max_size=20))
def test_an_unnumbered_line_is_only_trimmed(line: str) -> None:
    found = numbering(line)
    if not found.style:
        assert (found.rest, found.parts) == (line.strip(" \t\u3000\xa0"), ())


@pytest.mark.parametrize(
    ("styles", "ranks"),
    [
        ([], {}),
        (["", "", ""], {}),
        (["cn", "(cn)", "parts1", "(num)", "(cn)"], {"cn": 1, "(cn)": 2, "parts1": 3, "(num)": 4}),
        (["parts1", "parts2", "parts3"], {"parts1": 1, "parts2": 2, "parts3": 3}),
        (["parts2", "parts4"], {"parts2": 1, "parts4": 3}),  # a level left out stays a gap, to be blamed
        (["parts3", "parts2"], {"parts3": 2, "parts2": 1}),  # the order of the lines does not matter
        (["digits4", "digits6", "parts1"], {"parts1": 1, "digits4": 2, "digits6": 3}),
        (["parts1", "digits4", "cn"], {"parts1": 1, "digits4": 2, "cn": 3}),  # one other style: first come, first
    ],
)  # fmt: skip
def test_how_deep_each_style_stands(styles: list[str], ranks: dict[str, int]) -> None:
    assert depths(styles) == ranks


STYLES = st.lists(
    st.sampled_from(["", "cn", "(cn)", "part", "alpha", *(f"parts{n}" for n in range(1, 5)), "digits4", "digits6"])
)


@given(STYLES)
def test_every_style_has_one_depth_of_its_own_and_one_stands_outermost(styles: list[str]) -> None:
    ranks = depths(styles)
    assert set(ranks) == set(styles) - {""}
    assert len(set(ranks.values())) == len(ranks)
    assert not ranks or min(ranks.values()) == 1


@given(STYLES, st.integers(1, 4))
def test_repeating_lines_changes_no_depth(styles: list[str], times: int) -> None:
    assert depths(styles * times) == depths(styles)


@given(st.lists(st.sampled_from([(" ", 1), ("\xa0", 1), ("\u3000", 2), ("\t", 4)]), max_size=12), TEXTS)
def test_blanks_before_a_line_add_up(blanks: list[tuple[str, int]], text: str) -> None:
    before = "".join(blank for blank, _ in blanks)
    assert indent(before + text + before) == sum(width for _, width in blanks)
