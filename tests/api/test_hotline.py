"""The hotline's own program: brings orders by number, reads the reply, tells how the caller found it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from chuangcheng.api.hotline import OrderOut
from chuangcheng.cases import actions
from chuangcheng.cases.models import Order, Report
from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.secrets import decrypt
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.tokens import issue
from tests.api.conftest import Caller, is_problem

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/hotline/orders"
BODY: dict[str, Any] = {
    "text": "幸福路3号路灯不亮", "due_at": "2026-09-20T18:00:00+08:00", "observed_at": "2026-09-15T11:00:00+08:00",
    "lat": 30.002, "lon": 120.002, "address": "幸福路3号", "contact": {"name": "王女士", "phone": "13800001111"},
}  # fmt: skip
Put = Callable[..., HttpResponse]


@pytest.fixture
def put(personas: dict[str, Actor], noon: object) -> Put:
    """PUT as the hotline's program, with a token of the office made for it."""
    token = issue(personas["office"].post_id, use="hotline")

    def send(path: str, body: Any, token: str = token) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return Client().put(f"{ORDERS}/{path}", data, content_type="application/json",
                            headers={"authorization": f"Bearer {token}"})  # fmt: skip

    return send


@pytest.fixture
def get(caller: Caller, personas: dict[str, Actor]) -> Callable[[str], HttpResponse]:
    token = issue(personas["office"].post_id, use="hotline")
    return lambda number: caller.get(f"{ORDERS}/{number}", token=token)


def test_an_order_is_brought_once_by_its_number(put: Put, get: Callable[[str], HttpResponse]) -> None:
    first, again = put("GZ-2026.1", BODY), put("GZ-2026.1", BODY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == get("GZ-2026.1").json()
    order = Order.objects.select_related("report").get()
    assert (order.number, order.source, order.state) == ("GZ-2026.1", "hotline", "open")
    assert first.json()["due_at"] == "2026-09-20T10:00:00+00:00"
    assert order.report.division_path.startswith("990100/990101/")
    assert json.loads(decrypt(order.report.contact_cipher)) == {"name": "王女士", "phone": "13800001111"}
    assert order.report.reporter is None
    assert "王女士" not in first.content.decode()


def test_history_knows_no_caller(put: Put) -> None:
    put("1", BODY)
    told = json.dumps(list(Event.objects.values_list("after", flat=True)), ensure_ascii=False)
    assert not [word for word in ("王女士", "1380000", "幸福路") if word in told]


def test_another_body_under_the_number_is_refused(put: Put) -> None:
    put("1", BODY)
    is_problem(put("1", {**BODY, "text": "别的事"}), 409, "common.different_body")
    assert Report.objects.get().text == "幸福路3号路灯不亮"


def test_12345_moves_its_limit(put: Put) -> None:
    put("1", BODY)
    moved = put("1", {**BODY, "due_at": "2026-09-25T18:00:00+08:00"})
    assert (moved.status_code, moved.json()["due_at"]) == (200, "2026-09-25T10:00:00+00:00")
    silent = put("1", {name: value for name, value in BODY.items() if name != "due_at"})
    assert silent.json()["due_at"] == "2026-09-25T10:00:00+00:00"
    assert Event.objects.filter(action="order.due_changed").count() == 1


def test_an_order_of_the_workbook_is_known_to_the_program(put: Put, get: Callable[[str], HttpResponse]) -> None:
    given = actions.ReportInput(
        id=uuid4(), text="甲", source="hotline", external_source="hotline", external_number="77"
    )
    from chuangcheng.kernel.actor import SYSTEM

    actions.create_report(actor=SYSTEM, given=given)
    assert get("77").json()["state"] == "open"
    assert put("77", {"text": "甲"}).status_code == 200


def test_the_reply_is_read_once_it_was_sent(
    put: Put, get: Callable[[str], HttpResponse], personas: dict[str, Actor]
) -> None:
    put("1", BODY)
    order = Order.objects.get()
    actions.draft_reply(actor=personas["office"], order_id=order.pk, text="已修复。")
    assert (get("1").json()["state"], get("1").json()["reply"]) == ("drafted", None)
    actions.send_reply(actor=personas["office"], order_id=order.pk)
    told = get("1").json()
    assert (told["state"], told["reply"], told["replied_at"]) == ("replied", "已修复。", "2026-09-15T04:00:00+00:00")
    assert Outbox.objects.filter(topic="order.replied").exists()
    sweep.drain()


def test_the_result_of_a_call_back(put: Put) -> None:
    put("1", BODY)
    body = {"solved": True, "satisfied": "basically", "at": "2026-09-15T11:30:00+08:00"}
    first, again = put("1/callback", body), put("1/callback", body)
    assert first.json() == again.json()
    assert (first.json()["solved"], first.json()["satisfied"]) == (True, "basically")
    assert Event.objects.filter(action="order.called_back").count() == 1
    assert put("1/callback", {"solved": False}).json()["solved"] is False


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("1/callback", {}, 422, "order.no_result"),
        ("1/callback", {"satisfied": "好"}, 422, "common.invalid"),
        ("1/callback", {"solved": "yes"}, 422, "common.invalid"),
        ("2/callback", {"solved": True}, 404, "order.unknown_number"),
        ("-x", BODY, 422, "common.invalid"),
        ("a b", BODY, 422, "common.invalid"),
        ("x" * 61, BODY, 422, "common.invalid"),
        ("3", {}, 422, "common.invalid"),
        ("3", {**BODY, "due": "x"}, 422, "common.invalid"),
        ("3", {**BODY, "due_at": "2026-09-20T18:00:00"}, 422, "common.naive_time"),
        ("3", {**BODY, "due_at": "9999-09-20T18:00:00Z"}, 422, "common.invalid"),
        ("3", {**BODY, "lat": 120.002, "lon": 30.002}, 422, "common.invalid"),
        ("3", {**BODY, "category": "nothing"}, 422, "common.invalid"),
        ("3", b"{", 400, "api.not_json"),
    ],
)
def test_what_is_not_taken(put: Put, path: str, body: Any, status: int, code: str) -> None:
    put("1", BODY)
    is_problem(put(path, body), status, code)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("use", ["api", "open311"])
def test_only_its_own_token_opens_it(put: Put, caller: Caller, personas: dict[str, Actor], use: Any) -> None:
    other = issue(personas["office"].post_id, use=use)
    is_problem(put("1", BODY, token=other), 401, "api.bad_token")
    assert caller.get(f"{ORDERS}/1").status_code == 401
    mine = issue(personas["office"].post_id, use="hotline")
    assert caller.get("/api/v1/cases", token=mine).status_code == 401


def test_the_token_may_what_its_post_may(put: Put, caller: Caller, personas: dict[str, Actor]) -> None:
    put("1", BODY)
    street, department = (issue(personas[name].post_id, use="hotline") for name in ("street", "grid"))
    assert caller.get(f"{ORDERS}/1", token=street).status_code == 200
    is_problem(put("2", BODY, token=street), 403, "common.not_allowed")
    is_problem(put("1/callback", {"solved": True}, token=street), 403, "common.not_allowed")
    is_problem(caller.get(f"{ORDERS}/1", token=department), 403, "common.not_allowed")


def test_answers_fit_their_shape(put: Put) -> None:
    OrderOut.model_validate_json(put("1", BODY).content, strict=True)
    with clock.at(clock.now() + timedelta(days=1)):
        content = put("1/callback", {"satisfied": "unclear"}).content
    OrderOut.model_validate_json(content, strict=True)
    assert set(json.loads(content)) == set(OrderOut.model_fields)
