"""What the code at a window opens."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chuangcheng.cases.models import Report
from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.models import Site, Voice
from tests.cases.conftest import limits  # noqa: F401
from tests.cases.test_window_work import make_window


@pytest.fixture
def window(small_city: Any, noon: Any, limits: None) -> Site:  # noqa: F811
    return make_window(small_city)


def send(site: Site, **more: str) -> Any:
    form = {"id": str(new_id()), "tone": "complaint", "aspect": "manner", "about": "service", "text": "没人理", **more}
    return Client().post(f"/window/{site.pk}/", form)


def test_the_page_asks_and_says_who_will_handle_it(window: Site) -> None:
    html = Client().get(f"/window/{window.pk}/").content.decode()
    for word in ("河东便民大厅", "服务态度", "投诉处理", "无障碍服务", "东山区创城办", "不会转给本窗口的工作人员"):
        assert word in html, word


def test_a_complaint_comes_back_with_number_and_code(window: Site) -> None:
    answer = send(window, name="王某", phone="13800138000")
    report = Report.objects.get()
    assert answer.status_code == 200 and report.number in answer.content.decode() and len(answer.context["code"]) == 8
    assert report.privacy_version
    assert Client().get(f"/track/{report.pk}/").status_code == 200


def test_praise_needs_no_words(window: Site) -> None:
    answer = send(window, tone="praise", text="")
    assert "已记下" in answer.content.decode() and Voice.objects.get().tone == "praise"
    assert not Report.objects.exists()


def test_a_complaint_about_a_person_leaves_no_word_at_the_window(window: Site) -> None:
    html = send(window, about="staff", text="三号窗口的张某骂人").content.decode()
    report = Report.objects.get()
    for word in ("12345", "12388", "信访", "它的上级在本系统里看不到", report.number):
        assert word in html, word
    assert "张某" not in html and report.complaint and not Voice.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"tone": ""}, {"aspect": "moon"}, {"id": "x"}, {"phone": "不是电话"}, {"text": "长" * 1001}]
)
def test_nonsense_comes_back_with_what_was_written(window: Site, wrong: dict[str, str]) -> None:
    answer = send(window, **wrong)
    assert answer.status_code == 422 and answer.context["form"].errors
    assert not (Voice.objects.exists() or Report.objects.exists())


def test_no_window_no_page(small_city: Any, noon: Any) -> None:
    assert Client().get(f"/window/{new_id()}/").status_code == 404


def test_it_speaks_english(window: Site) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    html = client.get(f"/window/{window.pk}/").content.decode()
    assert "Barrier-free service" in html and "No, about service or facilities" in html
