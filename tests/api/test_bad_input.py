"""What phones and programs really send: no place, a wrong place, odd texts, bad photos, wrong clocks, a bad line."""

from __future__ import annotations

import hashlib
import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from chuangcheng.cases import actions
from chuangcheng.cases.inputs import MAX_PHOTOS, MAX_TEXT
from chuangcheng.cases.models import Report
from chuangcheng.history.models import Event
from chuangcheng.kernel import coords
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.geometry import metres
from tests.api.conftest import REPORTS, Caller, body, is_problem
from tests.api.test_reports import picture
from tests.conftest import NOON, square

pytestmark = pytest.mark.django_db


def errors_of(problem: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in problem["errors"]}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Places -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [{}, {"lat": None, "lon": None}])
def test_a_phone_without_a_position_may_report(
    small_city: object, noon: object, caller: Caller, place: dict[str, None]
) -> None:
    response = caller.post(body(address="永安路口", **place))
    assert response.status_code == 201 and response.json()["outside_city"] is False
    stored = Report.objects.get()
    assert (stored.lat, stored.lon, stored.division_path, stored.address) == (None, None, "", "永安路口")


@pytest.mark.parametrize(
    ("lat", "lon"), [(0.0, 0.0), (39.9, 116.4), (-30.002, 120.002), (30.002, -120.002), (90.0, 180.0)]
)
def test_a_false_position_is_accepted_and_flagged(
    small_city: object, noon: object, caller: Caller, lat: float, lon: float
) -> None:
    response = caller.post(body(lat=lat, lon=lon))
    assert response.status_code == 201 and response.json()["outside_city"] is True
    stored = Report.objects.get()
    assert stored.outside_city and stored.division_path == "" and (stored.lat, stored.lon) == (lat, lon)


def test_exchanged_degrees_are_refused_with_a_word_of_their_own(
    small_city: object, noon: object, caller: Caller
) -> None:
    for language, said in (("zh", "写反"), ("en", "swapped")):
        response = caller.post(body(lat=120.002, lon=30.002), **{"accept-language": language})
        problem = is_problem(response, 422, "common.invalid")
        assert errors_of(problem) == {("lat", "value.swapped"), ("lon", "value.swapped")}
        assert all(said in error["message"] for error in problem["errors"])
    assert not Report.objects.exists()


@pytest.fixture
def western_city(db: None) -> None:
    """A city so far west that its longitude could be a latitude."""
    from chuangcheng.history import versions
    from chuangcheng.places.models import Division

    Division.objects.create(
        code="650100", name="西陲市", level="city", path="650100/", boundary=square(87.5, 43.7, 0.3), lon=87.6, lat=43.8
    )
    versions.bump("places")


def test_exchanged_degrees_are_known_by_the_city_where_numbers_cannot_tell(
    western_city: None, noon: object, caller: Caller
) -> None:
    problem = is_problem(caller.post(body(lat=87.6, lon=43.8)), 422, "common.invalid")
    assert errors_of(problem) == {("lat", "value.swapped"), ("lon", "value.swapped")}
    assert caller.post(body(lat=43.8, lon=87.6)).json()["outside_city"] is False
    assert caller.post(body(lat=87.6, lon=44.8)).json()["outside_city"] is True


def test_without_boundaries_nobody_can_tell(noon: object, caller: Caller) -> None:
    assert caller.post(body(lat=87.6, lon=43.8)).json()["outside_city"] is False


def test_positions_of_domestic_maps_cannot_be_told_apart(small_city: object, noon: object, caller: Caller) -> None:
    """GCJ-02 sent as WGS-84 is a sound place a few hundred metres off: accepted as it is, as the docs say."""
    lon, lat = coords.from_wgs84(120.012, 30.008, "gcj02")
    assert 300 < metres(lon, lat, 120.012, 30.008) < 700
    response = caller.post(body(lat=lat, lon=lon))
    assert response.status_code == 201 and response.json()["outside_city"] is False
    assert (Report.objects.get().lat, Report.objects.get().lon) == (lat, lon)


# Texts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["😀👨‍👩‍👧🇨🇳", "垃" * 10_000, "😀" * MAX_TEXT, "第一行\r\n第二行", "ﷺ\u0301 عربي 𠮷"])
def test_any_writing_and_any_length_up_to_the_bound_is_taken(
    noon: object, caller: Caller, personas: dict[str, Actor], text: str
) -> None:
    response = caller.post(body(text=text))
    assert response.status_code == 201
    assert caller.post(body(id=response.json()["id"], text=text)).status_code == 200
    stored = Report.objects.get().text
    assert stored.replace("\u200d", "") == text.replace("\r\n", "\n").replace("\u200d", "")


def test_beyond_the_bound_the_length_is_named(noon: object, caller: Caller) -> None:
    problem = is_problem(caller.post(body(text="垃" * (MAX_TEXT + 1))), 422, "common.invalid")
    assert errors_of(problem) == {("text", "value.too_long")}
    assert str(MAX_TEXT) in problem["errors"][0]["message"]


def test_markup_is_kept_as_words_and_never_becomes_a_page(
    noon: object, caller: Caller, personas: dict[str, Actor]
) -> None:
    from chuangcheng.people.tokens import issue

    text = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7|add:7 }} %s"
    report = caller.post(body(text=text, address="<b>永安路</b>")).json()
    post_id = personas["office"].post_id
    assert post_id is not None
    listed = caller.get(REPORTS, token=issue(post_id)).json()["items"][0]
    assert (listed["text"], listed["address"]) == (text, "<b>永安路</b>")
    page = Client().get(f"/track/{report['id']}/")
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode() and "<b>永安路" not in page.content.decode()


# Photos -------------------------------------------------------------------------------------------------------------


def test_an_empty_photo_is_named_and_the_report_stays_open_for_the_real_one(noon: object, caller: Caller) -> None:
    real = picture()
    given = body(photos=[{"sha256": sha(b""), "role": "near"}, {"sha256": sha(real), "role": "far"}])
    assert caller.post(given).status_code == 201
    is_problem(caller.put(f"{REPORTS}/{given['id']}/photos/{sha(b'')}", b""), 422, "photos.empty")
    answer = caller.put(f"{REPORTS}/{given['id']}/photos/{sha(real)}", real).json()
    assert answer["missing_photos"] == [sha(b"")]


def test_no_bytes_for_a_declared_photo_are_refused(noon: object, caller: Caller) -> None:
    given = body(photos=[{"sha256": sha(picture()), "role": "near"}])
    caller.post(given)
    response = caller.put(f"{REPORTS}/{given['id']}/photos/{sha(picture())}", b"")
    assert response.status_code == 422
    assert caller.get(f"{REPORTS}/{given['id']}").json()["missing_photos"] == [sha(picture())]


@pytest.mark.parametrize("count", [MAX_PHOTOS + 1, 30])
def test_too_many_photos_are_refused_before_anything_is_written(noon: object, caller: Caller, count: int) -> None:
    photos = [{"sha256": sha(bytes([n])), "role": "near"} for n in range(count)]
    problem = is_problem(caller.post(body(photos=photos)), 422, "common.invalid")
    assert errors_of(problem) == {("photos", "value.too_many")}
    assert not Report.objects.exists()


# Clocks -------------------------------------------------------------------------------------------------------------


def test_a_clock_a_day_ahead_is_named_field_by_field(noon: object, caller: Caller) -> None:
    ahead = (NOON + timedelta(days=1)).isoformat()
    photo = {"sha256": sha(b"1"), "role": "near", "taken_at": ahead}
    problem = is_problem(caller.post(body(observed_at=ahead, photos=[photo])), 422, "common.invalid")
    assert errors_of(problem) == {("observed_at", "value.future"), ("photos.0.taken_at", "value.future")}
    assert caller.post(body(photos=[{"sha256": sha(b"1"), "role": "near"}])).status_code == 201


@pytest.mark.parametrize("minutes", [14, 0, -24 * 60, -60 * 24 * 60])
def test_a_clock_a_little_ahead_or_far_behind_is_believed(noon: object, caller: Caller, minutes: int) -> None:
    seen = NOON + timedelta(minutes=minutes)
    assert caller.post(body(observed_at=seen.isoformat())).status_code == 201
    stored = Report.objects.get()
    assert (stored.observed_at, stored.received_at) == (seen, NOON)


# A bad line ---------------------------------------------------------------------------------------------------------

ONE, TWO = picture(3), picture(160)
STEPS = ("report", "one", "two")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)), ids="-".join)
def test_replayed_uploads_end_as_one_report_in_any_order(noon: object, caller: Caller, order: tuple[str, ...]) -> None:
    """A queue that lost its answers sends everything again, in whatever order, until all of it was said yes to."""
    given = body(photos=[{"sha256": sha(ONE), "role": "near"}, {"sha256": sha(TWO), "role": "far"}])

    def send(step: str) -> int:
        if step == "report":
            return caller.post(given).status_code
        data = ONE if step == "one" else TWO
        return caller.put(f"{REPORTS}/{given['id']}/photos/{sha(data)}", data).status_code

    first = [send(step) for step in order]
    created = order.index("report")
    assert first == [404] * created + [201] + [200] * (2 - created)
    assert [send(step) for step in reversed(order)].count(200) == 3
    assert [send(step) for step in order] == [200, 200, 200]
    report = Report.objects.get()
    assert (report.photos_declared, report.photos_missing) == (2, 0)
    assert Event.objects.filter(subject_id=report.pk, action="report.created").count() == 1
    assert Event.objects.filter(subject_id=report.pk, action="report.photo_stored").count() == 2


def test_a_photo_that_comes_after_the_decision_is_still_evidence(
    personas: dict[str, Actor], noon: object, caller: Caller, category: object
) -> None:
    given = body(lat=30.002, lon=120.002, photos=[{"sha256": sha(ONE), "role": "near"}])
    report = caller.post(given).json()
    actions.file_report(actor=personas["office"], report_id=UUID(report["id"]), category_code="06010")
    late = caller.put(f"{REPORTS}/{given['id']}/photos/{sha(ONE)}", ONE)
    assert late.status_code == 200 and late.json()["missing_photos"] == []
    assert late.json()["state"] == "filed"
