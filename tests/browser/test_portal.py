"""The citizens' pages as they look: readable by everybody, no wider than the phone, every target for a thumb."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.city import photo
from tests.browser.conftest import Open, Visitor

pytestmark = pytest.mark.browser

SIZES = ((390, 844), (360, 740), (1440, 900))
HERE = {"permissions": ["geolocation"], "geolocation": {"latitude": 30.0051, "longitude": 120.0051}}
PAGES = ("/", "/report/", "/mine/", "/track/", "/privacy/")


def picture(number: int) -> FilePayload:
    """A photo of its own."""
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(7000 + number, (120, 130, 110))}


def small_targets(window: Visitor) -> list[str]:
    """Buttons, links of their own line and fields that a thumb would miss."""
    found = window.page.evaluate(
        """() => [...document.querySelectorAll('main button, main a.btn, main input, main textarea, main summary, nav a')]
             .filter((one) => one.checkVisibility() && !['radio', 'file', 'hidden'].includes(one.type))
             .map((one) => [one.getBoundingClientRect().height, one.outerHTML.slice(0, 90)])
             .filter(([height]) => height && height < 43.5).map(([height, html]) => `${height} ${html}`)"""
    )
    return [str(one) for one in found]


def sound(window: Visitor) -> None:
    """Nothing sticks out, nothing fails axe; on a phone nothing is too small."""
    assert window.overflow() <= 0
    assert window.axe() == []
    size = window.page.viewport_size
    if size and size["width"] < 700:
        assert small_targets(window) == []


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_every_page_is_sound(visitor: Open, path: str, width: int, height: int, locale: str) -> None:
    window = visitor(width=width, height=height, locale=locale, **HERE)
    window.go(path)
    expect(window.page.locator("html")).to_have_attribute("lang", "en" if locale == "en-US" else "zh-CN")
    if path == "/report/":
        expect(window.page.locator("form[data-report]")).to_be_visible()
    sound(window)


@pytest.mark.full
def test_no_chinese_is_left_on_the_english_page(visitor: Open) -> None:
    window = visitor(width=390, height=844, locale="en-US", **HERE)
    for path in ("/privacy/", "/mine/"):
        window.go(path)
        left = re.findall(r"[\u4e00-\u9fff]+", window.page.locator("main").inner_text())
        assert left == [], path


def written(window: Visitor) -> None:
    """A page with two photos, a kind and words."""
    page = window.page
    window.go("/report/")
    page.locator("[name=photos]").set_input_files([picture(1), picture(2)])
    expect(page.locator("[data-part=thumbs] li")).to_have_count(2)
    page.locator(".chip").first.click()
    page.locator("#text").fill("永安路口的垃圾桶满了，溢出来了，路灯不亮")
    expect(page.locator("[data-part=like] .chip").first).to_be_visible()
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")


@pytest.mark.full
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_report_on_its_way_is_sound_at_every_station(visitor: Open, width: int, height: int) -> None:
    window = visitor(width=width, height=height, **HERE)
    page = window.page
    written(window)
    sound(window)
    page.locator("[data-part=pin]").click()
    expect(page.locator("[data-part=map][data-drawn=done]")).to_be_visible()
    sound(window)
    page.locator("[data-part=pinned]").click()
    page.locator("[data-part=send]").click()
    other: Locator = page.locator("[data-part=near-none]")
    expect(page.locator("[data-part=nearby]:visible, [data-part=receipt]:visible")).to_have_count(1)
    if other.is_visible():
        sound(window)
        other.click()
    expect(page.locator(".slip[data-state=safe]")).to_be_visible()
    page.locator(".proof summary").click()
    sound(window)
    page.locator("[data-part=follow]").click()
    expect(page.locator(".stage")).to_be_visible()
    sound(window)
