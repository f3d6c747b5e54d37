"""Videos on the pages of staff: seen by who sees the report, in parts, and nowhere in public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions, complaints
from chuangcheng.cases.models import Report
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos import filming, films
from chuangcheng.photos.models import Film
from tests.cases.play import Play
from tests.photos.clips import clip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    """Films of a test lie in a folder of its own."""
    settings.CITY = replace(settings.CITY, home=tmp_path)


def report_with(data: bytes, **more: Any) -> tuple[Report, Film]:
    """A citizen's report of the first grid with a video whose bytes have come."""
    given = actions.ReportInput(id=new_id(), text="渠里倒污水", source="portal", lat=30.002, lon=120.002,
                                films=(sha256(data),), **more)  # fmt: skip
    report, _ = actions.create_report(actor=CITIZEN, given=given)
    actions.ingest_film(report_id=report.pk, sha256=sha256(data), chunks=[data])
    return Report.objects.get(pk=report.pk), films.of(("report", report.pk)).get()


def test_it_stands_on_the_page_of_the_report_and_plays_in_parts(
    play: Play, as_persona: Callable[[str], Client]
) -> None:
    report, film = report_with(clip("other"))
    page, address = reverse("desk:report", args=[report.pk]), reverse("desk:report_film", args=[report.pk, film.pk])
    office = as_persona("office")
    said = office.get(page).content.decode()
    assert "已送达，等待处理" in said and "<video" not in said and "收到视频" in said
    assert office.get(address).status_code == 404

    filming.drain()
    shown = office.get(page)
    assert f'poster="{address}?poster=1" src="{address}"' in shown.content.decode()
    assert 'preload="none"' in shown.content.decode()
    assert "media-src 'self'" in shown.headers["Content-Security-Policy"]
    film.refresh_from_db()
    whole = office.get(address)
    assert whole.headers["Content-Type"] == "video/mp4" and whole.headers["Cache-Control"].startswith("private")
    data = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert sha256(data) == film.stored_sha256
    part = office.get(address, headers={"range": "bytes=0-1"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, data[:2])  # type: ignore[attr-defined]
    still = office.get(address + "?poster=1")
    assert still.headers["Content-Type"] == "image/jpeg"
    assert b"".join(still.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]


def test_who_does_not_see_the_report_does_not_see_the_video(play: Play, as_persona: Callable[[str], Client]) -> None:
    report, film = report_with(clip("other"))
    filming.drain()
    address = reverse("desk:report_film", args=[report.pk, film.pk])
    assert as_persona("street2").get(address).status_code in (403, 404)
    assert Client().get(address).status_code == 302
    other, _ = report_with(clip("phone"))
    assert as_persona("office").get(reverse("desk:report_film", args=[other.pk, film.pk])).status_code == 404


def test_it_stands_on_the_page_of_the_case(play: Play, as_persona: Callable[[str], Client]) -> None:
    report, film = report_with(clip("other"))
    filming.drain()
    case = play.filed()
    Report.objects.filter(pk=report.pk).update(case=case, state="linked")
    said = as_persona("office").get(reverse("desk:case", args=[case.pk])).content.decode()
    assert reverse("desk:report_film", args=[report.pk, film.pk]) in said


def test_a_refusal_is_said_on_both_sides(play: Play, as_persona: Callable[[str], Client], client: Client) -> None:
    report, _ = report_with(clip("other"))
    Film.objects.update(state="refused", reason_code="photos.video_too_heavy")
    assert "太复杂" in as_persona("office").get(reverse("desk:report", args=[report.pk])).content.decode()
    assert "太复杂" in client.get(reverse("portal:track", args=[report.pk])).content.decode()


def test_the_public_page_tells_its_state_and_shows_nothing(play: Play, client: Client) -> None:
    report, film = report_with(clip("other"))
    track = reverse("portal:track", args=[report.pk])
    assert "视频已送达" in client.get(track).content.decode()
    filming.drain()
    film.refresh_from_db()
    said = client.get(track).content.decode()
    assert "视频已收下" in said and "<video" not in said
    for name in (film.stored_sha256, film.poster_sha256, str(film.pk)):
        assert name not in said
    assert client.get(reverse("portal:photo", args=[film.pk])).status_code == 404


def test_the_video_of_a_complaint_goes_the_complaints_way(
    play: Play, personas: dict[str, Actor], as_persona: Callable[[str], Client]
) -> None:
    report, film = report_with(clip("other"), complaint=True)
    filming.drain()
    office = as_persona("office")
    own = reverse("desk:complaint_film", args=[report.pk, film.pk])
    assert complaints.visible_to(personas["office"]).count() == 1
    assert own in office.get(reverse("desk:complaint", args=[report.pk])).content.decode()
    assert office.get(own, headers={"range": "bytes=0-9"}).status_code == 206
    assert office.get(reverse("desk:report_film", args=[report.pk, film.pk])).status_code == 404
    assert as_persona("street").get(own).status_code == 403


def test_the_form_offers_a_video_only_where_one_is_taken(client: Client, db: None, settings: Any) -> None:
    clip("other")
    page = client.get(reverse("portal:report")).content.decode()
    assert 'name="video"' in page and 'data-video-seconds="60"' in page and "50 MB" in page
    settings.CITY = replace(settings.CITY, ffmpeg="/nowhere/ffmpeg")
    page = client.get(reverse("portal:report")).content.decode()
    assert 'name="video"' not in page and "暂不接收视频" in page


def test_doctor_says_whether_videos_are_taken(settings: Any) -> None:
    from chuangcheng.cli.inspection import _films

    clip("other")
    assert next(_films(settings.CITY)).level == "ok"
    settings.CITY = replace(settings.CITY, ffmpeg="/nowhere/ffmpeg")
    assert next(_films(settings.CITY)).level == "warn"
