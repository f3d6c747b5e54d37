"""The real server on a copied home, and a real browser that reports every broken rule of the page's policy.

The home is made once (:mod:`tests.browser.city`) and copied for each module, so tests may change what they like. The
browser and the server live as long as a module: Playwright keeps an event loop in its thread, in which Django would
refuse to touch the database, so it must be gone before other tests run.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import tables
from tests.browser.city import NOON, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "chuangcheng" / "web" / "static" / "build" / "manifest.json"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
PATIENCE = 60_000  # milliseconds
#: Said by the page itself for each violation, so that it can be told from other errors of the console.
LISTEN = """document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


def absent(what: str) -> None:
    """Skip with a clear message; under ``CHUANGCHENG_TEST_STRICT=1`` a missing part is a failure."""
    message = f"browser tests need {what}"
    if os.environ.get("CHUANGCHENG_TEST_STRICT") == "1":
        pytest.fail(message)
    pytest.skip(message)


def chromium() -> str:
    """The browser's program."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    absent("Chromium (apt-get install chromium)")
    raise AssertionError


def environment(home: Path) -> dict[str, str]:
    """Of every process that works on ``home``."""
    return {
        **os.environ, "CHUANGCHENG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "chuangcheng.config.django",
        "CHUANGCHENG_CITY_NAME": "云岭市", "CHUANGCHENG_CLOCK": NOON.isoformat(), "CHUANGCHENG_RATE_LIMITS": "off",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A migrated home with the small city of :mod:`tests.browser.city`, made once for all test processes."""
    if not BUILT.exists():
        absent("the built front end (python3 dev.py build)")
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    home, done = base / "browser-home", base / "browser-home.done"
    with tables.only_one(base / "browser-home.lock"):
        if not done.exists():
            tables.copy_home(home)
            command = [sys.executable, "-m", "tests.browser.city"]
            made = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True)
            assert made.returncode == 0, made.stderr[-3000:]
            done.touch()
    return home


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real ``chuangcheng serve`` on a fresh copy of the home; its clock starts at noon."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(template_home, home)
    log = (home / "server.log").open("w")
    command = [
        sys.executable,
        "-m",
        "chuangcheng.cli.main",
        "serve",
        "--home",
        str(home),
        "--port",
        str(free_port()),
        "--json",
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()  # comes when the pages are served, or is empty when the process has ended
        assert line, (home / "server.log").read_text()[-3000:]
        yield str(json.loads(line)["url"]).rstrip("/")
    finally:
        process.terminate()  # it ends its children itself; asked twice at once, they can wait for each other
        process.wait(timeout=60)
        process.stdout.close()
        log.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without network of its own."""
    from playwright.sync_api import expect, sync_playwright

    program = chromium()
    expect.set_options(timeout=PATIENCE)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Visitor:
    """A browser window with what went wrong in it."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page and wait until its network is quiet."""
        self.page.goto(self.address + path, wait_until="networkidle")

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def axe(self) -> list[str]:
        """Serious failings of accessibility, as ``rule: element``. The script comes through the debugger, which the
        page's policy does not bind."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; true")
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in found["violations"]
            if rule["impact"] in {"serious", "critical"}
            for node in rule["nodes"]
        ]


Open = Callable[..., Visitor]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, server: str) -> Callable[[str], object]:
    """The cookies of a persona, who signs in by the real form once a module."""

    @cache
    def cookies(name: str) -> object:
        context = browser.new_context(locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{server}/account/login/")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{server}/desk/")
        state = context.storage_state()
        context.close()
        return state

    return cookies


#: A refused form answers 422, which the browser's console calls an error though the page shows it as it should.
EXPECTED = "status of 422"


@pytest.fixture
def visitor(browser: Browser, server: str, signed_in: Callable[[str], object]) -> Iterator[Open]:
    """``visitor("office", width=390)`` opens a window, signed in as the persona (nobody without a name). At the end
    the test fails if any window met an error or broke the policy."""
    contexts: list[BrowserContext] = []
    opened: list[Visitor] = []

    def open_window(name: str = "", *, width: int = 1440, height: int = 900, **options: object) -> Visitor:
        settings: dict[str, object] = {"viewport": {"width": width, "height": height}, "locale": "zh-CN", **options}
        if width < 700:
            settings |= {"has_touch": True, "is_mobile": True}
        if name:
            settings["storage_state"] = signed_in(name)
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LISTEN)
        window = Visitor(context.new_page(), server)
        window.page.on("pageerror", lambda error: window.troubles.append(f"error: {error}"))
        window.page.on(
            "console",
            lambda said: (
                window.troubles.append(said.text)
                if said.type in {"error", "warning"} and EXPECTED not in said.text
                else None
            ),
        )
        opened.append(window)
        if name:
            window.go("/desk/")
        return window

    yield open_window
    troubles = [trouble for window in opened for trouble in window.troubles]
    for context in contexts:
        context.close()
    assert troubles == []
