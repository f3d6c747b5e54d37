"""What the hotline's program hears of its orders: number, state and times, never a word of anybody."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.cases import actions
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.notices.actions import sink
from chuangcheng.notices.webhooks import topics
from tests.cases.play import Play
from tests.cases.test_orders import filed, ordered
from tests.cases.test_webhooks import listen, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""
    monkeypatch.setattr("chuangcheng.notices.webhooks.sending.attempt", lambda *_: None)


def told(*wanted: str) -> list[dict[str, Any]]:
    return [document for document in work() if document["type"] in wanted or not wanted]


def test_the_life_of_an_order_step_by_step(play: Play, noon: Any) -> None:
    listen(play)
    order = ordered(play, "GZ-1", days=2)
    filed(play, order)
    actions.change_due(actor=SYSTEM, order_id=order.pk, due_at=noon + timedelta(days=3))
    actions.draft_reply(actor=play.by["office"], order_id=order.pk, text="王女士您好")
    actions.send_reply(actor=play.by["office"], order_id=order.pk)
    actions.record_callback(actor=SYSTEM, number="GZ-1", given=actions.Callback(True, "basically"))
    documents = [document for document in told() if document["type"].startswith("order.")]
    assert [document["type"] for document in documents] == [
        "order.created", "order.due_changed", "order.drafted", "order.replied", "order.called_back",
    ]  # fmt: skip
    assert [document["data"]["step"] for document in documents] == [1, 2, 3, 4, 5]
    states = [document["data"]["order"]["state"] for document in documents]
    assert states == ["open", "replied", "drafted", "replied", "replied"] or states[2:4] == ["drafted", "replied"]
    last = documents[-1]["data"]["order"]
    assert (last["number"], last["source"], last["solved"], last["satisfied"]) == ("GZ-1", "hotline", True, "basically")
    assert last["report"] == order.report.number
    assert last["case"].startswith("AJ")


def test_no_word_of_caller_or_reply_leaves(play: Play) -> None:
    listen(play)
    order = ordered(play, contact_name="王女士", contact_phone="13800001111", text="路灯不亮，找王女士")
    actions.draft_reply(actor=play.by["office"], order_id=order.pk, text="王女士您好，已修复")
    actions.send_reply(actor=play.by["office"], order_id=order.pk)
    words = json.dumps(told(), ensure_ascii=False)
    assert "order.replied" in words
    assert not [word for word in ("王女士", "1380000", "路灯", "修复") if word in words]


def test_a_removal_is_told_with_what_became_of_it(play: Play) -> None:
    listen(play, "order.removal_asked", "order.removal_granted", "order.removal_declined")
    order = ordered(play)
    for granted in (False, True):
        actions.ask_removal(actor=play.by["street"], order_id=order.pk, reason_code="repeated", document="机密7号")
        actions.decide_removal(actor=play.by["office"], order_id=order.pk, granted=granted)
    documents = told()
    assert [document["type"] for document in documents] == [
        "order.removal_asked", "order.removal_declined", "order.removal_asked", "order.removal_granted",
    ]  # fmt: skip
    assert "机密" not in json.dumps(documents, ensure_ascii=False)


def test_only_what_was_asked_for(play: Play) -> None:
    listen(play, "order.replied")
    order = ordered(play)
    actions.draft_reply(actor=play.by["office"], order_id=order.pk)
    assert told() == []
    actions.send_reply(actor=play.by["office"], order_id=order.pk)
    assert [document["type"] for document in told()] == ["order.replied"]


def test_what_is_sunk_is_not_told(play: Play) -> None:
    listen(play)
    with sink():
        ordered(play)
        assert told() == []


@pytest.mark.parametrize("topic", ["order.created", "order.replied", "order.called_back", "order.removal_granted"])
def test_topics_have_a_name_in_both_languages(topic: str) -> None:
    label = topics.declared()[topic]
    assert label.zh
    assert label.en
