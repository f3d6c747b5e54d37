"""The question whether it is a complaint, and what its sender reads afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from chuangcheng.cases import complaints
from chuangcheng.cases.states import COMPLAINT_OFFICES
from chuangcheng.kernel.complaints import PATTERN
from tests.cases.conftest import limits, play

if TYPE_CHECKING:
    from chuangcheng.cases.models import Report
    from tests.cases.play import Play

__all__ = ["limits", "play"]
pytestmark = pytest.mark.django_db
WORDS = "窗口工作人员态度恶劣"


@pytest.fixture
def complaint(play: Play) -> Report:
    return play.report(text=WORDS, complaint=True)


def page(report: Report, language: str = "zh-hans") -> str:
    client = Client(headers={"accept-language": language})
    answer = client.get(reverse("portal:track", args=[report.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_asks_by_the_servers_rule(db: None) -> None:
    said = Client().get(reverse("portal:report")).content.decode()
    assert f'data-complaint="{escape(PATTERN)}"' in said
    assert 'name="complaint" value="yes"' in said and "12388" in said


def test_it_tells_who_receives_it(complaint: Report) -> None:
    assert complaints.WAITING.zh in page(complaint)
    assert WORDS not in page(complaint)


@pytest.mark.parametrize("office", COMPLAINT_OFFICES)
def test_it_tells_where_it_went_and_how_to_follow_it(play: Play, complaint: Report, office: str) -> None:
    complaints.refer(actor=play.by["office"], report_id=complaint.pk, reason_code="complaint_unit", office=office)
    said = page(complaint)
    assert complaints.FOLLOW[office].zh in said
    assert "已转交" in said and "转交有权处理的部门" in said
    assert "撤回这件上报" not in said


def test_an_ordinary_report_says_nothing_of_it(play: Play) -> None:
    said = page(play.report())
    assert complaints.WAITING.zh not in said


def test_what_was_cleared_is_an_ordinary_report_again(play: Play, complaint: Report) -> None:
    complaints.clear(actor=play.by["office"], report_id=complaint.pk)
    assert complaints.WAITING.zh not in page(complaint)
    assert "待受理" in page(complaint)


def test_every_office_has_its_sentence_in_both_languages() -> None:
    assert set(complaints.FOLLOW) == set(COMPLAINT_OFFICES)
    for label in (*complaints.FOLLOW.values(), complaints.WAITING):
        assert label.zh and label.en.isascii()
