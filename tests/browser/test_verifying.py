"""Verification on the phone where there is no net: list, photos and page are there, each verdict goes out once, and one
that came too late is told and kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.city import photo
from tests.browser.conftest import Open, Visitor

pytestmark = [pytest.mark.browser]

HERE = {"permissions": ["geolocation"], "geolocation": {"latitude": 30.0051, "longitude": 120.0051}}
READY = """async (least) => {
  if (!(await navigator.serviceWorker.getRegistration())?.active) return false;
  if (!(await caches.match('/field/verify/'))) return false;
  const name = (await indexedDB.databases()).map((one) => one.name).find((one) => one.startsWith('chuangcheng-seen-'));
  if (!name) return false;
  const base = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
  const keys = await new Promise((done) => {
    const asked = base.transaction('seen').objectStore('seen').getAllKeys(); asked.onsuccess = () => done(asked.result);
  });
  base.close();
  return keys.length > least;
}"""


@pytest.fixture
def phone(visitor: Open) -> Callable[..., Visitor]:
    """An inspector's phone with the page open."""

    def open_page(width: int = 390, height: int = 844, **more: object) -> Visitor:
        window = visitor("inspector", width=width, height=height, **{**HERE, **more})
        window.go("/field/verify/")
        return window

    return open_page


def rows(page: Page) -> list[str]:
    return [row.inner_text() for row in page.locator("[data-part=list] > .task").all()]


def metres(text: str) -> float:
    found = re.search(r"([\d.]+) (米|公里)", text)
    assert found, text
    return float(found[1]) * (1000 if found[2] == "公里" else 1)


def open_case(page: Page, number: int) -> str:
    """Open the n-th of the list; its number."""
    page.locator("[data-part=list] > .task").nth(number).click()
    said = page.locator("[data-part=one] [data-part=number]")
    expect(said).to_be_visible()
    found = re.search(r"AJ\d+-\d+", page.locator("[data-part=one]").inner_text())
    assert found
    return found[0]


@pytest.mark.full
def test_a_morning_without_a_net(phone: Callable[..., Visitor], visitor: Open) -> None:
    window = phone()
    page = window.page
    expect(page.locator("[data-part=told]")).to_contain_text("更新")
    expect(page.locator("[data-part=list] > .task").first).to_contain_text("米")
    far = [metres(text) for text in rows(page)]
    assert len(far) >= 4 and far == sorted(far), "the nearest on top"
    assert all("小时" in text for text in rows(page)) and window.overflow() <= 0 and window.axe() == []
    page.wait_for_function(READY, arg=2 * min(len(far), 20))
    page.context.set_offline(True)
    page.reload(wait_until="load")
    expect(page.locator("[data-part=told]")).to_contain_text("没有网络")
    assert len(rows(page)) == len(far), "the list last seen"
    late = open_case(page, 0)
    for side in ("before", "after"):
        picture = page.locator(f"[data-part={side}] img").first
        expect(picture).to_be_visible()
        assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 100
    page.get_by_role("button", name="没有整改到位").click()
    expect(page.locator("[data-part=said]")).to_contain_text("还差什么")
    page.locator("#note").fill("还剩半堆")
    page.get_by_role("button", name="没有整改到位").click()
    expect(page.locator("[data-part=strip]")).to_contain_text("1 件还在手机上")
    done = open_case(page, 1)
    shot: FilePayload = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photo(9001, (90, 120, 150))}
    page.locator("[data-part=file]").set_input_files(shot)
    expect(page.locator("[data-part=shots] img")).to_be_visible()
    assert window.overflow() <= 0 and window.axe() == []
    page.get_by_role("button", name="已整改，核查通过").click()
    expect(page.locator("[data-part=strip]")).to_contain_text("2 件还在手机上")
    window.troubles.clear()  # the browser's own word that there is no net
    _somebody_else_verifies(visitor("office"), late)
    page.context.set_offline(False)
    sent = page.locator("[data-part=sent]")
    expect(sent).to_contain_text("已安全存在服务器上", timeout=20_000)
    expect(sent).to_contain_text("没有被接受", timeout=20_000)
    expect(sent).to_contain_text(f"{late} 在您核查之后已有变化")
    window.troubles.clear()  # the console's word on the 409
    window.go("/field/verify/")
    expect(page.locator("[data-part=told]")).to_contain_text("更新")
    assert len(rows(page)) == len(far) - 2
    expect(sent).to_contain_text(f"{late} 退回返工")  # kept until it is thrown away
    office = visitor("office")
    office.go(f"/desk/cases/?q={done}")
    office.page.locator("table tbody tr a").first.click()
    expect(office.page.locator(".entries, .part").filter(has_text="核查通过").first).to_be_visible()


def _somebody_else_verifies(office: Visitor, number: str) -> None:
    office.go(f"/desk/cases/?q={number}")
    office.page.locator("table tbody tr a").first.click()
    office.page.get_by_role("link", name="核查通过").or_(
        office.page.get_by_role("button", name="核查通过")
    ).first.click()
    office.page.locator(
        "dialog[open] button[type=submit], form.form button[type=submit], dialog[open] .btn--main"
    ).first.click()
    expect(office.page.locator("body")).to_contain_text("待结案")


@pytest.mark.full
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_signing_out_leaves_nothing_to_look_at(phone: Callable[..., Visitor], locale: str) -> None:
    window = phone(width=360, height=740, locale=locale)
    page = window.page
    page.wait_for_function(READY, arg=2)
    assert window.overflow() <= 0 and window.axe() == []
    page.locator("a[href*='/logout/']").click()
    page.wait_for_function("""async () => !(await caches.match('/field/verify/'))
      && !(await indexedDB.databases()).some((one) => one.name.startsWith('chuangcheng-seen-'))""")
