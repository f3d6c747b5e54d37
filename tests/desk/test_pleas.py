"""A reporter says that the trouble is still there: the office is told, sees it on its first page, and decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case, Report
from chuangcheng.history import sweep
from chuangcheng.notices.models import Notice
from tests.cases.conftest import limits, play  # noqa: F401
from tests.cases.play import LITTER, Play

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]


@pytest.fixture
def closed(play: Play) -> Report:  # noqa: F811
    """A citizen's report whose case has just been closed."""
    by = play.by
    case = actions.file_report(actor=by["office"], report_id=play.report().pk, category_code=LITTER)
    actions.dispatch_case(actor=by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=by["street"], case_id=case.pk)
    play.prove(case)
    actions.handle_case(actor=by["street"], case_id=case.pk, outcome="fixed")
    actions.verify_case(actor=by["inspector"], case_id=case.pk)
    actions.close_case(actor=by["office"], case_id=case.pk)
    return Report.objects.get(case=case)


@pytest.fixture
def pleaded(closed: Report) -> Report:
    """It is still there."""
    return actions.ask_reopen(report_id=closed.pk, code=actions.code_of(closed.pk), words="第二天又堆满了")


def page(report: Report) -> str:
    return reverse("desk:report", args=[report.pk])


def move(report: Report, name: str) -> str:
    return reverse("desk:report_move", args=[report.pk, name])


def test_the_office_is_told(pleaded: Report) -> None:
    sweep.drain()
    notice = Notice.objects.get(topic="report.reopen_asked")
    assert notice.person.username == "office" and notice.url == page(pleaded)


def test_it_lies_on_the_first_page_of_who_decides_and_of_nobody_else(as_persona: Sign, pleaded: Report) -> None:
    first = as_persona("office").get(reverse("desk:home")).content.decode()
    assert pleaded.number in first and "要求重办" in first
    assert pleaded.number not in as_persona("inspector").get(reverse("desk:home")).content.decode()
    listed = as_persona("office").get(reverse("desk:reports"), {"plea": "asked"}).content.decode()
    assert pleaded.number in listed
    assert pleaded.number not in as_persona("office").get(reverse("desk:reports"), {"plea": "granted"}).content.decode()


def test_its_page_shows_the_words_and_both_buttons(as_persona: Sign, pleaded: Report) -> None:
    shown = as_persona("office").get(page(pleaded)).content.decode()
    assert "第二天又堆满了" in shown and "同意重办" in shown and "不予重办" in shown
    watched = as_persona("inspector").get(page(pleaded)).content.decode()
    assert "第二天又堆满了" in watched and "同意重办" not in watched


def test_granted_by_the_button(as_persona: Sign, pleaded: Report) -> None:
    assert as_persona("office").post(move(pleaded, "grant_reopen")).status_code == 302
    assert Case.objects.get(pk=pleaded.case_id).state == "filed"
    assert "同意重办" not in _buttons(as_persona("office").get(page(pleaded)).content.decode())


def _buttons(shown: str) -> str:
    return shown.partition('class="page__acts"')[2].partition("</div>")[0]


def test_declined_with_a_reason_that_the_citizen_reads(as_persona: Sign, client: Client, pleaded: Report) -> None:
    office = as_persona("office")
    assert office.post(move(pleaded, "decline_reopen"), {}).status_code == 422
    assert office.post(move(pleaded, "decline_reopen"), {"reason_code": "found_done"}).status_code == 302
    told = client.get(reverse("portal:track", args=[pleaded.pk])).content.decode()
    assert "经复查，问题已经解决" in told


@pytest.mark.parametrize("persona", ["street", "inspector", "grid"])
def test_others_cannot_decide(as_persona: Sign, pleaded: Report, persona: str) -> None:
    assert as_persona(persona).post(move(pleaded, "grant_reopen")).status_code in {403, 409, 422}
    pleaded.refresh_from_db()
    assert pleaded.plea_state == "asked"


def test_the_rating_stands_on_the_page_of_the_report(as_persona: Sign, closed: Report) -> None:
    actions.rate_report(report_id=closed.pk, code=actions.code_of(closed.pk), stars=4, words="办得快")
    shown = as_persona("office").get(page(closed)).content.decode()
    assert "上报人评价 4 分" in shown and "办得快" in shown
