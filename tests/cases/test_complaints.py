"""A complaint about staff or a unit leaves the system: nobody but its receivers ever meets it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chuangcheng.cases import actions, board, complaints, search, selectors
from chuangcheng.cases.actions import privacy
from chuangcheng.cases.building import body_digest
from chuangcheng.cases.models import Report
from chuangcheng.cases.projections import check_reports
from chuangcheng.cases.publication import published
from chuangcheng.cases.states import COMPLAINT_OFFICES, REFERRALS
from chuangcheng.cases.triage.rows import confirmed
from chuangcheng.cli import exported
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from tests.cases.play import LITTER, given

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
WORDS = "河东街道工作人员态度恶劣，辱骂群众"


@pytest.fixture
def complaint(play: Play) -> Report:
    """As its sender marked it, with a contact."""
    return play.report(text=WORDS, complaint=True, contact_name="李某", contact_phone="13812345678")


def code(call: Callable[[], object]) -> str:
    try:
        call()
    except Refused as refused:
        return refused.code
    return ""


def test_nobody_meets_it_in_any_list(play: Play, complaint: Report) -> None:
    sweep.drain()
    now = clock.now()
    for name, actor in play.by.items():
        assert not selectors.visible_reports(actor).exists(), name
        assert not search.search(selectors.visible_reports(actor), "态度").exists(), name
        assert {todo.count for todo in board.todos(actor, now) if todo.kind == "report"} <= {0}, name
        for call in (
            lambda actor=actor: selectors.get_report_for(actor, complaint.pk),
            lambda actor=actor: actions.see_words(actor=actor, kind="report", subject_id=complaint.pk),
            lambda actor=actor: actions.ask_confirm(actor=actor, report_id=complaint.pk),
            lambda actor=actor: actions.file_report(actor=actor, report_id=complaint.pk, category_code=LITTER),
            lambda actor=actor: actions.refuse_report(actor=actor, report_id=complaint.pk, reason_code="unclear"),
        ):
            assert code(call) in {"common.not_found", "common.not_allowed"}, name


def test_only_its_receivers_reach_it(play: Play, complaint: Report) -> None:
    for name, actor in play.by.items():
        seen = complaints.visible_to(actor).exists()
        assert seen is (name == "office"), name
        assert code(lambda actor=actor: complaints.get_for(actor, complaint.pk)) == ("" if seen else "common.not_found")


def test_a_receiver_of_one_district_reaches_none(play: Play, complaint: Report, monkeypatch: Any) -> None:
    """The right counts over the whole city only: else the units above the one complained about would hold it."""
    from dataclasses import replace

    from chuangcheng.people import rights

    table = dict(rights.roles())
    table["district"] = replace(
        table["district"], permissions=frozenset({*table["district"].permissions, complaints.RIGHT})
    )
    monkeypatch.setattr(rights, "roles", lambda: table)
    assert not complaints.visible_to(play.by["district"]).exists()
    refer = code(
        lambda: complaints.refer(
            actor=play.by["district"], report_id=complaint.pk, reason_code="complaint_staff", office="hotline"
        )
    )
    assert refer == "common.not_found"


def test_it_is_in_no_export_training_publication_or_index(play: Play, complaint: Report) -> None:
    sweep.drain()
    count, rows = exported.reports()
    assert (count, list(rows)) == (0, [])
    assert not published().exists() and not confirmed().exists()
    assert list(search.check()) == []
    assert search.rebuild() == 0


def test_its_receivers_are_told_without_a_word_of_it(play: Play, complaint: Report) -> None:
    sweep.drain()
    told = Notice.objects.filter(subject_id=complaint.pk)
    assert {notice.person_id for notice in told} == {play.by["office"].person_id}
    assert all("态度" not in str(notice.text) for notice in told)


def test_triage_finds_a_complaint(play: Play) -> None:
    report = play.report(text=WORDS)
    sweep.drain()
    assert selectors.visible_reports(play.by["street"]).exists()
    complaints.flag(actor=play.by["district"], report_id=report.pk)
    assert not selectors.visible_reports(play.by["district"]).exists()
    assert complaints.visible_to(play.by["office"]).get() == report
    assert list(search.check()) == []
    assert code(lambda: complaints.flag(actor=play.by["office"], report_id=report.pk)) == "common.not_found"


def test_what_is_no_complaint_goes_back_to_triage(play: Play, complaint: Report) -> None:
    cleared = complaints.clear(actor=play.by["office"], report_id=complaint.pk)
    assert (cleared.complaint, cleared.state) == (False, "received")
    assert selectors.visible_reports(play.by["street"]).get() == complaint
    assert code(lambda: complaints.clear(actor=play.by["office"], report_id=complaint.pk)) == "state.move_refused"
    assert actions.file_report(actor=play.by["office"], report_id=complaint.pk, category_code=LITTER).state == "filed"


@pytest.mark.parametrize("office", COMPLAINT_OFFICES)
@pytest.mark.parametrize("reason", REFERRALS)
def test_it_is_passed_on_and_its_sender_told(play: Play, complaint: Report, office: str, reason: str) -> None:
    waiting = complaints.told_to_sender(complaint)
    assert waiting == complaints.WAITING
    done = complaints.refer(actor=play.by["office"], report_id=complaint.pk, reason_code=reason, office=office)
    assert (done.state, done.referred_to, done.referred_at, done.complaint) == ("referred", office, clock.now(), True)
    assert complaints.told_to_sender(done) == complaints.FOLLOW[office]
    event = events_of("report", complaint.pk).get(action="report.referred")
    assert (event.reason, event.after["referred_to"]) == (reason, office)
    assert list(check_reports()) == []


def test_an_ordinary_report_is_passed_on_in_one_step(play: Play) -> None:
    report = play.report(text=WORDS)
    sweep.drain()
    complaints.refer(actor=play.by["office"], report_id=report.pk, reason_code="complaint_unit", office="petition")
    assert not selectors.visible_reports(play.by["office"]).exists()
    assert list(search.check()) == []
    report.refresh_from_db()
    assert report.complaint


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"reason_code": "else"}, "report.unknown_reason"),
        ({"office": "street"}, "report.unknown_office"),
        ({"office": ""}, "state.missing"),
    ],
)
def test_what_is_not_complete_stays(play: Play, complaint: Report, change: dict[str, str], refusal: str) -> None:
    asked = {"reason_code": "complaint_staff", "office": "hotline", **change}
    assert code(lambda: complaints.refer(actor=play.by["office"], report_id=complaint.pk, **asked)) == refusal
    complaint.refresh_from_db()
    assert complaint.state == "received"


def test_what_is_over_is_not_passed_on(play: Play) -> None:
    report = play.refused()
    asked = {"reason_code": "complaint_staff", "office": "hotline"}
    assert code(lambda: complaints.refer(actor=play.by["office"], report_id=report.pk, **asked)) == "state.move_refused"
    assert code(lambda: complaints.flag(actor=play.by["office"], report_id=report.pk)) == "state.move_refused"


def test_its_sender_may_take_it_back(play: Play, complaint: Report) -> None:
    assert actions.withdraw_report(report_id=complaint.pk, code=actions.code_of(complaint.pk)).state == "withdrawn"


def test_a_look_at_the_contact_is_a_history_row(play: Play, complaint: Report) -> None:
    contact = complaints.see_contact(actor=play.by["office"], report_id=complaint.pk)
    assert (contact.name, contact.phone) == ("李某", "13812345678")
    assert events_of("report", complaint.pk).filter(action="report.contact_seen").count() == 1
    assert code(lambda: complaints.see_contact(actor=play.by["district"], report_id=complaint.pk)) == (
        "common.not_allowed"
    )


def test_the_contact_is_erased_on_schedule(play: Play, complaint: Report) -> None:
    complaints.refer(actor=play.by["office"], report_id=complaint.pk, reason_code="complaint_staff", office="hotline")
    later = clock.now() + timedelta(days=200)
    with clock.at(later):
        assert privacy.erase_contacts(ended_before=later - timedelta(days=180)) == 1
    complaint.refresh_from_db()
    assert bytes(complaint.contact_cipher) == b""


def test_the_words_are_covered_once_it_is_passed_on(play: Play) -> None:
    report = play.report(text=f"{WORDS}，电话13812345678", complaint=True)
    assert "13812345678" in complaints.words_of(report)
    done = complaints.refer(
        actor=play.by["office"], report_id=report.pk, reason_code="complaint_staff", office="hotline"
    )
    assert "138****5678" in complaints.words_of(done)


def test_other_systems_hear_nothing_of_it(play: Play, complaint: Report) -> None:
    from chuangcheng.cases.webhooks import _of_report
    from chuangcheng.history.models import Outbox

    row = Outbox.objects.get(topic="report.created", subject_id=complaint.pk)
    assert _of_report(row) is None
    ordinary = play.report()
    assert _of_report(Outbox.objects.get(topic="report.created", subject_id=ordinary.pk)) is not None


def test_bodies_from_before_keep_their_digests() -> None:
    asked = given()
    assert "complaint" not in asked.body()
    changed = given(id=asked.id, complaint=True)
    assert changed.body()["complaint"] is True
    assert body_digest(changed) != body_digest(asked)
