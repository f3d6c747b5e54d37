"""One's own notices, what one wants to get, the browsers that may be woken, and sending again what failed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.notices import actions, preferences
from chuangcheng.notices.models import Delivery, Device, Notice
from chuangcheng.people.models import Person
from tests.notices.test_web_push import Browser

Sign = Callable[[str], Client]
LIST, WISHES, DEVICES = "/desk/notices/", "/desk/notices/wishes/", "/desk/notices/devices/"


def tell(*names: str, key: str = "k") -> None:
    actions.notify(
        key=key, persons=Person.objects.filter(username__in=names), topic="t", subject=("case", uuid4()),
        text=Label("案件已派遣", "A case was dispatched"), url="/desk/cases/",
    )  # fmt: skip


def test_everybody_lists_the_own_notices(as_persona: Sign) -> None:
    tell("street", "grid")
    tell("street", key="k2")
    client = as_persona("street")
    assert len(client.get(LIST).context["listing"].rows) == 2
    client.get(f"/desk/notices/{Notice.objects.filter(person__username='street').earliest('created_at').pk}/")
    assert len(client.get(f"{LIST}?read=no").context["listing"].rows) == 1
    assert len(client.get(f"{LIST}?read=yes").context["listing"].rows) == 1
    assert len(as_persona("office").get(LIST).context["listing"].rows) == 0


def test_all_are_read_at_once(as_persona: Sign) -> None:
    tell("street", "grid")
    client = as_persona("street")
    assert client.get(f"{LIST}read/").status_code == 405
    assert client.post(f"{LIST}read/").url == LIST  # type: ignore[attr-defined]
    assert Notice.objects.get(read_at=None).person.username == "grid"


def test_wishes_are_kept(as_persona: Sign, personas: dict[str, Actor]) -> None:
    client = as_persona("street")
    page = client.get(WISHES)
    assert page.context["form"].initial["quiet_from"] == 22
    assert "您的账号没有邮箱地址" in page.content.decode()
    answer = client.post(WISHES, {"robot": "on", "wecom": "wang", "quiet_from": "21", "quiet_to": "8"})
    assert answer.status_code == 302
    chosen = preferences.mine(personas["street"])
    assert (chosen.mail, chosen.robot, chosen.wecom, chosen.quiet_from) == (False, True, "wang", 21)
    assert 'value="wang"' in client.get(WISHES).content.decode()
    assert preferences.mine(personas["grid"]) == preferences.DEFAULT


@pytest.mark.parametrize("more", [{"quiet_from": "24"}, {"quiet_to": "x"}, {"wecom": "a|b"}, {"wecom": "@all"}])
def test_what_cannot_be_wished_comes_back(as_persona: Sign, personas: dict[str, Actor], more: dict[str, str]) -> None:
    answer = as_persona("street").post(WISHES, {"quiet_from": "21", "quiet_to": "8", **more})
    assert answer.status_code == 422
    assert preferences.mine(personas["street"]) == preferences.DEFAULT


def subscribe(client: Client, body: Any) -> Any:
    return client.post(DEVICES, body if isinstance(body, bytes) else json.dumps(body), content_type="application/json",
                       headers={"Accept": "application/json"})  # fmt: skip


def test_a_browser_is_added_and_removed(as_persona: Sign, personas: dict[str, Actor]) -> None:
    client = as_persona("street")
    answer = subscribe(client, Browser("https://push.example/capability").subscription)
    assert answer.status_code == 201
    device = Device.objects.get()
    assert answer.json() == {"id": str(device.pk)}
    page = client.get(WISHES).content.decode()
    assert str(device.pk) in page and "capability" not in page
    forget = f"{DEVICES}{device.pk}/forget/"
    assert as_persona("office").post(forget).status_code == 404
    assert Device.objects.exists()
    assert client.post(forget).url == WISHES  # type: ignore[attr-defined]
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b"{}", b"{" * 5000, {"endpoint": "http://10.0.0.1/"}, {"endpoint": 7}]
)
def test_what_is_no_browser_is_refused(as_persona: Sign, body: Any) -> None:
    answer = subscribe(as_persona("street"), body)
    assert (answer.status_code, answer.json()["title"]) == (422, "notices.bad_subscription")
    assert not Device.objects.exists()


def test_the_worker_s_script_is_served_below_the_pages(as_persona: Sign) -> None:
    answer = as_persona("street").get("/desk/push-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert "showNotification" in answer.content.decode()
    assert Client().get("/desk/push-worker.js").status_code == 302


def fail(noon: datetime) -> Delivery:
    tell("street")
    notice = Notice.objects.get()
    return Delivery.objects.create(
        notice=notice, channel="mail", state="failed", attempts=7, error="wecom.93000", updated_at=noon, due_at=noon
    )


def test_what_failed_says_why_in_words_and_can_be_sent_again(as_persona: Sign, noon: datetime) -> None:
    delivery = fail(noon)
    office = as_persona("office")
    html = office.get("/desk/notices/failed/").content.decode()
    assert "机器人地址无效或已被移除" in html and "全部重新发送" in html
    assert office.get("/desk/notices/failed/retry/").status_code == 405
    assert office.post("/desk/notices/failed/retry/").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)


def test_the_auditor_sees_what_failed_and_sends_nothing(as_persona: Sign, noon: datetime) -> None:
    fail(noon)
    auditor = as_persona("auditor")
    assert "全部重新发送" not in auditor.get("/desk/notices/failed/").content.decode()
    assert auditor.post("/desk/notices/failed/retry/").status_code == 403
    assert Delivery.objects.get().state == "failed"


@pytest.mark.parametrize("path", [LIST, WISHES, "/desk/notices/failed/"])
def test_pages_cost_few_queries(
    as_persona: Sign, path: str, noon: datetime, django_assert_max_num_queries: Any
) -> None:
    fail(noon)
    client = as_persona("office")
    client.get(path)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200
