"""A phone in Chromium before the real pages, and what stands in the database behind them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.conftest import limits, play  # noqa: F401

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
PATIENCE = 60_000  # milliseconds: a busy machine is no fault of the page
#: Said by the browser when a request of ours fails, as it shall in these tests.
EXPECTED = ("Failed to load resource", "net::ERR_", "registration blocked by Playwright")


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The browser of one test: Playwright keeps a loop in this thread, which Django would refuse to work beside."""
    from chuangcheng.web.assets import BUILD

    if not CHROMIUM:
        pytest.skip("no Chromium")
    if not (BUILD / "manifest.json").exists():
        pytest.skip("the front end is not built")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


Phone = Callable[..., "BrowserContext"]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    """``phone(workers=True)`` is a phone in the first grid. Any word of a console is a failure at the end, and so is a
    violated policy; a request that fails is not."""
    troubles: list[str] = []

    def hear(page: Page) -> None:
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type in {"error", "warning"} else None)

    def make(*, workers: bool = False, **options: Any) -> BrowserContext:
        settings = {
            "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN",
            "permissions": ["geolocation"], "geolocation": {"latitude": 30.002, "longitude": 120.002, "accuracy": 12},
            "service_workers": "allow" if workers else "block", **options,
        }  # fmt: skip
        context = chromium.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        context.on("page", hear)
        return context

    yield make
    assert [one for one in troubles if not any(word in one for word in EXPECTED)] == []


@pytest.fixture
def top(play: Any) -> None:  # noqa: F811
    """Litter is among the ten kinds that are offered."""
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions
    from tests.cases.play import LITTER

    Category.objects.filter(code=LITTER).update(is_top=True)
    versions.bump("framework")


def photo(number: int) -> bytes:
    """A JPEG of its own for each number."""
    import io

    from PIL import Image

    dice = random.Random(number)
    image = Image.new("RGB", (64, 48), tuple(dice.randrange(256) for _ in range(3)))
    for _ in range(40):
        image.putpixel((dice.randrange(64), dice.randrange(48)), tuple(dice.randrange(256) for _ in range(3)))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


def shot(number: int, data: bytes | None = None) -> dict[str, Any]:
    """A photo as the gallery hands it to a page."""
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(number) if data is None else data}
