"""即知即改 on a phone: three taps, kept while there is no net, sent once whatever the line does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Route, expect

from tests.browser.city import photo
from tests.browser.conftest import Open, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.full]

HERE = {"permissions": ["geolocation"], "geolocation": {"latitude": 30.0051, "longitude": 120.0051}}
QUEUE = "**/field/quickfixes"
SAFE = "已安全存在服务器上"


@pytest.fixture
def phone(visitor: Open) -> Callable[..., Visitor]:
    """The grid worker's phone with the page open."""

    def open_page(width: int = 390, height: int = 844, **more: object) -> Visitor:
        window = visitor("grid", width=width, height=height, **{**HERE, **more})
        window.go("/field/quickfix/")
        return window

    return open_page


def shot(number: int) -> FilePayload:
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(8800 + number, (110, 130, 120))}


def lines(window: Visitor) -> list[str]:
    """What the phone says of each that it sent, the newest first."""
    return [line.inner_text() for line in window.page.locator("[data-part=sent] .task").all()]


def note(window: Visitor, kind: int = 0) -> None:
    """A kind and the button: two taps."""
    window.page.locator(".chip").nth(kind).click()
    window.page.get_by_role("button", name="记下").click()


def numbers(window: Visitor) -> int:
    """How many the server has."""
    window.go("/desk/quickfixes/")
    return window.page.locator("table tbody tr").count()


def test_two_taps_and_it_is_safe(phone: Callable[..., Visitor]) -> None:
    window = phone()
    expect(window.page.locator("[data-part=place]")).to_contain_text("已定位")
    note(window)
    expect(window.page.locator("[data-part=sent]")).to_contain_text(SAFE)
    assert window.overflow() <= 0
    assert window.axe() == []


def test_it_says_what_is_missing(phone: Callable[..., Visitor]) -> None:
    window = phone(permissions=[])
    page = window.page
    page.get_by_role("button", name="记下").click()
    expect(page.locator("[data-part=said]")).to_contain_text("请选一类问题")
    note(window)
    expect(page.locator("[data-part=said]")).to_contain_text("写一下地址")
    page.locator("#address").fill("永安路 12 号")
    page.get_by_role("button", name="记下").click()
    expect(page.locator("[data-part=said]")).to_be_hidden()
    expect(page.locator("[data-part=sent]")).to_contain_text(SAFE)


def test_without_a_net_it_waits_and_goes_out_by_itself(phone: Callable[..., Visitor]) -> None:
    window = phone()
    page = window.page
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")
    page.context.set_offline(True)
    page.locator("[name=before]").set_input_files(shot(1))
    page.locator("[name=after]").set_input_files(shot(2))
    note(window)
    expect(page.locator("[data-part=strip]")).to_contain_text("1 件还在手机上")
    expect(page.locator("[data-part=sent]")).to_contain_text("在手机上，等待发送")
    window.troubles.clear()  # the browser's own word that there is no net
    page.context.set_offline(False)
    expect(page.locator("[data-part=sent]")).to_contain_text(SAFE)
    expect(page.locator("[data-part=strip]")).to_be_hidden()


def test_what_waits_outlives_the_tab(phone: Callable[..., Visitor]) -> None:
    window = phone()
    page, context = window.page, window.page.context
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")
    context.set_offline(True)
    note(window, kind=2)
    expect(page.locator("[data-part=strip]")).to_contain_text("1 件还在手机上")
    window.troubles.clear()
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(window.address + "/field/", wait_until="networkidle")  # any page of the field sends
    expect(later.locator("[data-part=strip]")).to_be_hidden()
    later.goto(window.address + "/field/quickfix/", wait_until="networkidle")
    expect(later.locator("[data-part=sent]")).to_contain_text(SAFE)


@pytest.mark.parametrize("what", ["refused", "lost"])
def test_a_bad_line_makes_one_row(phone: Callable[..., Visitor], what: str) -> None:
    """The server answers 500 twice, or its answers are lost twice: the same id and body come again."""
    window = phone()
    page, left = window.page, [2]
    before = numbers(window)
    window.go("/field/quickfix/")
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")

    def fail(route: Route) -> None:
        if not left[0]:
            return route.continue_()
        left[0] -= 1
        if what == "refused":
            return route.fulfill(status=500, body="broken")
        route.fetch()  # it arrives, but nobody hears of it
        return route.abort()

    page.route(QUEUE, fail)
    note(window, kind=1)
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=sent]")).to_contain_text(SAFE)
    assert left == [0]
    window.troubles.clear()
    assert numbers(window) == before + 1


def test_a_refusal_is_told_and_can_be_thrown_away(phone: Callable[..., Visitor]) -> None:
    window = phone()
    page = window.page
    page.route(QUEUE, lambda route: route.fulfill(
        status=422, content_type="application/problem+json", body='{"title": "common.invalid", "detail": "地点有误"}'
    ))  # fmt: skip
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")
    note(window)
    expect(page.locator("[data-part=sent]")).to_contain_text("地点有误")
    assert len(lines(window)) == 1
    page.get_by_role("button", name="从本机删除").click()
    expect(page.locator("[data-part=sent-box]")).to_be_hidden()
    window.troubles.clear()


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 740)])
def test_the_page_is_sound(phone: Callable[..., Visitor], locale: str, width: int, height: int) -> None:
    window = phone(width=width, height=height, locale=locale)
    assert window.overflow() <= 0
    assert window.axe() == []
