"""QR codes: what is drawn can be read as the squares of the standard, at any scale."""

from __future__ import annotations

import io
import re

import pytest
from django.test import RequestFactory
from PIL import Image

from chuangcheng.web import qr

ADDRESS = "https://wm.example.gov.cn/shop/01920000-0000-7000-8000-000000000000/"


def test_the_code_has_its_three_eyes_and_a_quiet_zone() -> None:
    rows = qr.modules(ADDRESS)
    size = len(rows)
    assert all(len(row) == size for row in rows) and (size - 2 * qr.QUIET - 17) % 4 == 0
    assert not any(any(rows[y]) for y in range(qr.QUIET)) and not any(row[x] for row in rows for x in range(qr.QUIET))
    for top, left in ((qr.QUIET, qr.QUIET), (qr.QUIET, size - qr.QUIET - 7), (size - qr.QUIET - 7, qr.QUIET)):
        ring = [rows[top][left + n] and rows[top + 6][left + n] for n in range(7)]
        assert all(ring) and not rows[top + 1][left + 1] and rows[top + 3][left + 3]


def test_svg_and_png_draw_the_same_squares() -> None:
    rows = qr.modules(ADDRESS)
    drawn = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", qr.svg(ADDRESS)):
        drawn |= {(int(x) + n, int(y)) for n in range(int(length))}
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
    image = Image.open(io.BytesIO(qr.png(ADDRESS, scale=3)))
    assert image.size == (len(rows) * 3, len(rows) * 3)
    assert all(bool(image.getpixel((x * 3 + 1, y * 3 + 1))) != dark for y, row in enumerate(rows)
               for x, dark in enumerate(row))  # fmt: skip


@pytest.mark.parametrize(
    ("base", "expected"), [("", "http://testserver/shop/1/"), ("https://wm.gov.cn/", "https://wm.gov.cn/shop/1/")]
)
def test_the_printed_address_is_the_public_one(settings: object, base: str, expected: str) -> None:
    from dataclasses import replace

    settings.CITY = replace(settings.CITY, public_url=base)  # type: ignore[attr-defined]
    assert qr.public_address(RequestFactory().get("/"), "/shop/1/") == expected
