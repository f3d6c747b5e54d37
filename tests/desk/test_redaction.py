"""Covering and publishing a photo by its page, and what the public gets."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.cases.test_publishing import sent
from tests.desk.test_evidence import is_photo

if TYPE_CHECKING:
    from chuangcheng.cases.models import Report
    from chuangcheng.photos.models import Photo

    Sign = Callable[[str], Client]
    Sent = tuple[Report, Photo]

__all__ = ["sent"]
pytestmark = pytest.mark.django_db
HALF = json.dumps([[0, 0, 0.5, 1]])


def page_of(sent: Sent) -> str:
    return reverse("desk:redaction", args=["report", sent[0].pk, sent[1].pk])


def public_of(sent: Sent) -> str:
    return reverse("portal:photo", args=[sent[1].pk])


def test_the_page_shows_the_photo_to_draw_on(as_persona: Sign, sent: Sent) -> None:
    client = as_persona("office")
    said = client.get(page_of(sent)).content.decode()
    assert reverse("desk:report_photo", args=[sent[0].pk, sent[1].pk]) in said and "公开这张照片" in said
    assert page_of(sent) in client.get(reverse("desk:report", args=[sent[0].pk])).content.decode()
    for persona in ("leader", "street", "inspector", "auditor"):
        assert as_persona(persona).get(page_of(sent)).status_code == 403, persona
        report = as_persona(persona).get(reverse("desk:report", args=[sent[0].pk])).content.decode()
        assert page_of(sent) not in report, persona


def test_the_public_gets_the_covered_copy_and_nothing_else(as_persona: Sign, sent: Sent) -> None:
    anybody = Client()
    assert anybody.get(public_of(sent)).status_code == 404
    assert as_persona("office").post(page_of(sent), {"boxes": HALF}).status_code == 302
    answer = anybody.get(public_of(sent))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/jpeg", "no-cache")
    image = Image.open(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert image.getpixel((50, 150))[0] < 60 < 200 < image.getpixel((350, 150))[0]  # type: ignore[index]
    assert is_photo(anybody, public_of(sent) + "?thumb=1")
    tracking = anybody.get(reverse("portal:track", args=[sent[0].pk])).content.decode()
    assert public_of(sent) in tracking


def test_it_is_taken_back(as_persona: Sign, sent: Sent) -> None:
    client = as_persona("office")
    client.post(page_of(sent), {"boxes": "[]"})
    assert "公众看到的" in client.get(page_of(sent)).content.decode()
    client.post(page_of(sent), {"withdraw": "1"})
    assert Client().get(public_of(sent)).status_code == 404
    assert public_of(sent) not in Client().get(reverse("portal:track", args=[sent[0].pk])).content.decode()
    assert client.get(reverse("desk:covered", args=["report", sent[0].pk, sent[1].pk])).status_code == 404


@pytest.mark.parametrize("boxes", ["{", "{}", "[1]", "[[1]]", '[["a",0,1,1]]', "[[0,0,1,1],7]", "9" * 20_000])
def test_what_the_page_never_draws_is_refused(as_persona: Sign, sent: Sent, boxes: str) -> None:
    answer = as_persona("office").post(page_of(sent), {"boxes": boxes}, headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert Client().get(public_of(sent)).status_code == 404


def test_only_reports_and_cases_have_photos_to_publish(as_persona: Sign, sent: Sent) -> None:
    client = as_persona("office")
    for kind in ("check", "site"):
        assert client.get(reverse("desk:redaction", args=[kind, sent[0].pk, sent[1].pk])).status_code == 404
    assert client.get(reverse("desk:redaction", args=["case", sent[0].case_id, sent[1].pk])).status_code == 404


def test_open311_names_its_address(as_persona: Sign, sent: Sent) -> None:
    from chuangcheng.api.open311.requests import request_id_of

    url = f"/open311/v2/requests/{request_id_of(sent[0].number, sent[0].pk)}.json"
    assert Client().get(url).json()[0]["media_url"] is None
    as_persona("office").post(page_of(sent), {"boxes": HALF})
    told = Client().get(url).json()[0]["media_url"]
    assert told.endswith(public_of(sent)) and told.startswith("http")
