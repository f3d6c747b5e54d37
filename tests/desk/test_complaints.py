"""The pages on which complaints about staff or a unit are passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from chuangcheng.history.selectors import events_of
from tests.cases.test_alarms import reported, shot
from tests.desk.test_evidence import is_photo

if TYPE_CHECKING:
    from django.test import Client

    from chuangcheng.cases.models import Report
    from tests.cases.play import Play

    Sign = Callable[[str], Client]

pytestmark = pytest.mark.django_db
WORDS = "窗口工作人员态度恶劣，李科长13812345678"
OTHERS = ("leader", "district", "street", "department", "community", "grid", "inspector", "auditor", "subcommand")


@pytest.fixture
def complaint(play: Play) -> Report:
    return play.report(text=WORDS, complaint=True, contact_phone="13900001111")


def test_its_receiver_reads_it_whole(as_persona: Sign, complaint: Report) -> None:
    client = as_persona("office")
    assert complaint.number in client.get(reverse("desk:complaints")).content.decode()
    page = client.get(reverse("desk:complaint", args=[complaint.pk]))
    assert WORDS in page.content.decode() and "13900001111" not in page.content.decode()
    assert [move.name for move in page.context["moves"]] == ["refer", "clear_complaint"]
    shown = client.post(reverse("desk:complaint_contact", args=[complaint.pk])).content.decode()
    assert "13900001111" in shown


@pytest.mark.parametrize("persona", OTHERS)
def test_nobody_else_finds_a_trace(as_persona: Sign, complaint: Report, persona: str) -> None:
    client = as_persona(persona)
    for name, args in (
        ("desk:complaints", []), ("desk:complaint", [complaint.pk]), ("desk:report", [complaint.pk]),
        ("desk:complaint_move", [complaint.pk, "refer"]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=args)).status_code in {403, 404}, name
    for name in ("desk:reports", "desk:home", "desk:history"):
        assert complaint.number not in client.get(reverse(name)).content.decode(), name
        assert str(complaint.pk) not in client.get(reverse(name)).content.decode(), name


def test_the_office_does_not_meet_it_among_reports_either(as_persona: Sign, complaint: Report) -> None:
    client = as_persona("office")
    listed = client.get(reverse("desk:reports"), {"q": "态度"}).content.decode()
    assert complaint.number not in listed
    exported = client.get(reverse("desk:reports"), {"export": "csv"})
    assert complaint.number not in b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]
    assert client.get(reverse("desk:report", args=[complaint.pk])).status_code == 404
    assert "export=" not in client.get(reverse("desk:complaints")).content.decode()


def test_passing_on_tells_the_sender(as_persona: Sign, complaint: Report) -> None:
    client = as_persona("office")
    url = reverse("desk:complaint_move", args=[complaint.pk, "refer"])
    assert client.post(url, {"reason_code": "complaint_staff"}).status_code == 422
    assert client.post(url, {"reason_code": "complaint_staff", "office": "discipline"}).status_code == 302
    page = client.get(reverse("desk:complaint", args=[complaint.pk]))
    assert page.context["moves"] == [] and "纪检监察机关" in page.content.decode()
    assert "138****5678" in page.content.decode()
    assert complaint.number in client.get(reverse("desk:complaints")).content.decode()


def test_what_is_no_complaint_is_triaged(as_persona: Sign, complaint: Report) -> None:
    client = as_persona("office")
    done = client.post(reverse("desk:complaint_move", args=[complaint.pk, "clear_complaint"]), follow=True)
    assert done.redirect_chain[-1][0] == reverse("desk:report", args=[complaint.pk])
    assert done.status_code == 200
    assert client.get(reverse("desk:complaint_move", args=[complaint.pk, "file"])).status_code == 404


def test_triage_passes_a_report_on_or_hands_it_over(as_persona: Sign, play: Play) -> None:
    one, two = play.report(text=WORDS), play.report(text=WORDS)
    given = {"reason_code": "complaint_unit", "office": "petition"}
    sent = as_persona("office").post(reverse("desk:report_move", args=[one.pk, "refer"]), given)
    assert sent.headers["Location"] == reverse("desk:reports")
    assert as_persona("district").post(reverse("desk:report_move", args=[two.pk, "refer"]), given).status_code in (
        403, 422,
    )  # fmt: skip
    assert as_persona("district").post(reverse("desk:report_move", args=[two.pk, "flag_complaint"])).status_code == 302
    assert as_persona("district").get(reverse("desk:report", args=[two.pk])).status_code == 404
    two.refresh_from_db()
    assert two.complaint and events_of("report", two.pk).filter(action="report.complaint_flagged").exists()


def test_its_photos_are_its_receivers(as_persona: Sign, play: Play) -> None:
    from chuangcheng.cases import complaints
    from chuangcheng.photos import selectors as photos

    report = reported(play, shot("one"))
    complaints.flag(actor=play.by["office"], report_id=report.pk)
    photo = photos.of(("report", report.pk)).get()
    own, ordinary = (reverse(f"desk:{name}_photo", args=[report.pk, photo.pk]) for name in ("complaint", "report"))
    assert is_photo(as_persona("office"), own)
    assert as_persona("office").get(ordinary).status_code == 404
    assert as_persona("street").get(own).status_code == 403
