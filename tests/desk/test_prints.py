"""What is printed for people outside: twelve codes to a page, letters that carry every word they are given."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest

from chuangcheng.desk import prints
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.web import qr
from tests.conftest import NOON

LETTER: dict[str, Any] = {
    "title": "门前三包责任整改通知书", "number": "编号：ZG20260915-000001", "to": "好邻居便利店",
    "paragraphs": ["经检查，门前卫生责任未落实。"], "signed": "河东街道办事处", "day": "2026年9月15日",
}  # fmt: skip


def pages(pdf: bytes) -> int:
    """How many pages the file says it has, in the root of its tree of pages."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def cards(number: int) -> list[prints.Card]:
    svg = qr.svg("https://wm.example.gov.cn/shop/1/")
    return [prints.Card(f"店{n}", f"望湖路{n}号", f"MD{n:05d}", svg) for n in range(number)]


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (12, 1), (13, 2), (24, 2), (25, 3)])
def test_twelve_codes_to_a_page(number: int, expected: int) -> None:
    assert pages(prints.print_codes("二维码", "门前三包", cards(number), NOON)) == expected


def test_a_long_name_stays_on_its_card() -> None:
    svg = qr.svg("https://wm.example.gov.cn/shop/1/")
    long = [prints.Card("好邻居便利店望湖路第一百二十三分店" * 3, "永安社区望湖路12号" * 4, "MD1", svg)] * 12
    assert pages(prints.print_codes("二维码", "门前三包", long, NOON)) == 1


def test_markup_in_a_name_is_a_name() -> None:
    svg = qr.svg("https://wm.example.gov.cn/shop/1/")
    odd = prints.Card('#panic("x") *粗* $x$ <b> @ref', "\\ _ ` ~", "#1", svg)
    assert prints.print_codes("二维码", "门前三包", [odd], NOON).startswith(b"%PDF")
    letter = prints.Letter(**{**LETTER, "to": '#panic("x")', "paragraphs": ['#read("/etc/passwd")']})
    assert prints.print_letter(letter, NOON).startswith(b"%PDF")


def test_the_same_letter_gives_the_same_bytes() -> None:
    letter = prints.Letter(**LETTER)
    assert prints.print_letter(letter, NOON) == prints.print_letter(letter, NOON)


def test_a_letter_with_a_table_and_a_slip() -> None:
    plain = prints.print_letter(prints.Letter(**LETTER), NOON)
    more = prints.Letter(**LETTER, headers=("事项", "赞成"), widths=(3, 1), rows=[["修门禁", "20"]] * 40,
                         after=["公示期7日。"], receipt=["签收人："])  # fmt: skip
    assert (pages(plain), pages(prints.print_letter(more, NOON))) == (1, 3)


def test_days_are_chinese_in_the_citys_zone() -> None:
    assert prints.chinese_day(date(2026, 1, 2)) == "2026年1月2日"
    late = datetime(2026, 9, 15, 23, 30, tzinfo=CITY_ZONE)
    assert prints.chinese_day(late) == "2026年9月15日"
    assert prints.chinese_day(NOON.replace(hour=17)) == "2026年9月16日"


def test_a_download_carries_its_chinese_name() -> None:
    answer = prints.download(b"%PDF", "整改通知书.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "inline; filename*=UTF-8''%E6%95%B4%E6%94%B9%E9%80%9A%E7%9F%A5%E4%B9%A6.pdf"
