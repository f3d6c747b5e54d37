"""Candidates side by side on the desk: linked or merged with one click, or told apart for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case, Report
from tests.cases.play import OTHER_STREET, Play, picture

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]


def page(name: str, row: Case | Report) -> str:
    return reverse(f"desk:{name}", args=[row.pk])


def test_a_waiting_report_shows_them_with_reasons_and_is_linked_by_a_click(as_persona: Sign, play: Play) -> None:
    case, report = play.handling(), play.report()
    actions.add_photo(actor=play.by["street"], case_id=case.pk, role="evidence", data=picture())
    client = as_persona("office")
    html = client.get(page("report", report)).content.decode()
    assert ("可能是同一问题" in html and case.number in html and "1 米内" in html) or "0 米内" in html
    assert "/photos/" in html
    link = reverse("desk:report_move", args=[report.pk, "link"])
    assert client.post(link, {"number": case.number}).status_code == 302
    assert Report.objects.get(pk=report.pk).case_id == case.pk
    assert "可能是同一问题" not in client.get(page("report", report)).content.decode()


def test_told_apart_it_is_gone(as_persona: Sign, play: Play) -> None:
    case, report = play.filed(), play.report()
    client = as_persona("office")
    assert client.post(page("report_apart", report), {"case": str(case.pk)}).status_code == 302
    assert case.number not in client.get(page("report", report)).content.decode().split("经过")[0]
    assert client.post(page("report_apart", report), {"case": "nonsense"}).status_code == 404
    assert client.get(page("report_apart", report)).status_code == 405


def test_a_case_has_its_page_of_like_cases(as_persona: Sign, play: Play) -> None:
    case, other, far = play.filed(), play.filed(), play.filed(**OTHER_STREET)
    client = as_persona("office")
    assert page("case_alike", case) in client.get(page("case", case)).content.decode()
    html = client.get(page("case_alike", case)).content.decode()
    assert other.number in html and far.number not in html
    assert client.post(page("case_apart", case), {"case": str(other.pk)}).status_code == 302
    assert "附近没有相似的在办案件" in client.get(page("case_alike", case)).content.decode()


@pytest.mark.parametrize("persona", ["street", "leader", "inspector"])
def test_others_are_not_asked(as_persona: Sign, play: Play, persona: str) -> None:
    case, report = play.dispatched(), play.report()
    client = as_persona(persona)
    assert client.get(page("case_alike", case)).status_code == 403
    assert client.post(page("case_apart", case), {"case": str(case.pk)}).status_code == 403
    assert client.post(page("report_apart", report), {"case": str(case.pk)}).status_code == 403
    assert page("case_alike", case) not in client.get(page("case", case)).content.decode()
