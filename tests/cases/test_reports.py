"""Taking reports in: validation, idempotence, place, contact data, photos, receipt."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.actions import Declaration
from tests.cases.play import OUTSIDE, Play, given, picture


def declared(data: bytes) -> Declaration:
    return Declaration(hashlib.sha256(data).hexdigest(), "near")


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_report_is_a_row_a_history_row_and_an_outbox_row(play: Play) -> None:
    report, created = actions.create_report(actor=CITIZEN, given=given(category_code="06010"))
    assert created
    assert report.number.startswith("SB20260915-")
    assert (report.state, report.category.code) == ("received", "06010")
    event = events_of("report", report.id).get()
    assert (event.action, event.actor_label) == ("report.created", "市民")
    assert event.after["state"] == "received"
    assert Outbox.objects.get(topic="report.created").subject_id == report.id


def test_it_lies_in_its_grid(play: Play) -> None:
    report = play.report()
    assert report.grid.code == "990101001001001"
    assert report.division.name == "永安社区"
    assert report.division_path == "990100/990101/990101001/990101001001/"
    assert not report.outside_city


def test_a_place_outside_the_city_is_taken_and_flagged(play: Play) -> None:
    report = play.report(**OUTSIDE)
    assert report.outside_city
    assert (report.grid, report.division, report.division_path) == (None, None, "")


def test_no_place_is_no_place_outside(play: Play) -> None:
    assert not play.report(lat=None, lon=None).outside_city


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"text": "  "}, "text", "required"),
        ({"text": "长" * 20_001}, "text", "length"),
        ({"text": "a\0b"}, "text", "character"),
        ({"lat": 91.0}, "lat", "range"),
        ({"lat": float("nan")}, "lat", "range"),
        ({"lon": float("inf")}, "lon", "range"),
        ({"lon": None}, "lon", "required"),
        ({"lat": None}, "lat", "required"),
        ({"address": "路" * 201}, "address", "length"),
        ({"observed_at": datetime(2026, 9, 15, 12, 0)}, "observed_at", "naive_time"),
        ({"observed_at": datetime(2026, 9, 16, tzinfo=UTC)}, "observed_at", "future"),
        ({"contact_phone": "call me"}, "contact.phone", "format"),
        ({"contact_name": "名" * 61}, "contact.name", "length"),
        ({"source": "telepathy"}, "source", "choice"),
        ({"category_code": "99999"}, "category", "choice"),
        ({"photos": (Declaration("xyz", "near"),)}, "photos.0.sha256", "format"),
        ({"photos": (Declaration("a" * 64, "selfie"),)}, "photos.0.role", "choice"),
        ({"photos": (Declaration("a" * 64, "near"), Declaration("a" * 64, "far"))}, "photos", "duplicate"),
        ({"photos": tuple(Declaration(f"{n:064x}", "near") for n in range(10))}, "photos", "count"),
        ({"photos": (Declaration("a" * 64, "near", lat=95.0, lon=1.0),)}, "photos.0.lat", "range"),
        (
            {"photos": (Declaration("a" * 64, "near", taken_at=datetime(2026, 9, 15)),)},
            "photos.0.taken_at",
            "naive_time",
        ),
    ],
)
def test_a_bad_body_names_its_field(play: Play, more: dict[str, object], field: str, code: str) -> None:
    actor = SYSTEM if "source" in more else CITIZEN
    with pytest.raises(Refused) as refusal:
        actions.create_report(actor=actor, given=given(**more))
    assert code_of(refusal) == "common.invalid"
    assert [(problem.field, problem.code) for problem in refusal.value.fields] == [(field, code)]
    assert not Report.objects.exists()


def test_every_wrong_field_is_named_at_once(play: Play) -> None:
    with pytest.raises(Refused) as refusal:
        play.report(text="", lat=100.0, contact_phone="?")
    assert [problem.field for problem in refusal.value.fields] == ["text", "lat", "contact.phone"]


def test_a_phone_whose_clock_runs_a_little_ahead_is_forgiven(play: Play) -> None:
    ahead = clock.now() + timedelta(minutes=10)
    assert play.report(observed_at=ahead).observed_at == ahead


def test_the_same_again_is_the_same(play: Play) -> None:
    body = given(contact_name="李四", contact_phone="13900000000")
    first, created = actions.create_report(actor=CITIZEN, given=body)
    again, created_again = actions.create_report(actor=CITIZEN, given=body)
    assert (created, created_again) == (True, False)
    assert (again.id, again.number) == (first.id, first.number)
    assert Event.objects.count() == Outbox.objects.count() == 1


@pytest.mark.parametrize("more", [{"text": "别的"}, {"lat": 30.003}, {"contact_phone": "13900000001"}])
def test_the_same_id_with_another_body_is_refused(play: Play, more: dict[str, object]) -> None:
    body = given()
    actions.create_report(actor=CITIZEN, given=body)
    with pytest.raises(Refused) as refusal:
        actions.create_report(actor=CITIZEN, given=given(id=body.id, **more))
    assert code_of(refusal) == "common.different_body"
    assert Report.objects.get().text == body.text


def test_a_repeat_shows_the_present_state(play: Play) -> None:
    body = given()
    report, _ = actions.create_report(actor=CITIZEN, given=body)
    actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="unclear")
    again, _ = actions.create_report(actor=CITIZEN, given=body)
    assert again.state == "not_accepted"


def test_an_external_number_comes_in_once(play: Play) -> None:
    actions.create_report(actor=SYSTEM, given=given(external_source="12345", external_number="A1"))
    with pytest.raises(Refused) as refusal:
        actions.create_report(actor=SYSTEM, given=given(external_source="12345", external_number="A1"))
    assert code_of(refusal) == "report.external_taken"


def test_a_conflict_about_something_else_is_no_repeat(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.cases.actions import reports

    taken = play.report().number
    monkeypatch.setattr(reports, "take", lambda prefix, moment: taken)
    with pytest.raises(IntegrityError):
        play.report()
    assert Report.objects.count() == Outbox.objects.count() == 1


def test_any_rfc_9562_id_will_do(play: Play) -> None:
    theirs = uuid4()
    assert play.report(id=theirs).id == theirs


def test_creating_reads_nothing(play: Play) -> None:
    play.report(category_code="06010")  # loads the caches and takes a block of numbers
    with CaptureQueriesContext(connection) as captured:
        play.report(category_code="06010")
    verbs = [query["sql"].split()[0] for query in captured.captured_queries]
    assert [verb for verb in verbs if verb not in ("SAVEPOINT", "RELEASE")] == ["INSERT"] * 3


def test_contact_data_are_encrypted_and_found_blind(play: Play) -> None:
    report = play.report(contact_name="李四", contact_phone="139 0000 0000")
    stored = Report.objects.get()
    assert "李四".encode() not in bytes(stored.contact_cipher)
    assert b"13900000000" not in bytes(stored.contact_cipher)
    same = play.report(contact_phone="13900000000")
    assert same.contact_index == report.contact_index != ""
    history = "".join(str(event.after) for event in Event.objects.all())
    assert "李四" not in history
    assert "路边" not in history


def test_no_contact_leaves_nothing(play: Play) -> None:
    report = play.report()
    assert (bytes(report.contact_cipher), report.contact_index) == (b"", "")


def test_each_look_at_the_contact_is_history(play: Play) -> None:
    report = play.report(contact_name="李四", contact_phone="13900000000")
    contact = actions.see_contact(actor=play.by["office"], report_id=report.id)
    assert contact == actions.Contact("李四", "13900000000")
    look = events_of("report", report.id).last()
    assert (look.action, look.actor_person) == ("report.contact_seen", play.by["office"].person_id)


@pytest.mark.parametrize("persona", ["leader", "district", "street", "grid", "inspector", "auditor", "department"])
def test_few_see_the_contact(play: Play, persona: str) -> None:
    report = play.report(contact_name="李四")
    with pytest.raises(Refused) as refusal:
        actions.see_contact(actor=play.by[persona], report_id=report.id)
    assert code_of(refusal) == "common.not_allowed"
    assert events_of("report", report.id).count() == 1


def test_a_citizen_reports_through_the_portal_only(play: Play) -> None:
    with pytest.raises(Refused) as refusal:
        actions.create_report(actor=CITIZEN, given=given(source="hotline"))
    assert code_of(refusal) == "common.not_allowed"


@pytest.mark.parametrize("persona", ["office", "district", "department", "street", "community", "grid", "inspector"])
def test_staff_report(play: Play, persona: str) -> None:
    report, _ = actions.create_report(actor=play.by[persona], given=given(source="grid"))
    assert report.reporter_id == play.by[persona].person_id


@pytest.mark.parametrize("persona", ["leader", "subcommand", "auditor"])
def test_who_only_looks_does_not_report(play: Play, persona: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.create_report(actor=play.by[persona], given=given(source="grid"))
    assert code_of(refusal) == "common.not_allowed"


def test_a_report_is_complete_when_the_last_photo_is_there(play: Play) -> None:
    near, far = picture(), picture()
    report = play.report(photos=(declared(near), declared(far)))
    assert (report.photos_declared, report.photos_missing) == (2, 2)
    for left, data in ((1, near), (1, near), (0, far), (0, far)):
        sha256 = hashlib.sha256(data).hexdigest()
        assert actions.ingest_photo(report_id=report.id, sha256=sha256, data=data).photos_missing == left
    assert [event.action for event in events_of("report", report.id)] == [
        "report.created", "report.photo_stored", "report.photo_stored",
    ]  # fmt: skip
    assert Outbox.objects.filter(topic="report.completed").count() == 1


def test_an_undeclared_photo_or_unknown_report_is_refused(play: Play) -> None:
    data = picture()
    sha256 = hashlib.sha256(data).hexdigest()
    with pytest.raises(Refused) as refusal:
        actions.ingest_photo(report_id=play.report().id, sha256=sha256, data=data)
    assert code_of(refusal) == "photos.undeclared"
    with pytest.raises(Refused) as refusal:
        actions.ingest_photo(report_id=uuid4(), sha256=sha256, data=data)
    assert code_of(refusal) == "common.not_found"


def test_the_receipt_withdraws(play: Play) -> None:
    report = play.report()
    code = actions.code_of(report.id)
    assert actions.withdraw_report(report_id=report.id, code=f" {code.lower()} ").state == "withdrawn"


def test_a_wrong_code_withdraws_nothing(play: Play) -> None:
    report = play.report()
    for code in ("", "AAAAAAAA", actions.code_of(uuid4()), "码"):
        with pytest.raises(Refused) as refusal:
            actions.withdraw_report(report_id=report.id, code=code)
        assert code_of(refusal) == "report.wrong_code"
    with pytest.raises(Refused) as refusal:
        actions.withdraw_report(report_id=uuid4(), code="AAAAAAAA")
    assert code_of(refusal) == "common.not_found"


def test_a_citizen_objects_once(play: Play) -> None:
    report = play.refused()
    code = actions.code_of(report.id)
    back = actions.object_to_refusal(report_id=report.id, code=code)
    assert (back.state, back.objected, back.reason_code) == ("received", True, "unclear")
    actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="untrue")
    with pytest.raises(Refused) as refusal:
        actions.object_to_refusal(report_id=report.id, code=code)
    assert code_of(refusal) == "report.objected_already"


def test_the_public_finds_it_by_link_or_by_number_and_code(play: Play) -> None:
    report = play.report()
    code = actions.code_of(report.id)
    assert selectors.public_report(report.id) == report
    assert selectors.public_report_by_number(report.number, code) == report
    for number, wrong in ((report.number, "AAAAAAAA"), ("SB20260915-999999", code)):
        with pytest.raises(Refused) as refusal:
            selectors.public_report_by_number(number, wrong)
        assert code_of(refusal) == "common.not_found"
    with pytest.raises(Refused):
        selectors.public_report(uuid4())
