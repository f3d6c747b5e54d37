"""The life of a report at the API: created once, completed by its photos, followed by link or receipt, listed by staff."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django import Settings

from chuangcheng.cases import actions
from chuangcheng.cases.models import Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.api.conftest import REPORTS, Caller, body, is_problem

pytestmark = pytest.mark.django_db


def picture(shade: int = 90) -> bytes:
    """A small JPEG."""
    data = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 120, 200)).save(data, "JPEG")
    return data.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def full(**more: Any) -> dict[str, Any]:
    """A report with everything but photos."""
    return body(lat=30.002, lon=120.002, address="永安路 12 号", observed_at="2026-09-15T11:30:00+08:00",
                contact={"name": "王女士", "phone": "138 0013 8000"}, **more)  # fmt: skip


def test_a_report_is_created_with_its_place_and_receipt(small_city: object, noon: object, caller: Caller) -> None:
    given = full()
    response = caller.post(given)
    assert response.status_code == 201
    answer = response.json()
    assert answer["id"] == given["id"]
    assert answer["state"] == "received" and answer["state_label"] == "待受理"
    assert answer["case_number"] is None and answer["missing_photos"] == []
    assert answer["url"] == f"http://testserver/track/{given['id']}/"
    assert response["Location"] == f"{REPORTS}/{given['id']}"
    assert len(answer["receipt_code"]) == 8
    stored = Report.objects.get(pk=given["id"])
    assert stored.division_path.endswith("990101001001/") and not stored.outside_city
    assert stored.observed_at.isoformat() == "2026-09-15T03:30:00+00:00"
    assert Event.objects.filter(subject_id=stored.pk, action="report.created").count() == 1
    assert Outbox.objects.filter(subject_id=stored.pk, topic="report.created").count() == 1


@pytest.mark.parametrize("version", range(1, 9))
def test_any_rfc_9562_uuid_is_an_id(noon: object, caller: Caller, version: int) -> None:
    given = body(id=str(uuid.uuid4())[:14] + str(version) + str(uuid.uuid4())[15:])
    answer = caller.post(given).json()
    assert answer["id"] == given["id"]


def test_an_id_may_be_written_in_capitals(noon: object, caller: Caller) -> None:
    given = body()
    caller.post(given)
    again = caller.post({**given, "id": given["id"].upper()})
    assert again.status_code == 200
    assert caller.get(f"{REPORTS}/{given['id'].upper()}").status_code == 200


def test_a_repeat_answers_200_with_the_same_number_and_writes_nothing(
    small_city: object, noon: object, caller: Caller
) -> None:
    given = full(photos=[{"sha256": "a" * 64, "role": "near"}])
    first, second = caller.post(given), caller.post(given)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Report.objects.count() == 1
    assert Event.objects.count() == 1
    assert Outbox.objects.count() == 1


def test_a_repeat_tells_the_present_state(personas: dict[str, Actor], noon: object, caller: Caller) -> None:
    given = full()
    caller.post(given)
    actions.refuse_report(actor=personas["office"], report_id=uuid.UUID(given["id"]), reason_code="unclear")
    answer = caller.post(given).json()
    assert answer["state"] == "not_accepted"
    assert answer["reason"] == {"code": "unclear", "label": "位置或内容不清，无法核实"}


@pytest.mark.parametrize(
    "change", [{"text": "另一件事"}, {"lat": 30.0021}, {"photos": [{"sha256": "b" * 64, "role": "far"}]}]
)
def test_another_body_under_the_same_id_is_a_conflict(
    small_city: object, noon: object, caller: Caller, change: dict[str, Any]
) -> None:
    given = full()
    caller.post(given)
    is_problem(caller.post({**given, **change}), 409, "common.different_body")
    assert Report.objects.get().text == given["text"]


def test_the_same_instant_in_another_zone_is_the_same_body(noon: object, caller: Caller) -> None:
    given = body(observed_at="2026-09-15T11:30:00+08:00")
    caller.post(given)
    assert caller.post({**given, "observed_at": "2026-09-15T03:30:00Z"}).status_code == 200


def test_a_place_outside_the_city_is_accepted_and_flagged(small_city: object, noon: object, caller: Caller) -> None:
    response = caller.post(body(lat=39.9, lon=116.4))
    assert response.status_code == 201
    assert response.json()["outside_city"] is True


def test_an_unknown_category_is_named(small_city: object, noon: object, caller: Caller) -> None:
    problem = is_problem(caller.post(body(category="99999")), 422, "common.invalid")
    assert problem["errors"][0]["field"] == "category"
    assert not Report.objects.exists()


def test_the_public_address_comes_from_the_settings_where_they_name_one(
    noon: object, caller: Caller, settings: Settings
) -> None:
    settings.CITY = replace(settings.CITY, public_url="https://wm.example.org/")
    given = body()
    assert caller.post(given).json()["url"] == f"https://wm.example.org/track/{given['id']}/"


def test_creation_takes_few_queries(small_city: object, noon: object, caller: Caller) -> None:
    caller.post(full())
    with CaptureQueriesContext(connection) as captured:
        caller.post(full())
    assert len(captured) <= 6, [query["sql"][:80] for query in captured]


# Photos -------------------------------------------------------------------------------------------------------------


def with_photos(caller: Caller, *data: bytes) -> str:
    """A report that declares these photos; its id."""
    given = body(photos=[{"sha256": sha(one), "role": "near"} for one in data])
    assert set(caller.post(given).json()["missing_photos"]) == {sha(one) for one in data}
    return str(given["id"])


def test_a_report_is_complete_when_its_photos_are_there(noon: object, caller: Caller) -> None:
    one, two = picture(1), picture(200)
    report = with_photos(caller, one, two)
    first = caller.put(f"{REPORTS}/{report}/photos/{sha(one)}", one)
    assert first.status_code == 200 and first.json()["missing_photos"] == [sha(two)]
    assert caller.put(f"{REPORTS}/{report}/photos/{sha(two).upper()}", two).json()["missing_photos"] == []
    assert caller.get(f"{REPORTS}/{report}").json()["missing_photos"] == []


def test_a_repeated_photo_changes_nothing(noon: object, caller: Caller) -> None:
    data = picture()
    report = with_photos(caller, data)
    path = f"{REPORTS}/{report}/photos/{sha(data)}"
    assert caller.put(path, data).content == caller.put(path, data).content
    assert Event.objects.filter(subject_id=report, action="report.photo_stored").count() == 1


def test_only_declared_photos_are_taken(noon: object, caller: Caller) -> None:
    data, other = picture(1), picture(200)
    report = with_photos(caller, data)
    response = caller.put(f"{REPORTS}/{report}/photos/{sha(other)}", other)
    assert 400 <= response.status_code < 500
    assert response.json()["code"] == "photos.undeclared"


@pytest.mark.parametrize("sent", [b"not a picture", picture(200)])
def test_other_bytes_than_declared_are_refused(noon: object, caller: Caller, sent: bytes) -> None:
    data = picture(1)
    report = with_photos(caller, data)
    is_problem(caller.put(f"{REPORTS}/{report}/photos/{sha(data)}", sent), 422, "photos.hash_mismatch")
    assert caller.get(f"{REPORTS}/{report}").json()["missing_photos"] == [sha(data)]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"]
)
def test_what_is_no_picture_is_refused(noon: object, caller: Caller, data: bytes) -> None:
    report = with_photos(caller, data)
    response = caller.put(f"{REPORTS}/{report}/photos/{sha(data)}", data)
    assert response.status_code == 422 and response.json()["code"].startswith("photos.")


def test_a_photo_over_the_limit_is_413(noon: object, caller: Caller, settings: Settings) -> None:
    settings.CITY = replace(settings.CITY, photo_max_mb=1)
    data = b"x" * (1024 * 1024 + 1)
    report = with_photos(caller, data)
    is_problem(caller.put(f"{REPORTS}/{report}/photos/{sha(data)}", data), 413, "common.too_large")


@pytest.mark.parametrize("path", [f"0a1b2c3d-0000-4000-8000-000000000000/photos/{'a' * 64}", f"nonsense/photos/{'a' * 64}",
                                  "0a1b2c3d-0000-4000-8000-000000000000/photos/short"])  # fmt: skip
def test_a_photo_for_nothing_is_404(caller: Caller, path: str) -> None:
    is_problem(caller.put(f"{REPORTS}/{path}", picture()), 404, "common.not_found")


# Following ----------------------------------------------------------------------------------------------------------


def test_the_public_state_tells_nothing_that_was_written(small_city: object, noon: object, caller: Caller) -> None:
    given = full()
    caller.post(given)
    response = caller.get(f"{REPORTS}/{given['id']}")
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    said = response.content.decode().replace(str(given["id"]), "")  # whose digits are drawn
    for secret in (given["text"], "永安路", "王女士", "138 0013", "1380013", "138****", "receipt_code"):
        assert secret not in said


def test_by_number_only_with_the_code(noon: object, caller: Caller) -> None:
    receipt = caller.post(body()).json()
    number, code = receipt["number"], receipt["receipt_code"]
    found = caller.get(f"{REPORTS}/{number}?code={code.lower()}")
    assert found.status_code == 200 and found.json()["id"] == receipt["id"]
    for query in ("", "?code=", "?code=AAAAAAAA", "?code=%00", "?code=é", f"?code={code}x"):
        is_problem(caller.get(f"{REPORTS}/{number}{query}"), 404, "common.not_found")


@pytest.mark.parametrize("name", ["x", "0", "SB20260915-000001", "%00", "SB20260915-" + "9" * 90, "é", "a" * 5000])
def test_nonsense_is_404(caller: Caller, name: str) -> None:
    is_problem(caller.get(f"{REPORTS}/{name}?code=ABCDEFGH"), 404, "common.not_found")


def test_an_unknown_id_is_404(caller: Caller) -> None:
    is_problem(caller.get(f"{REPORTS}/{uuid.uuid4()}"), 404, "common.not_found")


def test_labels_follow_the_caller_s_language(noon: object, caller: Caller) -> None:
    given = body()
    caller.post(given)
    answer = caller.get(f"{REPORTS}/{given['id']}", **{"accept-language": "en"}).json()
    assert answer["state_label"] == "Received"


def test_head_answers_as_get_without_a_body(noon: object, caller: Caller) -> None:
    given = body()
    caller.post(given)
    response = caller.method("HEAD", f"{REPORTS}/{given['id']}")
    assert response.status_code == 200 and response.content == b""


# Staff --------------------------------------------------------------------------------------------------------------


def make(caller: Caller, count: int, **more: Any) -> list[str]:
    """``count`` reports; their ids."""
    return [caller.post(body(**more)).json()["id"] for _ in range(count)]


def test_staff_walk_all_reports_by_cursor(noon: object, caller: Caller, tokens: Callable[[str], str]) -> None:
    made = make(caller, 7)
    token, seen, cursor = tokens("office"), [], ""
    for _ in range(4):
        page = caller.get(f"{REPORTS}?limit=2{cursor}", token=token).json()
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(made) and len(set(seen)) == 7


def test_a_list_shows_only_what_the_post_reaches(
    small_city: object, noon: object, caller: Caller, tokens: Callable[[str], str]
) -> None:
    (ours,) = make(caller, 1, lat=30.002, lon=120.002)
    (theirs,) = make(caller, 1, lat=30.002, lon=120.022)
    rows = {name: [row["id"] for row in caller.get(REPORTS, token=tokens(name)).json()["items"]]
            for name in ("office", "street", "street2")}  # fmt: skip
    assert sorted(rows["office"]) == sorted([ours, theirs])
    assert rows["street"] == [ours]
    assert rows["street2"] == [theirs]


def test_a_list_narrows_by_state_and_source(noon: object, caller: Caller, tokens: Callable[[str], str]) -> None:
    make(caller, 2)
    token = tokens("office")
    assert len(caller.get(f"{REPORTS}?state=received&source=portal", token=token).json()["items"]) == 2
    assert caller.get(f"{REPORTS}?state=filed", token=token).json()["items"] == []
    assert caller.get(f"{REPORTS}?source=hotline%00", token=token).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=第一堆", ["one"]),
        ("q=堆 永安路", ["one"]),
        ("area=990101001", ["one"]),
        ("area=990101", ["two", "one"]),
        ("area=nowhere", []),
        ("category=06", ["two"]),
        ("taken=yes", ["two"]),
        ("received_from=2026-09-15", ["two"]),
        ("received_to=2026-09-14", ["one"]),
        ("received_from=2026-09-14&received_to=2026-09-15&source=portal", ["two", "one"]),
    ],
)
def test_a_list_narrows_as_the_desk_does(
    personas: dict[str, Actor], noon: datetime, caller: Caller, category: object, tokens: Callable[[str], str],
    query: str, found: list[str],
) -> None:  # fmt: skip
    token, made = tokens("office"), {}
    with clock.at(noon - timedelta(days=1)):
        (made["one"],) = make(caller, 1, text="第一堆", lat=30.002, lon=120.002, address="永安路")
    (made["two"],) = make(caller, 1, text="第二堆", lat=30.002, lon=120.022, category="06010")
    actions.file_report(actor=personas["office"], report_id=uuid.UUID(made["two"]))
    rows = caller.get(f"{REPORTS}?{query}", token=token).json()["items"]
    assert [row["id"] for row in rows] == [made[name] for name in found]


def test_a_list_holds_no_contact_data(noon: object, caller: Caller, tokens: Callable[[str], str]) -> None:
    given = full()
    caller.post(given)
    said = caller.get(REPORTS, token=tokens("office")).content.decode()
    assert "永安路" in said
    for secret in ("王女士", "138 0013 8000", "13800138000", "138****"):  # whole: three digits stand in any drawn id
        assert secret not in said


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_without_a_good_token_there_is_no_list(noon: object, caller: Caller, token: str) -> None:
    response = caller.get(REPORTS, token=token)
    is_problem(response, 401, "api.bad_token" if token else "common.sign_in")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_its_post(noon: object, caller: Caller, tokens: Callable[[str], str]) -> None:
    from chuangcheng.people.models import Post
    from chuangcheng.people.rights import forget_posts

    token = tokens("office")
    assert caller.get(REPORTS, token=token).status_code == 200
    Post.objects.filter(role="office").update(valid_to="2026-09-14")
    forget_posts()
    is_problem(caller.get(REPORTS, token=token), 401, "api.bad_token")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "value.too_small"),
        ("limit=201", "limit", "value.too_big"),
        ("limit=x", "limit", "value.not_number"),
        ("state=open", "state", "value.not_listed"),
    ],
)
def test_a_bad_query_is_named(
    noon: object, caller: Caller, tokens: Callable[[str], str], query: str, field: str, code: str
) -> None:
    problem = is_problem(caller.get(f"{REPORTS}?{query}", token=tokens("office")), 422, "common.invalid")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]


def test_a_bad_cursor_is_refused(noon: object, caller: Caller, tokens: Callable[[str], str]) -> None:
    is_problem(caller.get(f"{REPORTS}?cursor=x", token=tokens("office")), 422, "api.bad_cursor")


@pytest.mark.parametrize("persona", ["office", "street", "grid", "department"])
def test_a_list_takes_at_most_six_queries(
    noon: object, caller: Caller, tokens: Callable[[str], str], persona: str
) -> None:
    make(caller, 3, lat=30.002, lon=120.002)
    token = tokens(persona)
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(REPORTS, token=token).status_code == 200
    assert len(captured) <= 6
