"""Bad bodies: each is refused with 4xx, names its fields, and nothing reaches the action."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chuangcheng.api.schemas import ReportIn
from chuangcheng.cases.inputs import MAX_TEXT
from tests.api.conftest import REPORTS, Caller, body, is_problem

SHA = "a" * 64


@pytest.fixture(autouse=True)
def _nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise AssertionError("the action was called")

    monkeypatch.setattr("chuangcheng.cases.actions.create_report", fail)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"id": "seven"}, "id", "value.not_uuid"),
        ({"id": 7}, "id", "value.not_uuid"),
        ({"id": None}, "id", "value.not_uuid"),
        ({"text": ""}, "text", "value.bad_format"),
        ({"text": "  \n\t "}, "text", "value.bad_format"),
        ({"text": "a\x00b"}, "text", "value.bad_format"),
        ({"text": 5}, "text", "value.not_text"),
        ({"text": "长" * (MAX_TEXT + 1)}, "text", "value.too_long"),
        ({"category": "不是代码"}, "category", "value.bad_format"),
        ({"lat": 91.0, "lon": 120.0}, "lat", "value.too_big"),
        ({"lat": -91.0, "lon": 120.0}, "lat", "value.too_small"),
        ({"lat": 120.0, "lon": 30.0}, "lat", "value.swapped"),
        ({"lat": 120.0, "lon": 30.0}, "lon", "value.swapped"),
        ({"lat": 180.5, "lon": 30.0}, "lat", "value.too_big"),
        ({"lat": 30.0, "lon": -180.5}, "lon", "value.too_small"),
        ({"lat": "30.0", "lon": 120.0}, "lat", "value.not_number"),
        ({"lat": True, "lon": 120.0}, "lat", "value.not_number"),
        ({"lat": 30.0}, "lat", "value.both_or_neither"),
        ({"lon": 30.0}, "lon", "value.both_or_neither"),
        ({"address": "x" * 201}, "address", "value.too_long"),
        ({"address": "a\x00"}, "address", "value.bad_format"),
        ({"observed_at": "yesterday"}, "observed_at", "value.not_time"),
        ({"observed_at": 1758000000}, "observed_at", "value.not_time"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, "observed_at", "value.future"),
        ({"observed_at": "1999-01-01T00:00:00Z"}, "observed_at", "value.too_old"),
        ({"observed_at": "0001-01-01T00:00:00+14:00"}, "observed_at", "value.too_old"),
        ({"observed_at": "9999-12-31T23:59:59-14:00"}, "observed_at", "value.future"),
        ({"contact": {"name": "x" * 61}}, "contact.name", "value.too_long"),
        ({"contact": {"phone": "call me"}}, "contact.phone", "value.bad_format"),
        ({"contact": {"mail": "a@b.c"}}, "contact.mail", "value.unknown"),
        ({"contact": []}, "contact", "value.not_object"),
        ({"photos": {}}, "photos", "value.not_list"),
        ({"photos": [{"sha256": SHA}]}, "photos.0.role", "value.required"),
        ({"photos": [{"sha256": "A" * 64, "role": "near"}]}, "photos.0.sha256", "value.bad_format"),
        ({"photos": [{"sha256": SHA, "role": "selfie"}]}, "photos.0.role", "value.not_listed"),
        ({"photos": [{"sha256": SHA, "role": "near", "lat": 1.0}]}, "photos.0.lat", "value.both_or_neither"),
        ({"photos": [{"sha256": SHA, "role": "near", "lat": 120.0, "lon": 30.0}]}, "photos.0.lon", "value.swapped"),
        ({"photos": [{"sha256": SHA, "role": "near"}] * 2}, "photos", "value.repeated"),
        ({"photos": [{"sha256": f"{n:064x}", "role": "near"} for n in range(10)]}, "photos", "value.too_many"),
        ({"obsreved_at": "2026-09-15T04:00:00Z"}, "obsreved_at", "value.unknown"),
    ],
)
def test_a_bad_value_is_named(caller: Caller, change: dict[str, Any], field: str, code: str) -> None:
    problem = is_problem(caller.post(body(**change)), 422, "common.invalid")
    assert (field, code) in {(error["field"], error["code"]) for error in problem["errors"]}
    assert all(error["message"] and "{" not in error["message"] for error in problem["errors"])


@pytest.mark.parametrize("missing", ["id", "text"])
def test_a_missing_field_is_named(caller: Caller, missing: str) -> None:
    given = body()
    del given[missing]
    problem = is_problem(caller.post(given), 422, "common.invalid")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(missing, "value.required")]


def test_all_bad_fields_are_named_at_once_in_english_too(caller: Caller) -> None:
    response = caller.post(body(id="x", text="", lat=900), **{"accept-language": "en"})
    problem = is_problem(response, 422, "common.invalid")
    assert {error["field"] for error in problem["errors"]} == {"id", "text", "lat"}
    assert "must be a UUID" in {error["message"] for error in problem["errors"]}


@pytest.mark.parametrize("place", ["observed_at", "photos.0.taken_at"])
def test_a_naive_time_is_refused_by_its_own_code(caller: Caller, place: str) -> None:
    naive = "2026-09-15T12:00:00"
    given = body(observed_at=naive) if place == "observed_at" else body(
        photos=[{"sha256": SHA, "role": "near", "taken_at": naive}]
    )  # fmt: skip
    problem = is_problem(caller.post(given), 422, "common.naive_time")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(place, "common.naive_time")]
    assert naive in problem["detail"]


def test_a_naive_time_beside_another_slip_is_one_of_two(caller: Caller) -> None:
    problem = is_problem(caller.post(body(observed_at="2026-09-15T12:00:00", text="")), 422, "common.invalid")
    assert {error["code"] for error in problem["errors"]} == {"common.naive_time", "value.bad_format"}


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"not json", b"\xff\xfe", b'{"id": NaNN}', b"[" * 100_000, b'{"text": "\x01"}', b'{"a":1,}']
)
def test_what_is_not_json_is_400(caller: Caller, raw: bytes) -> None:
    is_problem(caller.post(raw), 400, "api.not_json")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"null", b"5", b"true"])
def test_json_that_is_no_object_is_422(caller: Caller, raw: bytes) -> None:
    problem = is_problem(caller.post(raw), 422, "common.invalid")
    assert problem["errors"][0]["code"] == "value.not_object"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1" + "0" * 400])
def test_a_number_beyond_numbers_is_refused(caller: Caller, number: str) -> None:
    raw = json.dumps(body(lat=0, lon=0)).replace('"lat": 0', f'"lat": {number}').encode()
    is_problem(caller.post(raw), 422, "common.invalid")


def test_a_lone_surrogate_is_refused_by_content(caller: Caller) -> None:
    raw = json.dumps(body()).replace('"text": "', '"text": "\\ud800').encode()
    problem = is_problem(caller.post(raw), 422, "common.invalid")
    assert problem["errors"][0]["code"] == "value.not_encodable"


def test_a_body_over_the_limit_is_not_read(caller: Caller) -> None:
    problem = is_problem(caller.post(b" " * (256 * 1024 + 1)), 413, "common.too_large")
    assert "256 KB" in problem["detail"]


def test_a_body_of_unknown_length_is_refused() -> None:
    from django.test import RequestFactory

    from chuangcheng.api.body import read
    from chuangcheng.kernel.problems import Refused

    request = RequestFactory().post("/", b"", content_type="application/json")
    request.META.pop("CONTENT_LENGTH", None)
    request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    with pytest.raises(Refused, match=r"api\.length_required"):
        read(request, 10)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
                    max_leaves=20))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_json_at_all_is_judged_without_breaking(value: Any) -> None:
    try:
        ReportIn.model_validate_json(json.dumps(value))
    except ValidationError as error:
        assert error.errors()


@given(st.datetimes(timezones=st.timezones()))
@settings(max_examples=150, deadline=None)
def test_times_are_kept_in_utc_and_within_reason(moment: datetime) -> None:
    raw = json.dumps({"id": "0190a0c0-0000-7000-8000-000000000001", "text": "x", "observed_at": moment.isoformat()})
    try:
        kept = ReportIn.model_validate_json(raw).observed_at
    except ValidationError:
        return
    assert kept is not None
    assert kept.tzinfo is UTC
    assert kept <= datetime.now(UTC) + timedelta(minutes=16)


def test_paths_of_other_routes_do_not_take_a_report(caller: Caller) -> None:
    is_problem(caller.post(body(), path=f"{REPORTS}/x"), 405, "api.method_not_allowed")
