"""Webhooks: signed as the specification says, told at least once, retried with pauses, replayed, switched off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chuangcheng.history import duties, sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import outside
from chuangcheng.notices.webhooks import endpoints, rows, sending, signing, topics
from chuangcheng.notices.webhooks.models import Endpoint, Message, Sending
from tests.notices.loopback import Asked, Reply, Service

TOPIC = "case.closed"
Make = Callable[..., Endpoint]


@pytest.fixture(autouse=True)
def at_noon(noon: datetime) -> None:
    """Pauses are counted from a clock that stands still."""


@pytest.fixture
def make(service: Service, personas: dict[str, Actor]) -> Make:
    """Sets up an endpoint at the service; ``make.secret`` is the last one's."""

    def endpoint(path: str = "/hook?token=topsecret", wanted: tuple[str, ...] = (TOPIC,)) -> Endpoint:
        made, endpoint.secret = endpoints.save_endpoint(  # type: ignore[attr-defined]
            actor=personas["office"], name="12345", url=service.url + path, wanted=wanted
        )
        return made

    return endpoint


def publish(key: str = "outbox:1", topic: str = TOPIC) -> int:
    data = {"case": {"number": "AJ1"}}
    return sending.publish(key=key, topic=topic, subject=("case", UUID(int=7)), data=data, at=clock.now())


def verify(secret: str, asked: Asked) -> Any:
    """What a receiver does, by the text of the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.{asked.body.decode()}"
    expected = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" in asked.headers["webhook-signature"].split(" ")
    return json.loads(asked.body)


def log() -> list[tuple[str, int, int | None, str]]:
    return [(row.state, row.attempts, row.status, row.error) for row in Sending.objects.order_by("message__created_at", "id")]  # fmt: skip


def work_at(moment: datetime) -> None:
    with clock.at(moment):
        sweep.drain()


def test_the_example_of_the_specification() -> None:
    signature = signing.sign(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_told_can_be_verified(service: Service, make: Make, noon: datetime) -> None:
    make()
    assert publish() == 1
    assert service.asked == [], "nothing is sent inside of the effect"
    sweep.drain()
    document = verify(make.secret, service.asked[0])  # type: ignore[attr-defined]
    assert document == {
        "type": TOPIC, "version": 1, "timestamp": noon.isoformat(), "data": {"case": {"number": "AJ1"}},
    }  # fmt: skip
    assert service.asked[0].headers["webhook-id"] == f"msg_{Message.objects.get().pk.hex}"
    stamp = int(service.asked[0].headers["webhook-timestamp"])
    assert abs(stamp - clock.real().timestamp()) < 60, "the receiver holds it against its own clock"
    assert log() == [("sent", 1, 200, "")]
    assert sweep.drain() == 0


def test_an_event_is_told_once_however_often_its_effect_runs(service: Service, make: Make) -> None:
    make()
    assert [publish(), publish(), publish("outbox:2")] == [1, 0, 1]
    sweep.drain()
    assert len(service.asked) == 2


def test_each_endpoint_hears_what_it_asked_for(service: Service, make: Make, personas: dict[str, Actor]) -> None:
    make("/one")
    make("/two", ("case.filed", TOPIC))
    off = make("/three")
    endpoints.switch_endpoint(actor=personas["office"], endpoint_id=off.pk, enabled=False)
    assert publish() == 2
    assert publish("outbox:2", "case.filed") == 1
    assert publish("outbox:3", "case.voided") == 0
    sweep.drain()
    assert sorted(asked.path for asked in service.asked) == ["/one", "/two", "/two"]


def test_where_nobody_listens_nothing_is_written_or_asked(db: None, django_assert_num_queries: Any) -> None:
    publish()
    with django_assert_num_queries(0):
        assert publish() == 0
    assert not Message.objects.exists()


PAUSED = [(Reply(500), 500, "http.500"), (Reply(404), 404, "http.404"), (Reply(429), 429, "http.429"),
          (Reply(302, b"", {"Location": "https://x.example/"}), None, "redirect")]  # fmt: skip


@pytest.mark.parametrize(("reply", "status", "error"), PAUSED, ids=[row[2] for row in PAUSED])
def test_a_failure_is_logged_and_tried_again_when_its_pause_is_over(
    service: Service, make: Make, noon: datetime, reply: Reply, status: int | None, error: str
) -> None:
    make()
    service.answer(reply, Reply(204))
    publish()
    sweep.drain()
    assert log() == [("waiting", 1, status, error)]
    work_at(noon + timedelta(seconds=9))
    assert len(service.asked) == 1
    work_at(noon + timedelta(minutes=1))
    assert log() == [("sent", 2, 204, "")]
    assert {asked.headers["webhook-id"] for asked in service.asked} == {service.asked[0].headers["webhook-id"]}
    assert Endpoint.objects.get().failures == 0


def test_after_the_last_try_it_has_failed_and_can_be_told_again(
    service: Service, make: Make, noon: datetime, personas: dict[str, Actor]
) -> None:
    make()
    service.answer(Reply(400))
    publish()
    moment = noon
    for pause in (timedelta(), *sending.PAUSES):
        moment += pause
        work_at(moment)
    tries = len(sending.PAUSES) + 1
    assert log() == [("failed", tries, 400, "http.400")]
    work_at(moment + timedelta(days=30))
    assert len(service.asked) == tries
    service.answer(Reply(200))
    row = Sending.objects.get()
    with clock.at(moment + timedelta(days=1)):
        again = endpoints.replay(actor=personas["office"], sending_id=row.pk)
        assert (again.state, again.round, again.attempts) == ("waiting", 2, 0)
        sweep.drain()
    assert log() == [("sent", 1, 200, "")]
    assert service.asked[-1].headers["webhook-id"] == service.asked[0].headers["webhook-id"]
    assert service.asked[-1].body == service.asked[0].body


def test_a_replay_takes_the_place_of_the_tries_that_wait(
    service: Service, make: Make, noon: datetime, personas: dict[str, Actor]
) -> None:
    make()
    service.answer(Reply(503), Reply(200))
    publish()
    sweep.drain()
    endpoints.replay(actor=personas["office"], sending_id=Sending.objects.get().pk)
    sweep.drain()
    assert log() == [("sent", 1, 200, "")]
    work_at(noon + timedelta(hours=1))
    assert len(service.asked) == 2, "the try of the first round does nothing any more"


def test_who_is_gone_for_good_is_switched_off(service: Service, make: Make) -> None:
    endpoint = make()
    service.answer(Reply(410))
    publish()
    sweep.drain()
    assert log() == [("failed", 1, 410, "http.410")]
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    assert publish("outbox:2") == 0
    row = Event.objects.filter(subject_kind="endpoint").latest("seq")
    assert (row.action, row.after["gone"], row.actor_label) == ("endpoint.switched_off", True, SYSTEM.label)


def test_an_endpoint_that_is_away_is_left_alone_by_all_messages(
    service: Service, make: Make, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    make()
    service.answer(Reply(hang=True))
    for number in range(5):
        publish(f"outbox:{number}")
    sweep.drain()
    assert len(service.asked) == 1
    assert sorted(log(), key=str)[-1] == ("waiting", 1, None, "timeout")
    service.answer(Reply(200))
    work_at(noon + timedelta(seconds=10))
    assert [row[0] for row in log()] == ["sent"] * 5
    assert len(service.asked) == 6


def test_rests_grow_but_end(service: Service, make: Make, noon: datetime) -> None:
    endpoint = make()
    service.answer(Reply(503))
    rests = []
    moment = noon
    publish()
    for _ in range(8):
        work_at(moment)
        endpoint.refresh_from_db()
        assert endpoint.resting_until is not None
        rests.append(endpoint.resting_until - moment)
        moment += timedelta(days=2)
    assert rests == sorted(rests)
    assert rests[0] == timedelta(seconds=10)
    assert rests[-1] == sending.LONGEST_REST


def test_another_endpoint_is_not_held_up(service: Service, make: Make) -> None:
    make("/bad")
    make("/good")
    service.by_path = {"/bad": Reply(500), "/good": Reply(200)}
    publish()
    publish("outbox:2")
    sweep.drain()
    assert [asked.path for asked in service.asked].count("/good") == 2
    assert [asked.path for asked in service.asked].count("/bad") == 1


class Killed(BaseException):
    """What a kill -9 is to the code: nothing after it runs."""


@pytest.fixture
def killed_after_sending(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """``killed()`` runs the worker, which dies between the answer and the note of it."""

    def die(*_: object) -> Any:
        raise Killed

    def run() -> None:
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(sending, "_settle", die)
            sweep.run_pending()

    return run  # type: ignore[return-value]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_sending_sends_again_under_the_same_id(
    service: Service, make: Make, noon: datetime, killed_after_sending: Callable[[], None]
) -> None:
    make()
    publish()
    killed_after_sending()
    assert log() == [("waiting", 0, None, "")]
    assert sweep.drain() == 0, "its lease still runs"
    sweep.release()
    sweep.drain()
    assert log() == [("sent", 1, 200, "")]
    assert len({asked.headers["webhook-id"] for asked in service.asked}) == 1
    assert len(service.asked) == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_the_note_sends_nothing_again(
    service: Service, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    publish()

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(sweep, "_note", die)
        sweep.run_pending()
    sweep.release()
    sweep.drain()
    assert log() == [("sent", 1, 200, "")]
    assert len(service.asked) == 1


def test_of_two_workers_one_settles(service: Service, make: Make) -> None:
    make()
    service.answer(Reply(500))
    publish()
    row = Sending.objects.get()
    sending.attempt(row.pk, 1, 1)
    sending.attempt(row.pk, 1, 1)
    stale = Sending.objects.select_related("endpoint").get(pk=row.pk)
    sending._settle(stale, 1, sending.Result(200, ""))
    assert log() == [("waiting", 1, 500, "http.500")]
    assert len(service.asked) == 1
    assert Outbox.objects.filter(topic=sending.TOPIC, done_at=None).count() == 2  # the first, and the second try


def test_switched_off_meanwhile(service: Service, make: Make, personas: dict[str, Actor]) -> None:
    endpoint = make()
    publish()
    endpoints.switch_endpoint(actor=personas["office"], endpoint_id=endpoint.pk, enabled=False)
    sweep.drain()
    assert log() == [("failed", 1, None, "off")]
    assert service.asked == []
    with pytest.raises(Refused, match=r"notices\.endpoint_off"):
        endpoints.replay(actor=personas["office"], sending_id=Sending.objects.get().pk)
    endpoints.switch_endpoint(actor=personas["office"], endpoint_id=endpoint.pk, enabled=True)
    endpoints.replay(actor=personas["office"], sending_id=Sending.objects.get().pk)
    sweep.drain()
    assert log() == [("sent", 1, 200, "")]


def test_what_was_missed_is_told_again_in_order(
    service: Service, make: Make, noon: datetime, personas: dict[str, Actor]
) -> None:
    endpoint = make()
    for hour in range(4):
        with clock.at(noon + timedelta(hours=hour)):
            publish(f"outbox:{hour}")
    sweep_at = noon + timedelta(hours=4)
    work_at(sweep_at)
    failed = Sending.objects.filter(message__key__in=["outbox:1", "outbox:3"])
    failed.update(state="failed")
    service.asked.clear()
    with clock.at(sweep_at):
        since = noon + timedelta(minutes=30)
        assert endpoints.replay_since(actor=SYSTEM, endpoint_id=endpoint.pk, since=since + timedelta(days=1)) == 0
        assert endpoints.replay_since(actor=SYSTEM, endpoint_id=endpoint.pk, since=since) == 2
        sweep.drain()
        assert [json.loads(asked.body)["timestamp"][:13] for asked in service.asked] == [
            "2026-09-15T05",
            "2026-09-15T07",
        ]
        assert endpoints.replay_since(
            actor=personas["office"], endpoint_id=endpoint.pk, since=since, failed_only=False
        ) == 3  # fmt: skip
    for other in (personas["auditor"], CITIZEN):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            endpoints.replay_since(actor=other, endpoint_id=endpoint.pk, since=since)


def test_a_ping_goes_to_one_endpoint(service: Service, make: Make, personas: dict[str, Actor]) -> None:
    make("/one")
    chosen = make("/two")
    endpoints.ping(actor=personas["office"], endpoint_id=chosen.pk)
    sweep.drain()
    assert [asked.path for asked in service.asked] == ["/two"]
    assert verify(make.secret, service.asked[0])["type"] == topics.PING  # type: ignore[attr-defined]
    endpoints.switch_endpoint(actor=personas["office"], endpoint_id=chosen.pk, enabled=False)
    with pytest.raises(Refused, match=r"notices\.endpoint_off"):
        endpoints.ping(actor=personas["office"], endpoint_id=chosen.pk)


def test_for_a_day_both_secrets_hold(service: Service, make: Make, noon: datetime, personas: dict[str, Actor]) -> None:
    endpoint = make()
    old = make.secret  # type: ignore[attr-defined]
    new = endpoints.rotate_secret(actor=personas["office"], endpoint_id=endpoint.pk)
    assert new != old
    publish()
    sweep.drain()
    verify(old, service.asked[0])
    verify(new, service.asked[0])
    with clock.at(noon + rows.OVERLAP):
        publish("outbox:2")
        sweep.drain()
    verify(new, service.asked[1])
    with pytest.raises(AssertionError):
        verify(old, service.asked[1])


def test_old_logs_end(service: Service, make: Make, noon: datetime) -> None:
    make()
    publish()
    sweep.drain()
    duty = duties.registered()["notices.purge_webhooks"]
    with clock.at(noon + sending.KEPT):
        duty.work()
        assert Message.objects.exists()
    with clock.at(noon + sending.KEPT + timedelta(seconds=1)):
        duty.work()
    assert not Message.objects.exists() and not Sending.objects.exists()


# who may, and what of secrets is seen


def test_only_those_who_look_after_webhooks(make: Make, service: Service, personas: dict[str, Actor]) -> None:
    endpoint = make()
    calls: list[Callable[[Actor], object]] = [
        lambda actor: endpoints.save_endpoint(actor=actor, name="a", url=service.url, wanted=[TOPIC]),
        lambda actor: endpoints.rotate_secret(actor=actor, endpoint_id=endpoint.pk),
        lambda actor: endpoints.switch_endpoint(actor=actor, endpoint_id=endpoint.pk, enabled=False),
        lambda actor: endpoints.ping(actor=actor, endpoint_id=endpoint.pk),
        lambda actor: endpoints.replay(actor=actor, sending_id=uuid4()),
    ]
    for call in calls:
        for other in (personas["street"], personas["auditor"], personas["leader"], CITIZEN):
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                call(other)
    assert endpoints.get_endpoint_for(personas["office"], endpoint.pk) == endpoint
    assert not endpoints.endpoints(personas["auditor"]).exists()
    assert not endpoints.log_of(personas["street"]).exists()
    with pytest.raises(Refused, match=r"common\.not_found"):
        endpoints.get_endpoint_for(personas["street"], endpoint.pk)


@pytest.mark.parametrize("change", [
    {"name": " "}, {"url": ""}, {"url": "ftp://a.example"}, {"url": "https://u:p@a.example/"}, {"wanted": []},
    {"wanted": ["case.eaten"]}, {"wanted": [topics.PING]}, {"url": "https://a.example/" + "a" * 500},
])  # fmt: skip
def test_what_is_no_endpoint(inner: Any, personas: dict[str, Actor], change: dict[str, Any]) -> None:
    values: dict[str, Any] = {"name": "a", "url": "https://a.example/hook", "wanted": [TOPIC], **change}
    with pytest.raises(Refused, match=r"notices\.bad_endpoint"):
        endpoints.save_endpoint(actor=personas["office"], **values)


def test_plain_http_needs_the_setting(personas: dict[str, Actor], settings: Any) -> None:
    values: dict[str, Any] = {"actor": personas["office"], "name": "a", "url": "http://10.0.0.1/", "wanted": [TOPIC]}
    with pytest.raises(Refused, match=r"notices\.bad_endpoint"):
        endpoints.save_endpoint(**values)
    settings.CITY = replace(settings.CITY, private_targets=True)
    endpoints.save_endpoint(**values)


def test_an_inner_address_behind_a_public_name_is_never_asked(
    make: Make, service: Service, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    settings.CITY = replace(settings.CITY, private_targets=False)
    monkeypatch.setattr(rows, "url_of", lambda _: service.url.replace("http:", "https:"))
    publish()
    sweep.drain()
    assert log() == [("waiting", 1, None, "private_address")]
    assert service.asked == []


def test_secrets_are_shown_once_and_stand_encrypted(make: Make, service: Service, personas: dict[str, Actor]) -> None:
    endpoint = make()
    secret: str = make.secret  # type: ignore[attr-defined]
    assert secret.startswith("whsec_") and len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    stored = Endpoint.objects.values().get()
    assert b"topsecret" not in bytes(stored["url_cipher"]) and secret.encode() not in bytes(stored["secrets_cipher"])
    assert stored["host"] == "127.0.0.1"
    changed, none = endpoints.save_endpoint(
        actor=personas["office"], name="新", url="", wanted=["case.filed", "case.filed"], endpoint_id=endpoint.pk
    )
    assert none == "" and rows.url_of(changed).endswith("topsecret") and changed.topics == ["case.filed"]
    assert rows.secrets_of(changed, clock.now()) == [secret]
    told = json.dumps([[row.action, row.after] for row in Event.objects.filter(subject_kind="endpoint")])
    assert "topsecret" not in told and secret not in told
    assert [row.action for row in Event.objects.filter(subject_kind="endpoint").order_by("seq")] == [
        "endpoint.saved", "endpoint.changed",
    ]  # fmt: skip


def test_no_error_tells_the_address(make: Make, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    make()
    service.answer(Reply(302, b"", {"Location": f"{service.url}/hook?token=topsecret"}))
    publish()
    sweep.drain()
    assert "topsecret" not in caplog.text
    assert "topsecret" not in str(list(Sending.objects.values())) + str(list(Outbox.objects.values("error", "payload")))


@pytest.mark.parametrize("status", range(200, 600, 7))
def test_every_status_has_a_verdict(status: int) -> None:
    result = sending.judge(outside.Answer(status, b""))
    assert (result.error == "") == (200 <= status < 300)
    assert result.hopeless == (status == 410)
    assert (result.rest is not None) == (status == 429 or status >= 500)
