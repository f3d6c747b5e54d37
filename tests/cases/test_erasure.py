"""Names and phones of reporters go when report and case have been over for long enough; nothing else goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from chuangcheng.cases import actions
from chuangcheng.cases.actions import privacy
from chuangcheng.cases.effects import erase_contacts
from chuangcheng.cases.models import Report
from chuangcheng.cases.projections import check_reports
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from tests.cases.play import Play
from tests.conftest import NOON

CONTACT = {"contact_name": "欧阳某某", "contact_phone": "13912345678"}
LATER = NOON + timedelta(days=200)


def erase(moment: object = LATER) -> int:
    return privacy.erase_contacts(ended_before=moment - timedelta(days=180))  # type: ignore[operator]


def has_contact(report: Report) -> bool:
    report.refresh_from_db()
    return bool(bytes(report.contact_cipher)) or bool(report.contact_index)


def test_the_contact_of_a_closed_case_goes_and_history_says_so(play: Play) -> None:
    report = play.report(**CONTACT)
    case = actions.file_report(actor=play.by["office"], report_id=report.id, category_code="06010")
    actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="mistake")
    assert erase(NOON + timedelta(days=100)) == 0
    assert has_contact(report)
    assert erase() == 1
    assert not has_contact(report)
    event = events_of("report", report.id).latest("seq")
    assert event.action == "report.contact_erased"
    assert "contact" not in str(event.after)
    assert erase() == 0
    assert list(check_reports()) == []
    contact = actions.see_contact(actor=play.by["office"], report_id=report.id)
    assert (contact.name, contact.phone) == ("", "")


@pytest.mark.parametrize("state", ["received", "pending_confirm", "filed", "linked"])
def test_what_is_under_way_keeps_its_contact(play: Play, state: str) -> None:
    report = play.report_in(state)
    Report.objects.filter(pk=report.pk).update(contact_index="x" * 64, contact_cipher=b"secret")
    assert erase() == 0
    assert has_contact(report)


@pytest.mark.parametrize("state", ["withdrawn", "not_accepted"])
def test_what_ended_without_a_case_loses_it(play: Play, state: str) -> None:
    report = play.report_in(state)
    Report.objects.filter(pk=report.pk).update(contact_index="x" * 64, contact_cipher=b"secret")
    assert erase() == 1
    assert not has_contact(report)


def test_a_look_starts_the_time_anew(play: Play) -> None:
    report = play.report(**CONTACT)
    actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="unclear")
    with clock.at(LATER - timedelta(days=30)):
        actions.see_contact(actor=play.by["office"], report_id=report.id)
    assert erase() == 0
    assert erase(LATER + timedelta(days=180)) == 1


def test_the_duty_works_in_portions_until_none_is_left(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "PORTION", 2)
    for _ in range(5):
        report = play.report(**CONTACT)
        actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="unclear")
    with clock.at(LATER):
        erase_contacts()
    assert not Report.objects.exclude(contact_index="").exists()


def test_no_table_holds_the_cipher_afterwards(play: Play) -> None:
    report = play.report(**CONTACT)
    actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="unclear")
    cipher = bytes(Report.objects.get(pk=report.pk).contact_cipher)
    assert erase() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT after FROM history_event")
        assert not any(cipher.decode() in str(row) for row in cursor.fetchall())
