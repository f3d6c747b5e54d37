"""Creating service requests: with a key, once, by the one action, and with every slip named."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from chuangcheng.cases import actions
from chuangcheng.cases.models import Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.secrets import decrypt
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.tokens import issue
from tests.api.open311.client import Geo, as_words, refused, root_of, spark
from tests.api.test_limits import limited
from tests.api.test_reports import picture
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
limited = limited  # a fixture of another file
PLACE = {"lat": "30.002", "long": "120.002"}


def sent(**more: Any) -> dict[str, Any]:
    """What the smallest sound request holds, and what ``more`` says."""
    return {"service_code": "06010", **PLACE, "description": "人行道上堆放垃圾", **more}


def test_a_request_becomes_a_report(geo: Geo, city: dict[str, Actor]) -> None:
    response = geo.post(
        **sent(
            address_string="永安路 12 号", first_name="小明", last_name="王", phone="138 0013 8000",
            email="a@example.org", device_id="d1", account_id="7", media_url="https://example.org/a.jpg",
            jurisdiction_id="", requested_datetime="2026-09-15T11:30:00+08:00",
        )
    )  # fmt: skip
    assert response.status_code == 201
    (told,) = response.json()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    assert response["Location"] == f"/open311/v2/requests/{told['service_request_id']}.json"
    stored = Report.objects.get()
    assert told["service_request_id"].startswith(f"{stored.number}-")
    assert (stored.source, stored.text, stored.address) == ("open311", "人行道上堆放垃圾", "永安路 12 号")
    assert stored.category is not None and stored.category.code == "06010"
    assert stored.division_path.endswith("990101001001/") and not stored.outside_city
    assert stored.observed_at.isoformat() == "2026-09-15T03:30:00+00:00"
    assert json.loads(decrypt(stored.contact_cipher)) == {"name": "王 小明", "phone": "138 0013 8000"}
    assert stored.reporter_id == city["community"].person_id
    (event,) = Event.objects.filter(subject_kind="report")
    assert (event.action, event.actor_post) == ("report.created", city["community"].post_id)
    assert Outbox.objects.filter(topic="report.created").count() == 1


def test_its_maker_follows_it_until_it_is_public(geo: Geo, city: dict[str, Actor]) -> None:
    request_id = geo.post(**sent()).json()[0]["service_request_id"]
    assert geo.json(f"/requests/{request_id}")[0]["status_notes"] == "待受理"
    assert geo.json("/requests") == []
    actions.file_report(actor=city["office"], report_id=Report.objects.get().pk)
    assert [row["service_request_id"] for row in geo.json("/requests")] == [request_id]


def test_the_answer_is_the_same_in_xml(geo: Geo, city: dict[str, Actor]) -> None:
    first, second = geo.post(**sent()), geo.post("xml", **sent())
    assert (first.status_code, second.status_code) == (201, 200)
    assert spark(root_of(second)) == as_words(first.json())


@pytest.mark.parametrize("where", [PLACE, {"address_string": "永安路"}, {**PLACE, "address_string": "永安路"}])
def test_one_way_to_name_the_place_is_enough(geo: Geo, noon: object, where: dict[str, str]) -> None:
    response = geo.post(service_code="06010", description="垃圾", **where)
    assert response.status_code == 201
    assert (Report.objects.get().lat is not None) == ("lat" in where)


def test_without_words_the_service_speaks(geo: Geo, noon: object) -> None:
    assert geo.post(**sent(description=None)).status_code == 201
    assert Report.objects.get().text == "暴露垃圾"


# Keys ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "code"), [(None, "no_key"), ("", "no_key"), ("x", "bad_key"), ("a:b:c", "bad_key")])
def test_without_a_good_key_nothing_is_taken(geo: Geo, noon: object, key: str | None, code: str) -> None:
    refused(geo.post(**sent(api_key=key)), 403, f"open311.{code}")
    assert not Report.objects.exists()


def test_a_staff_token_is_no_key_and_a_key_no_token(geo: Geo, key: str, city: dict[str, Actor]) -> None:
    post_id = city["office"].post_id
    assert post_id is not None
    token = issue(post_id)
    refused(geo.post(**sent(api_key=token)), 403, "open311.bad_key")
    response = geo._client.get("/api/v1/reports", headers={"authorization": f"Bearer {key}"})
    assert response.status_code == 401


def test_a_key_ends_on_its_day_and_with_its_post(geo: Geo, city: dict[str, Actor]) -> None:
    from chuangcheng.people.models import Post
    from chuangcheng.people.rights import forget_posts

    assert geo.post(**sent()).status_code == 201
    with clock.at(NOON + timedelta(days=91)):
        refused(geo.post(**sent()), 403, "open311.bad_key")
    Post.objects.filter(pk=city["community"].post_id).update(valid_to="2026-09-14")
    forget_posts()
    refused(geo.post(**sent()), 403, "open311.bad_key")


@pytest.mark.parametrize("persona", ["leader", "auditor", "subcommand"])
def test_a_post_that_may_not_report_has_no_use_for_a_key(geo: Geo, city: dict[str, Actor], persona: str) -> None:
    post_id = city[persona].post_id
    assert post_id is not None
    refused(geo.post(**sent(api_key=issue(post_id, use="open311"))), 403, "common.not_allowed")
    assert not Report.objects.exists()


def test_the_key_may_stand_in_the_address(key: str, category: object, noon: object) -> None:
    client = Geo()._client
    response = client.post(f"/open311/v2/requests.json?api_key={key}", sent())
    assert response.status_code == 201


# Once ---------------------------------------------------------------------------------------------------------------


def test_the_same_again_within_a_day_is_one_report(geo: Geo, city: dict[str, Actor]) -> None:
    told = geo.post(**sent()).json()
    for hours in (0, 1, 11.9, 12.1, 23.9):  # midnight in UTC lies between
        with clock.at(NOON + timedelta(hours=hours)):
            again = geo.post(**sent())
        assert (again.status_code, again.json()) == (200, told)
    assert Report.objects.count() == 1
    assert Event.objects.filter(subject_kind="report").count() == 1


def test_the_same_after_a_day_is_another_report(geo: Geo, city: dict[str, Actor]) -> None:
    geo.post(**sent())
    with clock.at(NOON + timedelta(hours=24, seconds=1)):
        assert geo.post(**sent()).status_code == 201
        assert geo.post(**sent()).status_code == 200
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [{"description": "另一堆"}, {"lat": "30.003"}, {"device_id": "2"}, {"attribute[ID]": "2"}, {"email": "b@c.de"}],
)
def test_anything_else_is_another_report(geo: Geo, noon: object, change: dict[str, str]) -> None:
    geo.post(**sent())
    assert geo.post(**sent(**change)).status_code == 201
    assert Report.objects.count() == 2


def test_two_programs_saying_the_same_are_two_reports(geo: Geo, city: dict[str, Actor]) -> None:
    other = city["street"].post_id
    assert other is not None
    geo.post(**sent())
    assert geo.post(**sent(api_key=issue(other, use="open311"))).status_code == 201


def test_another_key_of_the_same_post_is_the_same_program(geo: Geo, city: dict[str, Actor]) -> None:
    post_id = city["community"].post_id
    assert post_id is not None
    geo.post(**sent())
    assert geo.post(**sent(api_key=issue(post_id, days=7, use="open311"))).status_code == 200


@pytest.mark.parametrize("uuid", ["0190a0c0-7b1e-7cc3-9d2f-0a1b2c3d4e5f", "0190A0C0-7B1E-4CC3-9D2F-0A1B2C3D4E5F"])
def test_a_client_may_name_the_id_itself(geo: Geo, city: dict[str, Actor], uuid: str) -> None:
    told = geo.post(**sent(id=uuid)).json()
    assert str(Report.objects.get().pk) == uuid.lower()
    with clock.at(NOON + timedelta(days=30)):
        assert geo.post(**sent(id=uuid)).json() == told
    assert geo.json(f"/tokens/{uuid}")[0]["service_request_id"] == told[0]["service_request_id"]
    refused(geo.post(**sent(id=uuid, description="另一件事")), 400, "common.different_body")


@pytest.mark.parametrize("key_word", ["8e03978e-40d5-43e8-bc93-6894a57f9324", '"order 12"', "订单十二".encode().hex()])
def test_an_idempotency_key_serves_as_well(geo: Geo, city: dict[str, Actor], key_word: str) -> None:
    headers = {"idempotency-key": key_word}
    told = geo.post(headers=headers, **sent()).json()
    assert geo.post(headers=headers, **sent()).json() == told
    refused(geo.post(headers=headers, **sent(description="另一件事")), 400, "common.different_body")
    assert geo.post(headers={"idempotency-key": "another"}, **sent()).status_code == 201


def test_a_derived_id_is_a_sound_uuid_that_nobody_guesses(geo: Geo, noon: object, settings: Settings) -> None:
    geo.post(**sent())
    made = Report.objects.get().pk
    assert made.version == 8 and made.variant == "specified in RFC 4122"


# What is wrong ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "codes"),
    [
        ({"service_code": None}, 400, ["open311.missing"]),
        ({"service_code": ""}, 400, ["open311.missing"]),
        ({"service_code": "99999"}, 404, ["open311.no_service"]),
        ({"jurisdiction_id": "sfgov.org"}, 404, ["open311.no_jurisdiction"]),
        ({"lat": None, "long": None}, 400, ["open311.place_needed"]),
        ({"lat": None, "long": None, "address_id": "12"}, 400, ["open311.no_address_register"]),
        ({"lat": None}, 400, ["open311.half_a_place"]),
        ({"long": ""}, 400, ["open311.half_a_place"]),
        ({"lat": "91"}, 400, ["open311.bad_number"]),
        ({"long": "181"}, 400, ["open311.bad_number"]),
        ({"lat": "north"}, 400, ["open311.bad_number"]),
        ({"lat": "NaN"}, 400, ["open311.bad_number"]),
        ({"lat": "1e1"}, 400, ["open311.bad_number"]),
        ({"lat": "120.002", "long": "30.002"}, 400, ["open311.swapped"]),
        ({"description": "长" * 4001}, 400, ["open311.too_long"]),
        ({"address_string": "长" * 201}, 400, ["open311.too_long"]),
        ({"first_name": "长" * 30}, 400, ["open311.too_long"]),
        ({"phone": "call me"}, 400, ["open311.bad_phone"]),
        ({"id": "seven"}, 400, ["open311.bad_id"]),
        ({"requested_datetime": "2026-09-15T11:30:00"}, 400, ["open311.bad_time"]),
        ({"requested_datetime": "2026-09-16T12:00:00+08:00"}, 400, ["open311.future"]),
        ({"requested_datetime": "1999-01-01T00:00:00Z"}, 400, ["open311.too_long_ago"]),
        ({"description": "a\0b"}, 400, ["open311.not_utf8"]),
        (
            {"service_code": None, "lat": "x", "phone": "x"},
            400,
            ["open311.missing", "open311.bad_number", "open311.bad_phone"],
        ),
    ],
)
def test_what_is_wrong_is_named(
    geo: Geo, small_city: object, noon: object, change: dict[str, Any], status: int, codes: list[str]
) -> None:
    errors = refused(geo.post(**sent(**change)), status, *codes)
    assert all(error["code"] == status for error in errors)
    assert spark(root_of(geo.post("xml", **sent(**change)))) == as_words(errors)
    assert not Report.objects.exists()


def test_another_encoding_is_refused_rather_than_garbled(geo: Geo, noon: object) -> None:
    start = f"api_key={geo.key}&service_code=06010&lat=30&long=120&description=".encode()
    response = geo.raw(start + b"%C0%AC%BB%F8", "application/x-www-form-urlencoded")  # 垃圾 in GBK
    refused(response, 400, "open311.not_utf8")
    response = geo.raw(start, "application/x-www-form-urlencoded; charset=gbk")
    assert response.status_code == 400
    assert not Report.objects.exists()


def test_a_body_that_is_no_form_is_refused(geo: Geo, noon: object) -> None:
    body = json.dumps(sent(api_key=geo.key)).encode()
    refused(geo.raw(body, "application/json"), 400, "open311.form_needed")
    refused(geo.raw(b"--x\r\nbroken", "multipart/form-data"), 400, "api.bad_request")


def test_too_much_is_refused(geo: Geo, noon: object, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refused(geo.post(**sent(device_id="x" * 2000)), 400, "api.bad_request")


def test_a_place_outside_the_city_is_accepted_and_flagged(geo: Geo, small_city: object, noon: object) -> None:
    assert geo.post(**sent(lat="39.9", long="116.4")).status_code == 201
    assert Report.objects.get().outside_city


@pytest.mark.usefixtures("limited")
def test_creations_are_counted_by_address(geo: Geo, city: dict[str, Actor]) -> None:
    for n in range(3):
        assert geo.post(**sent(device_id=str(n))).status_code == 201
    response = geo.post(**sent(device_id="3"))
    refused(response, 429, "common.too_many")
    assert int(response["Retry-After"]) > 0
    assert Report.objects.count() == 3


# Photos -------------------------------------------------------------------------------------------------------------


def upload(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def test_photos_come_with_the_request(geo: Geo, noon: object) -> None:
    one, two = picture(1), picture(200)
    response = geo.post(**sent(media=[upload(one), upload(two), upload(one)]))
    assert response.status_code == 201
    report = Report.objects.get()
    assert (report.photos_declared, report.photos_missing) == (2, 0)
    from chuangcheng.photos.selectors import of

    hashes = {photo.original_sha256 for photo in of(("report", report.pk))}
    assert hashes == {hashlib.sha256(data).hexdigest() for data in (one, two)}
    again = geo.post(**sent(media=[upload(two), upload(one)]))
    assert (again.status_code, again.json()) == (200, response.json())
    assert geo.json(f"/requests/{response.json()[0]['service_request_id']}")[0]["media_url"] is None


@pytest.mark.parametrize(("data", "code"), [(b"%PDF-1.7", "photos.kind_refused"), (b"hello", "photos.not_an_image")])
def test_what_is_no_photo_is_refused_before_anything_is_written(geo: Geo, noon: object, data: bytes, code: str) -> None:
    errors = geo.post(**sent(media=[upload(picture()), upload(data)]))
    assert errors.status_code == 400
    assert any(name in errors.content.decode() for name in (code, "photos.not_an_image"))
    assert not Report.objects.exists()


def test_thirty_photos_are_too_many(geo: Geo, noon: object) -> None:
    refused(geo.post(**sent(media=[upload(picture(n)) for n in range(30)])), 400, "open311.too_many_values")


def test_a_photo_has_a_largest_size(geo: Geo, noon: object, settings: Settings) -> None:
    from dataclasses import replace

    settings.CITY = replace(settings.CITY, photo_max_mb=1)
    huge = io.BytesIO(b"\xff\xd8" + b"0" * (1024 * 1024)).getvalue()
    refused(geo.post(**sent(media=[upload(huge)])), 400, "photos.too_large")


def test_creation_takes_few_queries(geo: Geo, city: dict[str, Actor]) -> None:
    geo.post(**sent())
    with CaptureQueriesContext(connection) as captured:
        assert geo.post(**sent(description="另一堆")).status_code == 201
    assert len(captured) <= 7, [query["sql"][:80] for query in captured]
