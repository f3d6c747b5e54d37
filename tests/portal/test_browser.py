"""随手拍 in Chromium: three taps, nothing lost on a broken line, and no violation of the page's policy."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chuangcheng.web.assets import BUILD
from tests.cases.conftest import limits, play  # noqa: F401
from tests.cases.play import LITTER, picture

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A phone in the first grid; any word of the console is a failure, and so is a violated policy."""
    if not CHROMIUM:
        pytest.skip("no Chromium")
    if not (BUILD / "manifest.json").exists():
        pytest.skip("the front end is not built")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright runs a loop of its own in this thread
    troubles: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", permissions=["geolocation"],
            geolocation={"latitude": 30.002, "longitude": 120.002}, service_workers="block",
        )  # fmt: skip
        phone = context.new_page()
        phone.on("pageerror", lambda error: troubles.append(str(error)))
        phone.on("console", lambda said: troubles.append(said.text) if said.type in {"error", "warning"} else None)
        yield phone
        browser.close()
    assert [one for one in troubles if not one.startswith("Failed to load resource")] == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo in the phone's gallery."""
    path = tmp_path / "street.jpg"
    path.write_bytes(picture())
    return path


@pytest.fixture
def top(play: Any) -> None:  # noqa: F811
    """Litter is among the ten kinds that are offered."""
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions

    Category.objects.filter(code=LITTER).update(is_top=True)
    versions.bump("framework")


def three_taps(page: Page, address: str, photo: Path) -> None:
    """Photo, kind, send."""
    page.goto(f"{address}/report/")
    page.set_input_files("input[name=photos]", photo)
    page.locator("label.chip").first.click()
    page.locator("[data-part=place].met").wait_for()
    page.click("[data-part=send]")


@pytest.mark.parametrize("secure", [True, False])
def test_three_taps_bring_report_and_photo_to_the_server(
    page: Page, live_server: Any, top: None, photo: Path, secure: bool
) -> None:
    from chuangcheng.cases.models import Report
    from chuangcheng.photos.models import Photo

    if not secure:  # plain HTTP: browsers hide crypto.subtle
        page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })")
    three_taps(page, live_server.url, photo)
    page.locator("[data-part=receipt]:not([hidden])").wait_for()
    report = Report.objects.get()
    assert page.inner_text("[data-part=number]") == report.number
    assert (report.text, report.category and report.category.code, report.photos_missing) == ("暴露垃圾", LITTER, 0)
    assert (report.lat, report.lon) == (30.002, 120.002)
    assert Photo.objects.get().original_sha256 == hashlib.sha256(photo.read_bytes()).hexdigest()
    page.click("[data-part=follow]")
    page.get_by_text("我们已经收到，正在安排。").wait_for()


def test_an_answer_lost_on_the_way_makes_no_second_report(page: Page, live_server: Any, top: None, photo: Path) -> None:
    from chuangcheng.cases.models import Report

    seen: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        seen.append(route.request.method)
        if len(seen) == 1:
            route.fetch()  # the server has it
            route.abort()  # the phone never hears
        else:
            route.continue_()

    page.route("**/api/v1/reports", lose_the_first_answer)
    three_taps(page, live_server.url, photo)
    page.get_by_text("内容还在您的手机上，请别关闭此页").wait_for()
    assert page.locator("#text").is_disabled()
    page.click("[data-part=send]")
    page.locator("[data-part=receipt]:not([hidden])").wait_for()
    assert len(seen) == 2
    assert Report.objects.count() == 1


def test_what_the_server_refuses_is_said_and_can_be_mended(page: Page, live_server: Any, top: None) -> None:
    page.goto(f"{live_server.url}/report/")
    page.click("[data-part=send]")
    page.get_by_text("请选一个问题，或写一句话。").wait_for()
    page.fill("#text", "路灯不亮")
    page.fill("#address", "永安路 12 号")
    page.click(".more summary")
    page.fill("#phone", "12")
    page.click("[data-part=send]")
    page.locator(".say--error").wait_for()
    page.fill("#phone", "13800138000")
    page.click("[data-part=send]")
    page.locator("[data-part=receipt]:not([hidden])").wait_for()
