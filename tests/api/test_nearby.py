"""Open cases near a place and "me too", over HTTP: public, sparing with words, idempotent."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from chuangcheng.cases import actions
from chuangcheng.cases.camera import camera_pass
from chuangcheng.cases.models import Case, Report
from chuangcheng.photos.models import Photo
from tests.cases.conftest import limits, play  # noqa: F401
from tests.cases.play import LITTER, POINT

pytestmark = pytest.mark.django_db
PHONE = "0190b0b0-0000-7000-8000-00000000abcd"


@pytest.fixture
def case(play: Any) -> Case:  # noqa: F811
    """An open case of a citizen's report with a secret in it."""
    report = play.report(text="张三家门口的垃圾 13800138000", address="永安路 1 号")
    return actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)


def near(client: Client, **more: object) -> Any:
    return client.get("/api/v1/nearby", {"lat": POINT["lat"], "lon": POINT["lon"], **more})


def me_too(client: Client, case_id: object, **more: object) -> Any:
    body = {"id": str(uuid.uuid4()), "phone": PHONE, **more}
    return client.post(f"/api/v1/nearby/{case_id}/watches", body, content_type="application/json")


def test_what_is_near_is_told_without_a_word_of_the_reporter(client: Client, case: Case) -> None:
    answer = near(client)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    (item,) = answer.json()["items"]
    assert item == {
        "id": str(case.pk), "category": {"code": LITTER, "name": "暴露垃圾"}, "metres": 0,
        "filed_at": "2026-09-15T04:00:00+00:00", "state": "filed", "state_label": "待派遣", "people": 1,
    }  # fmt: skip
    for secret in ("张三", "138", "永安"):
        assert secret not in answer.content.decode().replace(str(case.pk), ""), "the id's digits are drawn"


@pytest.mark.parametrize(
    "wrong", [{"lat": 91}, {"lon": "x"}, {"lat": "nan"}, {"category": "a b"}, {"category": "1" * 13}]
)
def test_a_bad_question_is_refused(client: Client, case: Case, wrong: dict[str, object]) -> None:
    assert near(client, **wrong).status_code == 422


def test_me_too_is_created_once(client: Client, case: Case) -> None:
    wish = str(uuid.uuid4())
    first, again = me_too(client, case.pk, id=wish), me_too(client, case.pk, id=wish)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["number"] == case.number and first.json()["missing_photos"] == []
    page = client.get(f"/watch/{wish}/")
    assert case.number in page.content.decode() and "张三" not in page.content.decode()
    assert me_too(client, case.pk).json()["code"] == "case.watched_already"
    assert near(client).json()["items"][0]["people"] == 2


@pytest.mark.parametrize("where", [uuid.UUID(int=1), "no-id", "x" * 60])
def test_no_other_case_can_be_followed(client: Client, case: Case, where: object) -> None:
    assert me_too(client, where).status_code == 404


@pytest.mark.parametrize("wrong", [{"phone": "short"}, {"phone": "a\0" * 20}, {"id": "x"}, {"more": 1}])
def test_a_bad_wish_is_refused(client: Client, case: Case, wrong: dict[str, object]) -> None:
    assert me_too(client, case.pk, **wrong).status_code == 422


def test_an_unknown_wish_has_no_page(client: Client, case: Case) -> None:
    assert client.get(f"/watch/{uuid.uuid4()}/").status_code == 404


# Evidence -----------------------------------------------------------------------------------------------------------


def send(client: Client, pass_: str, **photo: object) -> Any:
    """A report with one photo that says it was taken in our camera."""
    told = {"sha256": "a" * 64, "role": "near", "in_camera": True, "taken_at": "2026-09-15T04:00:00Z",
            "lat": 30.0, "lon": 120.0, **photo}  # fmt: skip
    body = {
        "id": str(uuid.uuid4()),
        "text": "垃圾",
        **POINT,
        "photos": [told],
        "camera_pass": pass_,
        "privacy": "2026-11",
    }
    return client.post("/api/v1/reports", body, content_type="application/json")


def test_our_page_vouches_for_its_camera(client: Client, play: Any) -> None:  # noqa: F811
    assert send(client, camera_pass()).status_code == 201
    assert Photo.objects.get().grade == "A"
    assert Report.objects.get().privacy_version == "2026-11"


@pytest.mark.parametrize("word", ["", "1757908800.00000000000000000000000000000000"])
def test_nobody_else_does(client: Client, play: Any, word: str) -> None:  # noqa: F811
    assert send(client, word).status_code == 201
    found = Photo.objects.get()
    assert (found.grade, found.in_camera) == ("C", False)


def test_a_photo_of_yesterday_is_not_of_now(client: Client, play: Any) -> None:  # noqa: F811
    assert send(client, camera_pass(), taken_at="2026-09-14T04:00:00Z").status_code == 201
    assert Photo.objects.get().grade == "C"
