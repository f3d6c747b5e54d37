"""What other systems hear of reports and cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chuangcheng.cases import actions, webhooks
from chuangcheng.cases.states import CASE_VERBS, ORDER_VERBS, REMOVAL_VERBS, REPORT_VERBS
from chuangcheng.history import sweep
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.notices.actions import sink
from chuangcheng.notices.webhooks import endpoints, topics
from chuangcheng.notices.webhooks.models import Message, Sending
from tests.cases.play import Play


def listen(play: Play, *wanted: str) -> None:
    endpoints.save_endpoint(
        actor=play.by["office"],
        name="12345",
        url="https://hotline.example/hook",
        wanted=wanted or list(webhooks.TOPICS),
    )


def work() -> list[dict[str, Any]]:
    """Everything told so far, in order; what is to be sent stays unsent."""
    Outbox.objects.filter(topic="webhook.due").update(done_at=clock.now())
    while sweep.run_pending():
        Outbox.objects.filter(topic="webhook.due").update(done_at=clock.now())
    return [json.loads(message.body) for message in Message.objects.order_by("created_at", "id")]


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine."""
    monkeypatch.setattr("chuangcheng.notices.webhooks.sending.attempt", lambda *_: None)


def test_a_whole_life_is_told_step_by_step(play: Play) -> None:
    listen(play)
    case = play.closed()
    told = work()
    assert [document["type"] for document in told] == [
        "case.filed", "case.dispatched", "case.accepted", "case.handled", "case.verified", "case.closed",
    ]  # fmt: skip
    assert [document["data"]["case"]["state"] for document in told] == [
        "filed", "dispatched", "handling", "handled", "verified", "closed",
    ], "each says the state after its own step, though all are told at the end"  # fmt: skip
    steps = [document["data"]["step"] for document in told]
    assert steps == sorted(set(steps)), "so that a receiver can put them in order"
    last = told[-1]["data"]["case"]
    assert (last["id"], last["number"], last["category"], last["on_time"]) == (str(case.pk), case.number, "06010", True)
    assert (last["division"], last["outcome"]) == ("990101001001", "fixed")
    assert told[1]["data"]["case"]["due_at"].startswith("2026-09-15T10:00")


def test_a_report_is_told_without_the_words_and_the_person(play: Play) -> None:
    listen(play)
    case = play.filed()
    mine = play.report(text="我家门口", contact_name="张三丰", contact_phone="13900001234", address="永安路1号",
                       external_source="12345", external_number="T-9")  # fmt: skip
    actions.link_report(actor=play.by["office"], report_id=mine.pk, case_id=case.pk)
    told = work()
    reports = [document["data"]["report"] for document in told if "report" in document["data"]]
    assert [report["state"] for report in reports] == ["received", "linked"]
    assert reports[-1]["case"] == case.number
    assert reports[-1]["external"] == {"source": "12345", "number": "T-9"}
    text = json.dumps(told, ensure_ascii=False)
    for secret in ("我家门口", "张三丰", "13900001234", "永安路", "暴露垃圾", "30.002", "120.002", "路边"):
        assert secret not in text


def test_only_what_was_asked_for(play: Play) -> None:
    listen(play, "case.closed", "report.refused")
    play.closed()
    play.refused()
    assert [document["type"] for document in work()] == ["case.closed", "report.refused"]
    assert Sending.objects.count() == 2


def test_a_demo_and_an_import_tell_nobody(play: Play) -> None:
    listen(play)
    with sink():
        play.closed()
        sweep.drain()
    assert work() == []


def test_where_nobody_listens_an_event_costs_no_query(play: Play, django_assert_num_queries: Any) -> None:
    play.closed()
    play.report()
    rows = list(Outbox.objects.filter(topic__in=webhooks.TOPICS))
    webhooks.tell_systems(rows[0])
    with django_assert_num_queries(0):
        for row in rows:
            webhooks.tell_systems(row)
    assert len({row.topic for row in rows}) == 7


def test_an_effect_that_runs_twice_tells_once(play: Play) -> None:
    listen(play)
    play.filed()
    assert len(work()) == 1
    webhooks.tell_systems(Outbox.objects.get(topic="case.filed"))
    assert Message.objects.count() == 1


def test_what_is_gone_is_not_told(play: Play) -> None:
    listen(play)
    play.filed()
    play.report()
    for row in Outbox.objects.all():
        row.subject_id = play.unit("street")
        webhooks.tell_systems(row)
    assert not Message.objects.exists()


def test_every_topic_of_the_room_can_be_listened_to() -> None:
    tables = (CASE_VERBS, REPORT_VERBS, ORDER_VERBS, REMOVAL_VERBS)
    spoken = {topic for verbs in tables for _, topic in verbs.values() if topic}
    others = {
        "report.created", "report.moved", "case.filed", "case.relapsed", "order.created", "order.due_changed",
        "order.called_back",
    }  # fmt: skip
    assert spoken | others == set(webhooks.TOPICS)
    assert set(webhooks.TOPICS) <= set(topics.declared())
    assert all(label.zh and label.en for label in webhooks.TOPICS.values())
    assert topics.label_of("no.such").zh == "no.such"
