"""Nothing of a report is lost, and nothing of it comes twice: without a network, with a server in trouble, with a reply
that never came; with a service worker and, as in WeChat on an iPhone, without one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.portal.conftest import Phone, photo, shot

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WITHOUT = pytest.param(False, id="without", marks=pytest.mark.full)
both = pytest.mark.parametrize("workers", [pytest.param(True, id="with a service worker"), WITHOUT])
REPORTS = re.compile(r"/api/v1/reports$")
PHOTOS = re.compile(r"/api/v1/reports/.+/photos/")
WORDS = "永安路口垃圾堆了三天"
LONGEST_WAIT = 6 * 60_000  # milliseconds; more than the queue ever waits


def open_page(context: BrowserContext, address: str) -> Page:
    """The page of 随手拍, ready to be written on."""
    page = context.new_page()
    page.goto(f"{address}/report/")
    page.locator("form[data-report]").wait_for()
    return page


def controlled(page: Page) -> None:
    """Wait until the service worker has what it needs and holds the page."""
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def write(page: Page) -> None:
    """Two photos, words, a place."""
    page.set_input_files("input[name=photos]", [shot(1), shot(2)])  # type: ignore[list-item]
    page.locator("[data-part=thumbs] li").nth(1).wait_for()
    page.fill("#text", WORDS)
    page.locator("[data-part=place].met").wait_for()


def send(page: Page) -> None:
    """Press the button; the report is the queue's then."""
    page.click("[data-part=send]")
    page.locator("[data-part=receipt] .slip").wait_for()


def safe(page: Page) -> None:
    """Wait until the page says that everything is on the server."""
    page.locator(".slip[data-state=safe]").wait_for()


def assert_all_there() -> None:
    """Exactly one report, with the bytes of both photos behind their own hashes."""
    from chuangcheng.cases.models import Report
    from chuangcheng.photos.models import Photo

    report = Report.objects.get()
    assert (report.text, report.photos_declared, report.photos_missing) == (WORDS, 2, 0)
    stored = Photo.objects.filter(owner_id=report.pk, stored_at__isnull=False)
    assert set(stored.values_list("original_sha256", "role")) == {
        (hashlib.sha256(photo(1)).hexdigest(), "near"), (hashlib.sha256(photo(2)).hexdigest(), "far"),
    }  # fmt: skip


@both
def test_a_report_written_offline_goes_out_at_the_next_visit(
    phone: Phone, live_server: Any, top: None, workers: bool
) -> None:
    from chuangcheng.cases.models import Report

    context = phone(workers=workers)
    page = open_page(context, live_server.url)
    if workers:
        controlled(page)
    context.set_offline(True)
    write(page)
    send(page)
    page.get_by_text("存在手机上，等待发送").first.wait_for()
    page.get_by_text("现在没有网络").wait_for()
    page.close()
    assert Report.objects.count() == 0

    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{live_server.url}/mine/")
    safe(page)
    assert_all_there()
    assert page.inner_text("[data-part=number]") == Report.objects.get().number
    page.locator(".proof summary").click()
    assert page.locator("[data-part=hash-value]").all_inner_texts() == [
        hashlib.sha256(photo(number)).hexdigest() for number in (1, 2)
    ]


@both
def test_a_server_in_trouble_twice_is_asked_again(phone: Phone, live_server: Any, top: None, workers: bool) -> None:
    context = phone(workers=workers)
    context.clock.install()
    page = open_page(context, live_server.url)
    left = {"report": 2, "photo": 2}

    def fail(name: str) -> Callable[[Route], None]:
        def answer(route: Route) -> None:
            if left[name]:
                left[name] -= 1
                route.fulfill(status=500, body="trouble")
            else:
                route.continue_()

        return answer

    page.route(REPORTS, fail("report"))
    page.route(PHOTOS, fail("photo"))
    write(page)
    send(page)
    ended, waits = page.locator(".slip[data-state=safe]"), page.locator(".slip [data-part=retry]:visible")
    while not ended.count():
        waits.or_(ended).first.wait_for()
        page.clock.fast_forward(LONGEST_WAIT)  # nobody presses anything: it tries again by itself
    assert left == {"report": 0, "photo": 0}
    assert_all_there()


@both
@pytest.mark.parametrize(
    "lost", [pytest.param(REPORTS, id="report"), pytest.param(PHOTOS, id="photo", marks=pytest.mark.full)]
)
def test_a_lost_reply_makes_nothing_twice(
    phone: Phone, live_server: Any, top: None, workers: bool, lost: re.Pattern[str]
) -> None:
    context = phone(workers=workers)
    page = open_page(context, live_server.url)
    bodies: list[bytes | None] = []

    def lose_the_first(route: Route) -> None:
        bodies.append(route.request.post_data_buffer)
        if len(bodies) == 1:
            route.fetch()  # the server has it
            route.abort()  # the phone never hears
        else:
            route.continue_()

    page.route(lost, lose_the_first)
    write(page)
    send(page)
    safe(page)
    assert_all_there()
    if lost is REPORTS:
        assert len(bodies) == 2 and bodies[0] == bodies[1]


@pytest.mark.full
def test_the_reply_lost_and_the_tab_closed(phone: Phone, live_server: Any, top: None) -> None:
    """The worst of all: the server has the report, the phone does not know and is put away."""
    context = phone()
    page = open_page(context, live_server.url)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(REPORTS, lose)
    write(page)
    with page.expect_event("requestfailed"):
        send(page)
    page.locator(".slip [data-part=retry]:visible").wait_for()
    page.close()
    page = context.new_page()
    page.goto(live_server.url)  # any page of ours sends what waits
    page.locator("[data-part=strip]").wait_for(state="hidden")
    page.goto(f"{live_server.url}/mine/")
    safe(page)
    assert_all_there()


def test_a_draft_outlives_its_tab(phone: Phone, live_server: Any, top: None) -> None:
    context = phone()
    page = open_page(context, live_server.url)
    write(page)
    page.locator("label.chip").first.click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function(
        """new Promise((resolve) => { const asked = indexedDB.open('chuangcheng-portal');
           asked.onsuccess = () => { const all = asked.result.transaction('entries').objectStore('entries').getAll();
           all.onsuccess = () => { asked.result.close();
           resolve(all.result.some((one) => one.words.text && one.words.category && one.place)); }; }; })"""
    )
    page.close()
    page = open_page(context, live_server.url)
    page.get_by_text("已恢复上次没发完的内容").wait_for()
    assert page.input_value("#text") == WORDS
    assert page.locator("[data-part=thumbs] li").count() == 2
    assert page.locator("label.chip input").first.is_checked()
    send(page)
    safe(page)
    assert_all_there()


@pytest.mark.full
def test_two_tabs_send_one_report(phone: Phone, live_server: Any, top: None) -> None:
    context = phone()
    page = open_page(context, live_server.url)
    context.set_offline(True)
    write(page)
    send(page)
    context.set_offline(False)
    others = [context.new_page() for _ in range(2)]
    for other in others:
        other.goto(f"{live_server.url}/mine/", wait_until="commit")
    for each in [page, *others]:
        safe(each)
    assert_all_there()


@pytest.mark.full
def test_a_sign_in_page_of_a_hotel_is_no_receipt(phone: Phone, live_server: Any, top: None) -> None:
    context = phone()
    context.clock.install()
    page = open_page(context, live_server.url)
    page.route(REPORTS, lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>"))
    write(page)
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # it shall not try again by itself
    with page.expect_response(REPORTS):
        send(page)
    page.locator(".slip[data-state=phone] [data-part=retry]:visible").wait_for()
    page.unroute(REPORTS)
    page.click("[data-part=retry]")
    safe(page)
    assert_all_there()


@pytest.mark.full
def test_the_servers_word_to_wait_is_kept(phone: Phone, live_server: Any, top: None) -> None:
    context = phone()
    context.clock.install()
    page = open_page(context, live_server.url)
    asked: list[str] = []

    def busy(route: Route) -> None:
        asked.append(route.request.method)
        if len(asked) == 1:
            route.fulfill(
                status=429, headers={"Retry-After": "120"}, json={"detail": "请稍候", "code": "common.too_many"}
            )
        else:
            route.continue_()

    page.route(REPORTS, busy)
    write(page)
    send(page)
    page.get_by_text("请稍候").wait_for()
    page.evaluate("dispatchEvent(new Event('online'))")  # our own haste does not count here
    page.locator(".slip[data-state=phone]").wait_for()
    assert len(asked) == 1
    page.clock.fast_forward(121_000)
    safe(page)
    assert_all_there()


@pytest.mark.full
def test_what_is_safe_leaves_no_words_and_no_photos_on_the_phone(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    write(page)
    page.click("[data-part=contact] summary")
    page.fill("#phone", "13800138000")
    send(page)
    safe(page)
    left = page.evaluate(
        """new Promise((resolve) => { const asked = indexedDB.open('chuangcheng-portal');
           asked.onsuccess = () => { const stores = asked.result.transaction(['entries', 'bytes']);
           const all = stores.objectStore('entries').getAll(); const bytes = stores.objectStore('bytes').count();
           stores.oncomplete = () => resolve({ text: JSON.stringify(all.result), bytes: bytes.result }); }; })"""
    )
    assert left["bytes"] == 0
    assert "13800138000" not in left["text"]


def test_the_service_worker_shows_the_page_without_a_network_and_keeps_nothing_else(
    phone: Phone, live_server: Any, top: None
) -> None:
    context = phone(workers=True)
    page = open_page(context, live_server.url)
    controlled(page)
    page.goto(f"{live_server.url}/track/")
    page.evaluate("fetch('/api/v1/openapi.json').then((answer) => answer.text())")
    kept = page.evaluate(
        """caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>
           (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat())"""
    )
    assert {path for path in kept if not path.startswith("/static/build/")} == {"/report/", "/mine/", "/privacy/"}
    context.set_offline(True)
    page = open_page(context, live_server.url)
    write(page)
    send(page)
    page.goto(f"{live_server.url}/mine/")
    page.locator(".slip[data-state=phone]").wait_for()
    context.set_offline(False)
    safe(page)
    assert_all_there()
