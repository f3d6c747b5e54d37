"""Entry on behalf: whatever came in by telephone, letter or newspaper lands in the one inbox, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Order, Provenance, Report
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from tests.cases.play import LITTER, POINT, Play, picture

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]
NEW = "/desk/reports/new/"


def form(**more: Any) -> dict[str, Any]:
    values = {"id": str(uuid4()), "source": "hotline", "text": "路边有一堆垃圾", "number": "", "reply_due_at": "",
              "medium": "", "published_on": "", "link": "", "category": "", "address": "", "lat": "", "lon": "",
              "observed_at": "", "contact_name": "", "contact_phone": ""}  # fmt: skip
    return {**values, **more}


def shot() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", picture(), "image/jpeg")


@pytest.fixture
def clerk(as_persona: Sign, play: Play) -> Client:
    versions.bump("framework")
    return as_persona("office")


class TestEntered:
    def test_a_call_with_everything(self, clerk: Client) -> None:
        sent = form(
            number="GZ-1", reply_due_at="2026-09-20T18:00", category=LITTER, address="永安路1号", **POINT,
            observed_at="2026-09-15T11:00", contact_name="王女士", contact_phone="13800001111", photos=[shot(), shot()],
        )  # fmt: skip
        answer = clerk.post(NEW, sent)
        report = Report.objects.get()
        assert answer["Location"] == reverse("desk:report", args=[report.pk])
        assert (report.source, report.external_number, report.state) == ("hotline", "GZ-1", "received")
        assert (report.category.code, report.address, report.reporter) == (LITTER, "永安路1号", None)
        assert report.division_path.startswith("990100/990101/")
        assert (report.photos_declared, report.photos_missing) == (2, 0)
        assert b"138000" not in bytes(report.contact_cipher)
        order = Order.objects.get(report=report)
        assert (order.number, order.due_at.isoformat()) == ("GZ-1", "2026-09-20T10:00:00+00:00")
        page = clerk.get(reverse("desk:report", args=[report.pk])).content.decode()
        assert "GZ-1" in page
        assert "王女士" not in page

    def test_a_newspaper_with_its_link(self, clerk: Client) -> None:
        sent = form(source="media", medium="云岭晚报", published_on="2026-09-14", link="https://news.example/1?a=b")
        clerk.post(NEW, sent)
        told = Provenance.objects.get()
        assert (told.medium, told.published_on.isoformat(), told.link) == ("云岭晚报", "2026-09-14", sent["link"])
        assert Order.objects.count() == 0
        page = clerk.get(reverse("desk:report", args=[told.pk])).content.decode()
        assert "云岭晚报" in page
        assert 'rel="noreferrer noopener"' in page

    def test_a_suggestion_of_deputies_is_an_order_of_its_own(self, clerk: Client) -> None:
        clerk.post(NEW, form(source="deputies", number="2026-118", medium="不属于它"))
        assert Order.objects.values_list("source", "number").get() == ("deputies", "2026-118")
        assert Provenance.objects.count() == 0

    @pytest.mark.parametrize("source", actions.ON_BEHALF)
    def test_every_source_lands_in_the_one_inbox(self, clerk: Client, source: str) -> None:
        clerk.post(NEW, form(source=source))
        report = Report.objects.get()
        for query in (f"?source={source}", "?state=received"):
            assert report.number in clerk.get(f"/desk/reports/{query}").content.decode()
        other = "grid"
        assert report.number not in clerk.get(f"/desk/reports/?source={other}").content.decode()

    def test_sent_twice_it_is_one(self, clerk: Client) -> None:
        sent = form(number="1")
        photo = picture()
        for _ in range(2):
            answer = clerk.post(NEW, {**sent, "photos": [SimpleUploadedFile("a.jpg", photo, "image/jpeg")]})
            assert answer.status_code == 302
        assert Report.objects.count() == Order.objects.count() == 1

    def test_no_more_than_that_is_asked(self, clerk: Client) -> None:
        page = clerk.get(NEW).content.decode()
        assert "代录上报" in page
        assert page.count("可不填") >= 8


class TestRefused:
    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"text": " "}, "必填"), ({"source": "portal"}, "source"), ({"link": "javascript:alert(1)", "source": "media"}, "http"),
            ({"published_on": "2999-01-01", "source": "media"}, "不能晚于今天"), ({"lat": "95", "lon": "120"}, "−90"),
            ({"lat": "30"}, "同时填写"), ({"contact_phone": "abc"}, "电话号码有误"),
            ({"observed_at": "2999-01-01T00:00"}, "不能晚于现在"), ({"reply_due_at": "2020-01-01T00:00"}, "应晚于现在"),
            ({"category": "x"}, "category"), ({"id": "x"}, "id"),
        ],
    )  # fmt: skip
    def test_each_fault_is_said_at_its_field(self, clerk: Client, wrong: dict[str, str], said: str) -> None:
        answer = clerk.post(NEW, form(**wrong))
        assert answer.status_code == 422
        assert "路边有一堆垃圾" in answer.content.decode() or wrong.get("text")
        if said.isascii() and said != "http":
            assert said in answer.context["form"].errors
        else:
            assert said in answer.content.decode() or said == "必填"
        assert Report.objects.count() == 0

    def test_a_bad_photo_keeps_nothing(self, clerk: Client) -> None:
        bad = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
        answer = clerk.post(NEW, form(photos=[shot(), bad]))
        assert answer.status_code == 422
        assert answer.context["form"].errors["photos"]
        assert Report.objects.count() == 0

    def test_a_number_that_is_known(self, clerk: Client) -> None:
        clerk.post(NEW, form(number="1"))
        answer = clerk.post(NEW, form(number="1", text="又一次"))
        assert "已经导入过" in answer.content.decode()
        assert Report.objects.count() == 1

    def test_the_same_id_with_other_words(self, clerk: Client) -> None:
        sent = form()
        clerk.post(NEW, sent)
        assert clerk.post(NEW, {**sent, "text": "别的"}).status_code == 422
        assert Report.objects.count() == 1

    def test_only_who_triages(self, as_persona: Sign, play: Play) -> None:
        for name, status in {"office": 200, "district": 200, "street": 403, "grid": 403, "leader": 403}.items():
            assert as_persona(name).get(NEW).status_code == status


class TestAdvice:
    def test_a_sure_suggestion_can_be_taken(self, clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from chuangcheng.cases.triage.advice import Advice
        from chuangcheng.desk.cases import entry
        from chuangcheng.framework.models import Category

        advice = Advice(Category.objects.get(code=LITTER), 0.92, (), None, None, 1)
        monkeypatch.setattr(entry, "advise_text", lambda text, source: advice if "垃圾" in text else None)
        page = clerk.post("/desk/reports/advice/", {"text": "一堆垃圾"}).content.decode()
        assert "暴露垃圾" in page
        assert f'data-value="{LITTER}"' in page
        assert clerk.post("/desk/reports/advice/", {"text": "你好"}).content.decode().strip() == ""

    def test_nothing_for_nothing(self, clerk: Client) -> None:
        assert clerk.post("/desk/reports/advice/", {"text": "  "}).content.decode().strip() == ""
        assert clerk.get("/desk/reports/advice/").status_code == 405


def test_a_limit_alone_makes_an_order_of_a_letter(clerk: Client) -> None:
    due = (clock.now() + timedelta(days=3)).astimezone(clock.CITY_ZONE).strftime("%Y-%m-%dT%H:%M")
    clerk.post(NEW, form(source="mailbox", reply_due_at=due))
    assert Order.objects.get().number == Report.objects.get().number
