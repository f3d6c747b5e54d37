"""A video from the phone's album to the server, chosen without a network; too long is said before anything is sent."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.photos.clips import clip
from tests.portal.conftest import Phone
from tests.portal.test_offline import WORDS, open_page, safe, send

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.django_db(transaction=True)]


def chosen(name: str, kind: str = "video/webm") -> dict[str, Any]:
    """A video as the album hands it to a page."""
    return {"name": f"{name}.webm", "mimeType": kind, "buffer": clip(name)}


def test_a_video_waits_on_the_phone_and_is_acknowledged(phone: Phone, live_server: Any, top: None) -> None:
    from chuangcheng.cases.models import Report
    from chuangcheng.photos.models import Film

    context = phone()
    page = open_page(context, live_server.url)
    page.evaluate("document.querySelector('form[data-report]').dataset.videoSeconds = '-2'")
    page.set_input_files("input[name=video]", chosen("webm"))  # type: ignore[arg-type]
    page.locator("[data-part=video-said]").get_by_text("秒，请剪短").wait_for()
    page.evaluate("document.querySelector('form[data-report]').dataset.videoSeconds = '60'")
    page.evaluate("document.querySelector('form[data-report]').dataset.videoBytes = '10'")
    page.set_input_files("input[name=video]", chosen("webm"))  # type: ignore[arg-type]
    page.locator("[data-part=video-said]").get_by_text("视频超过 0 MB").wait_for()
    page.evaluate("document.querySelector('form[data-report]').dataset.videoBytes = '1000000'")

    context.set_offline(True)
    page.set_input_files("input[name=video]", chosen("webm"))  # type: ignore[arg-type]
    page.locator("[data-part=video-chosen]").wait_for()
    assert page.locator("[data-part=video-pick]").is_hidden() and page.locator("[data-part=video-said]").is_hidden()
    page.fill("#text", WORDS)
    page.locator("[data-part=place].met").wait_for()
    send(page)
    page.get_by_text("存在手机上，等待发送").first.wait_for()
    page.close()
    assert Report.objects.count() == 0

    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{live_server.url}/mine/")
    safe(page)
    name = hashlib.sha256(clip("webm")).hexdigest()
    film = Film.objects.get()
    assert (film.original_sha256, film.state) == (name, "waiting") and Report.objects.get().photos_missing == 0
    page.locator(".proof summary").click()
    assert page.locator("[data-part=hash-value]").all_inner_texts() == [name]
    assert page.locator("[data-part=hash-role]").all_inner_texts() == ["视频"]


def test_a_refused_video_is_said_on_the_receipt(phone: Phone, live_server: Any, top: None) -> None:
    page = open_page(phone(), live_server.url)
    clip("sound")
    page.set_input_files("input[name=video]", chosen("sound", "video/mp4"))  # type: ignore[arg-type]
    page.locator("[data-part=video-chosen]").wait_for()
    page.fill("#text", WORDS)
    page.locator("[data-part=place].met").wait_for()
    send(page)
    safe(page)
    page.get_by_text("有照片或视频未被接受").wait_for()
    page.locator(".proof summary").click()
    page.locator("[data-part=hash-state]").get_by_text("不是可接受的视频").wait_for()
