"""随手拍 in Chromium: three taps, two photos, a place by position or pin; and whatever else comes out of a pocket."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.portal.conftest import Phone, photo, shot
from tests.portal.test_offline import open_page, safe, send

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def only_report() -> Any:
    """The one report that stands in the database."""
    from chuangcheng.cases.models import Report

    return Report.objects.select_related("category").get()


@pytest.mark.parametrize(
    "secure", [pytest.param(True, id="https"), pytest.param(False, id="plain http", marks=pytest.mark.full)]
)
def test_three_taps_bring_report_and_photo_to_the_server(
    phone: Phone, live_server: Any, top: None, secure: bool
) -> None:
    from chuangcheng.photos.models import Photo
    from tests.cases.play import LITTER

    context = phone()
    if not secure:  # browsers hide crypto.subtle and the locks there
        context.add_init_script(
            "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"
            "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"
        )
    page = open_page(context, live_server.url)
    page.set_input_files("input[name=photos]", shot(1))  # type: ignore[arg-type]
    page.locator("label.chip").first.click()
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    report = only_report()
    assert page.inner_text("[data-part=number]") == report.number
    assert (report.text, report.category.code, report.photos_missing) == ("暴露垃圾", LITTER, 0)
    assert (report.lat, report.lon, report.privacy_version) == (30.002, 120.002, "2026-11-3")
    stored = Photo.objects.get()
    assert (stored.original_sha256, stored.grade) == (hashlib.sha256(photo(1)).hexdigest(), "C")
    page.click("[data-part=follow]")
    page.get_by_text("我们已经收到，正在安排。").wait_for()


def test_our_own_camera_proves_time_and_place(phone: Phone, live_server: Any, top: None) -> None:
    """Near, then far, both with the position of that moment: evidence of grade A."""
    from chuangcheng.photos.models import Photo

    page = open_page(phone(permissions=["geolocation", "camera"]), live_server.url)
    page.click("[data-part=take-near]")
    for words in ("近景：看清问题", "远景：看出在哪里"):
        page.get_by_text(words).wait_for()
        page.get_by_text("带位置").wait_for()
        page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
        page.click("[data-part=shutter]")
    page.locator("[data-part=thumbs] li").nth(1).wait_for()
    assert page.locator("[data-part=frames]").is_hidden()
    page.fill("#text", "路灯不亮")
    send(page)
    safe(page)
    found = Photo.objects.order_by("role").values_list("role", "grade", "in_camera", "lat", "lon")
    assert list(found) == [("far", "A", True, 30.002, 120.002), ("near", "A", True, 30.002, 120.002)]
    assert all(taken.taken_at for taken in Photo.objects.all())


@pytest.mark.full
def test_without_leave_for_the_camera_the_phones_own_is_asked(phone: Phone, live_server: Any, top: None) -> None:
    context = phone()
    context.add_init_script(
        "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('denied'))"
    )
    page = open_page(context, live_server.url)
    with page.expect_file_chooser() as chooser:
        page.click("[data-part=take-far]")
    chooser.value.set_files([shot(1)])  # type: ignore[list-item]
    page.locator("[data-part=thumbs]").get_by_role("button", name="远景").click()
    page.locator("[data-part=thumbs]").get_by_role("button", name="近景", exact=True).wait_for()


def test_where_no_position_is_given_a_pin_on_the_map_is(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(permissions=[]), live_server.url)
    page.locator("label.chip").first.click()
    page.get_by_text("没有定位权限").wait_for()
    page.click("[data-part=send]")
    page.get_by_text("请定位、在地图上标一下，或写地址。").wait_for()
    page.click("[data-part=pin]")
    page.locator("[data-part=map][data-drawn=done]").wait_for()
    page.click("[data-part=pinned]")
    page.get_by_text("已在地图上标好位置").wait_for()
    send(page)
    safe(page)
    report = only_report()
    assert not report.outside_city and report.division is not None
    assert abs(report.lat - 30.01) < 0.02 and abs(report.lon - 120.02) < 0.03  # the middle of the map


@pytest.mark.full
def test_thirty_photos_are_nine_and_an_empty_one_is_none(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    page.set_input_files("input[name=photos]", [shot(0, b"")])  # type: ignore[list-item]
    page.get_by_text("这张照片是空文件").wait_for()
    page.set_input_files("input[name=photos]", [shot(number) for number in range(1, 31)])  # type: ignore[misc]
    page.get_by_text("最多 9 张照片，其余 21 张没有加入。").wait_for()
    assert page.locator("[data-part=thumbs] li").count() == 9
    page.fill("#text", "垃圾")
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    assert (only_report().photos_declared, only_report().photos_missing) == (9, 0)


@pytest.mark.full
def test_a_photo_over_the_limit_is_made_smaller_and_keeps_its_time(
    phone: Phone, live_server: Any, top: None, settings: Any
) -> None:
    import dataclasses
    import io

    from PIL import Image

    from chuangcheng.photos.models import Photo

    settings.CITY = dataclasses.replace(settings.CITY, photo_max_mb=1)
    image = Image.effect_noise((1400, 1400), 90)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:09:15 11:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 0.0, 7.2), 3: "E", 4: (120.0, 0.0, 10.8)})
    file = io.BytesIO()
    image.save(file, "JPEG", quality=97, exif=exif)
    assert len(file.getvalue()) > 1024 * 1024
    page = open_page(phone(), live_server.url)
    page.set_input_files("input[name=photos]", shot(1, file.getvalue()))  # type: ignore[arg-type]
    page.locator("[data-part=thumbs] li").wait_for()
    page.fill("#text", "垃圾")
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    stored = Photo.objects.get()
    assert stored.taken_at is not None and stored.taken_at.isoformat() == "2026-09-15T03:30:00+00:00"
    assert stored.original_sha256 != hashlib.sha256(file.getvalue()).hexdigest()
    assert (stored.lat, stored.lon) == (30.002, 120.003)
    assert stored.grade == "C"  # told by the sender, no longer by the file


@pytest.mark.full
def test_a_photo_that_is_none_is_refused_and_the_report_stands(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    page.set_input_files("input[name=photos]", [shot(1), shot(2, b"%PDF-1.7 no picture")])  # type: ignore[list-item]
    page.locator("[data-part=thumbs] li").nth(1).wait_for()
    page.fill("#text", "垃圾")
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    page.get_by_text("有照片或视频未被接受").wait_for()
    assert only_report().photos_missing == 1


@pytest.mark.full
def test_ten_thousand_characters_are_five_hundred_and_emoji_are_words(
    phone: Phone, live_server: Any, top: None
) -> None:
    page = open_page(phone(), live_server.url)
    words = "🗑️垃圾<b>没人</b>收😀"
    page.fill("#text", words)
    page.locator("#text").press("End")
    page.keyboard.insert_text("长" * 10_000)
    assert page.inner_text("[data-part=count]") == "500/500"
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    assert only_report().text.startswith(words)
    assert len(only_report().text) <= 500


@pytest.mark.full
def test_a_clock_that_is_a_day_ahead_does_no_harm(phone: Phone, live_server: Any, top: None) -> None:
    """The page came from a store that knows no time, and the phone's own is wrong: the server's counts."""
    context = phone()
    context.add_init_script(
        "const real = Date.now; Date.now = () => real() + 864e5;"
        "const Old = Date; globalThis.Date = class extends Old {"
        "  constructor(...given) { given.length ? super(...given) : super(Date.now()); }"
        "  static now() { return real() + 864e5; } };"
    )
    page = open_page(context, live_server.url)
    page.fill("#text", "垃圾")
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    report = only_report()
    assert report.observed_at <= report.received_at


def test_what_the_server_refuses_is_said_and_can_be_mended(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    page.click("[data-part=send]")
    page.get_by_text("请选一个问题，或写一句话。").wait_for()
    page.fill("#text", "路灯不亮")
    page.fill("#address", "永安路 12 号")
    page.click("[data-part=contact] summary")
    page.fill("#phone", "12")
    send(page)
    page.locator(".slip[data-state=refused]").wait_for()
    page.click("[data-part=mend]")
    assert page.input_value("#text") == "路灯不亮"
    page.fill("#phone", "13800138000")
    send(page)
    safe(page)
    assert only_report().contact_index


@pytest.mark.full
def test_a_kind_is_offered_from_the_words(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    page.fill("#text", "这棵行道树快倒了")
    page.locator("[data-part=like] .chip", has_text="行道树异常").click()
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    assert only_report().category.zh == "行道树异常"


@pytest.fixture
def known(top: None, play: Any) -> Any:
    """An open case ten metres from here, of a citizen's report."""
    from chuangcheng.cases import actions
    from tests.cases.play import LITTER

    report = play.report(lat=30.00209, lon=120.002)
    return actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)


def test_the_same_trouble_is_not_reported_twice(phone: Phone, live_server: Any, known: Any) -> None:
    from chuangcheng.cases.models import Report, Watch

    page = open_page(phone(), live_server.url)
    page.set_input_files("input[name=photos]", shot(1))  # type: ignore[arg-type]
    page.locator("label.chip").first.click()
    page.locator("[data-part=place].met").wait_for()
    page.click("[data-part=send]")
    page.get_by_text("附近已有人报过").wait_for()
    assert "相距约 10 米" in page.inner_text("[data-part=near-facts]")
    page.click("[data-part=near-same]")
    safe(page)
    assert page.inner_text("[data-part=number]") == known.number
    assert (Report.objects.count(), Watch.objects.get().case_id) == (1, known.pk)
    page.click("[data-part=follow]")
    page.get_by_text("您说也遇到了这个问题").wait_for()
    assert page.goto(f"{live_server.url}/report/")
    page.locator("form[data-report]").wait_for()
    assert page.locator("[data-part=thumbs] li").count() == 0  # the draft is done with


@pytest.mark.full
def test_a_wish_that_is_refused_costs_no_draft(phone: Phone, live_server: Any, known: Any) -> None:
    from chuangcheng.cases.models import Case, Watch

    page = open_page(phone(), live_server.url)
    page.fill("#text", "还是那堆垃圾")
    page.locator("[data-part=place].met").wait_for()
    page.click("[data-part=send]")
    page.locator("[data-part=near-same]").wait_for()
    Case.objects.filter(pk=known.pk).update(state="closed")  # while the citizen was reading
    page.click("[data-part=near-same]")
    page.locator(".slip[data-state=refused]").wait_for()
    assert page.locator("[data-part=mend]").is_hidden()
    page.goto(f"{live_server.url}/report/")
    page.locator("form[data-report]").wait_for()
    assert page.input_value("#text") == "还是那堆垃圾"
    assert not Watch.objects.exists()


@pytest.mark.full
def test_another_trouble_goes_out_as_a_report(phone: Phone, live_server: Any, known: Any) -> None:
    from chuangcheng.cases.models import Report

    page = open_page(phone(), live_server.url)
    page.locator("label.chip").first.click()
    page.locator("[data-part=place].met").wait_for()
    page.click("[data-part=send]")
    page.click("[data-part=near-none]")
    safe(page)
    assert Report.objects.count() == 2


def forget(page: Page) -> None:
    """Delete the one receipt from the phone."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("[data-part=forget]")
    page.get_by_text("还没有上报").wait_for()


@pytest.mark.full
def test_the_receipt_fills_in_the_code_and_can_be_deleted(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    page.fill("#text", "垃圾")
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    page.click("[data-part=follow]")
    page.click("details summary")
    page.wait_for_function("() => document.querySelector('input[name=code]').value.length === 8")
    page.get_by_role("button", name="撤回", exact=True).click()
    page.get_by_text("您撤回了这件上报").wait_for()
    page.goto(f"{live_server.url}/mine/")
    forget(page)
    assert only_report().state == "withdrawn"
