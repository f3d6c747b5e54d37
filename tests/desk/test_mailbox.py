"""The page of the mailbox: what was taken, what a person has to look at, and whether the server answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from chuangcheng.cases import actions
from chuangcheng.cases.mailbox import FAULTS, REASONS
from chuangcheng.cases.models import Letter, MailboxCheck
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import Play, given

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, mailbox_url="imaps://u:geheim@mail.example/"))


def shown(client: Client, query: str = "") -> str:
    return client.get(f"/desk/mailbox/{query}").content.decode()


def letter(uid: int, state: str, reason: str, at: datetime, **more: object) -> Letter:
    return Letter.objects.create(mark=str(uid), uid=uid, state=state, reason=reason, read_at=at, size=2048, **more)


def test_without_an_address_it_says_what_to_do(as_persona: Sign, play: Play) -> None:
    assert "mailbox_url" in shown(as_persona("office"))


def test_letters_and_what_needs_a_person(as_persona: Sign, play: Play, noon: datetime, set_up: None) -> None:
    report, _ = actions.create_report(actor=SYSTEM, given=given(source="mailbox"))
    letter(1, "taken", "", noon, report=report, photos_left=2)
    letter(2, "broken", "too_large", noon + timedelta(minutes=1))
    page = shown(as_persona("office"))
    for words in (report.number, "2 张图片未能收下", "邮件过大", "有 1 封信读不出"):
        assert words in page
    assert report.number not in shown(as_persona("office"), "?state=broken")
    assert "geheim" not in page


@pytest.mark.parametrize("error", FAULTS)
def test_a_server_that_fails_is_said_so(as_persona: Sign, play: Play, noon: datetime, set_up: None, error: str) -> None:
    MailboxCheck.objects.create(checked_at=noon, error=error, failing_since=noon)
    assert FAULTS[error].zh in shown(as_persona("office"))


def test_only_who_triages(as_persona: Sign, play: Play) -> None:
    assert as_persona("district").get("/desk/mailbox/").status_code == 200
    assert as_persona("street").get("/desk/mailbox/").status_code == 403


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(label.zh and label.en for label in (*REASONS.values(), *FAULTS.values()))
