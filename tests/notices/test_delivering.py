"""Working deliveries off through a service on this machine: what is sent, retried, rested, given up and shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.history import duties
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import actions, delivering, devices, outside, preferences, selectors, setup
from chuangcheng.notices.models import Channel, Delivery, Device
from chuangcheng.notices.preferences import Chosen
from chuangcheng.people.models import Person
from tests.conftest import City
from tests.notices.loopback import Reply, Service, says
from tests.notices.test_web_push import Browser

FINE, BUSY = says({"errcode": 0}), says({"errcode": 45009})
Robot = Callable[..., Channel]


@pytest.fixture
def robot(service: Service, personas: dict[str, Actor], small_city: City, noon: datetime) -> Robot:
    """Sets up a robot of the street's group that leads to the service."""

    def make(unit: str = "street") -> Channel:
        values = {"url": f"{service.url}/{unit}?key=topsecret"}
        return setup.save_channel(
            actor=personas["office"], kind="wecom_robot", name="群", unit_id=small_city.units[unit].pk, values=values
        )

    return make


def tell(*names: str, key: str = "k") -> None:
    actions.notify(
        key=key, persons=Person.objects.filter(username__in=names), topic="case.dispatched", subject=("case", uuid4()),
        text=Label("派来案件：AJ1", "Case dispatched to you: AJ1"), url="/desk/cases/1/",
    )  # fmt: skip


def states() -> list[tuple[str, int, str]]:
    return [(row.state, row.attempts, row.error) for row in Delivery.objects.order_by("id")]


def test_the_group_is_told_in_the_reader_s_language_with_a_link(service: Service, robot: Robot) -> None:
    robot()
    service.answer(FINE)
    Person.objects.filter(username="street").update(language="en")
    tell("street")
    assert actions.deliver_pending() == 1
    assert service.asked[0].json["text"]["content"] == "Case dispatched to you: AJ1\nhttps://city.example/desk/cases/1/"
    assert states() == [("sent", 1, "")]
    assert actions.deliver_pending() == 0


def test_a_refusal_inside_of_a_200_fails_at_once_and_shows(
    service: Service, robot: Robot, personas: dict[str, Actor], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = robot()
    service.answer(says({"errcode": 93000, "errmsg": "invalid webhook url topsecret"}))
    tell("street")
    assert actions.deliver_pending() == 0
    assert states() == [("failed", 1, "wecom.93000")]
    assert [row.through for row in selectors.troubled_deliveries(personas["auditor"])] == [channel]
    channel.refresh_from_db()
    assert channel.trouble == "wecom.93000"
    assert "topsecret" not in caplog.text


def test_a_failed_notice_can_be_sent_again_once_mended(
    service: Service, robot: Robot, personas: dict[str, Actor]
) -> None:
    channel = robot()
    service.answer(says({"errcode": 93000}), FINE)
    tell("street")
    actions.deliver_pending()
    for other in ("auditor", "leader", "street"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            actions.retry_failed(actor=personas[other])
    assert actions.retry_failed(actor=personas["office"]) == 1
    assert actions.deliver_pending() == 1
    channel.refresh_from_db()
    assert channel.trouble == ""


def test_a_rate_limit_rests_the_whole_robot_and_counts_no_try(service: Service, robot: Robot, noon: datetime) -> None:
    robot("street")
    robot("street2")
    for number in range(3):
        tell("street", key=f"k{number}")
    tell("street2", key="other")
    service.by_path = {"/street": BUSY, "/street2": FINE}
    assert actions.deliver_pending() == 1, "the other group's robot is not to blame"
    assert states()[:3] == [("waiting", 0, "wecom.45009"), ("waiting", 0, ""), ("waiting", 0, "")]
    assert len(service.asked) == 2
    with clock.at(noon + timedelta(seconds=59)):
        assert not selectors.deliveries_wait()
        assert actions.deliver_pending() == 0
    service.by_path["/street"] = FINE
    with clock.at(noon + timedelta(seconds=60)):
        assert actions.deliver_pending() == 3
    assert states()[:3] == [("sent", 1, "")] * 3
    assert Channel.objects.filter(resting_until=None, trouble="").count() == 2


def test_a_hundred_rate_limits_give_nobody_up(service: Service, robot: Robot, noon: datetime) -> None:
    robot()
    service.answer(BUSY)
    tell("street")
    for minute in range(100):
        with clock.at(noon + timedelta(minutes=minute)):
            actions.deliver_pending()
    assert states() == [("waiting", 0, "wecom.45009")]


def test_an_outage_costs_one_wait_a_run(
    service: Service, robot: Robot, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "TIMEOUT", 0.2)
    robot()
    service.answer(Reply(hang=True))
    for number in range(5):
        tell("street", key=f"k{number}")
    assert actions.deliver_pending() == 0
    assert len(service.asked) == 1
    assert states()[:2] == [("waiting", 1, "timeout"), ("waiting", 0, "")]


def test_failures_are_tried_again_after_growing_pauses_and_then_given_up(
    service: Service, robot: Robot, noon: datetime
) -> None:
    robot()
    service.answer(Reply(500, b""))
    tell("street")
    moment = noon
    for pause in delivering.PAUSES:
        with clock.at(moment):
            actions.deliver_pending()
        with clock.at(moment + pause - timedelta(seconds=1)):
            assert not selectors.deliveries_wait()
        moment += pause
    with clock.at(moment):
        actions.deliver_pending()
        assert states() == [("failed", len(delivering.PAUSES) + 1, "http.500")]
        assert not selectors.deliveries_wait()
    assert len(service.asked) == len(delivering.PAUSES) + 1


def test_no_redirect_is_followed(service: Service, robot: Robot) -> None:
    robot()
    service.answer(Reply(302, b"", {"Location": f"{service.url}/elsewhere"}))
    tell("street")
    actions.deliver_pending()
    assert states() == [("failed", 1, "redirect")]
    assert len(service.asked) == 1


def test_a_worker_killed_while_sending_is_followed_by_another_try(
    service: Service, robot: Robot, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot()
    service.answer(FINE)
    tell("street")

    def killed(*_: object) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(delivering.Post, "send", killed)
        actions.deliver_pending()
    assert states() == [("waiting", 1, "")]
    assert actions.deliver_pending() == 0, "another worker waits, in case the first one lives"
    with clock.at(noon + delivering.PAUSES[0]):
        assert actions.deliver_pending() == 1


def test_of_two_workers_one_sends(service: Service, robot: Robot) -> None:
    robot()
    service.answer(FINE)
    tell("street")
    stale = delivering.due(1)[0]
    assert actions.deliver_pending() == 1
    assert not delivering._claim(stale)


def test_a_run_gives_up_in_time(service: Service, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    robot()
    service.answer(FINE)
    tell("street", key="k1")
    tell("street", key="k2")
    monkeypatch.setattr(delivering, "BUDGET", timedelta(seconds=-1))
    assert actions.deliver_pending() == 0
    assert states() == [("waiting", 0, "")] * 2


def test_a_robot_switched_off_meanwhile(service: Service, robot: Robot, personas: dict[str, Actor]) -> None:
    channel = robot()
    tell("street")
    setup.switch_channel(actor=personas["street"], channel_id=channel.pk, enabled=False)
    actions.deliver_pending()
    assert states() == [("failed", 1, "off")]
    assert service.asked == []


def test_the_application_is_told_the_account(service: Service, personas: dict[str, Actor], noon: datetime) -> None:
    service.by_path["/cgi-bin/gettoken"] = says({"errcode": 0, "access_token": "t", "expires_in": 7200})
    values = {"corp": "ww1", "agent": "1", "secret": "s", "host": service.url}
    setup.save_channel(actor=personas["office"], kind="wecom_app", name="政务微信", unit_id=None, values=values)
    preferences.choose(actor=personas["street"], chosen=Chosen(wecom="wang"))
    tell("street")
    service.answer(FINE)
    assert actions.deliver_pending() == 1
    assert service.asked[-1].json["touser"] == "wang"
    preferences.choose(actor=personas["street"], chosen=Chosen())
    Delivery.objects.update(state="waiting", due_at=noon)
    actions.deliver_pending()
    assert states()[0][2] == "no_address"


def subscribe(service: Service, actor: Actor, name: str) -> Browser:
    browser = Browser(f"{service.url}/push/{name}")
    devices.subscribe(actor=actor, given=browser.subscription)
    return browser


def test_every_browser_of_the_person_is_woken(service: Service, personas: dict[str, Actor], noon: datetime) -> None:
    browsers = [subscribe(service, personas["street"], name) for name in ("a", "b")]
    service.answer(Reply(201))
    tell("street")
    assert actions.deliver_pending() == 1
    opened = {asked.path: asked.body for asked in service.asked}
    for name, browser in zip("ab", browsers, strict=True):
        assert browser.open(opened[f"/push/{name}"])["title"] == "派来案件：AJ1"
    assert Device.objects.filter(reached_at=noon).count() == 2


def test_a_browser_that_is_gone_is_forgotten(service: Service, personas: dict[str, Actor], noon: datetime) -> None:
    subscribe(service, personas["street"], "gone")
    subscribe(service, personas["street"], "here")
    service.by_path = {"/push/gone": Reply(410), "/push/here": Reply(201)}
    tell("street")
    assert actions.deliver_pending() == 1
    assert Device.objects.count() == 1
    service.by_path["/push/here"] = Reply(404)
    tell("street", key="next")
    assert actions.deliver_pending() == 0
    assert not Device.objects.exists()
    assert states()[-1] == ("failed", 1, "push.gone")


def test_one_browser_in_trouble_does_not_hold_up_another_persons(
    service: Service, personas: dict[str, Actor], noon: datetime
) -> None:
    for name in ("street", "office"):
        subscribe(service, personas[name], name)
    service.by_path = {"/push/street": Reply(429), "/push/office": Reply(201)}
    tell("street", "office")
    assert actions.deliver_pending() == 1


def test_the_last_browser_left_before_it_was_sent(service: Service, personas: dict[str, Actor], noon: datetime) -> None:
    subscribe(service, personas["street"], "a")
    tell("street")
    devices.unsubscribe(actor=personas["street"])
    actions.deliver_pending()
    assert states() == [("failed", 1, "no_device")]


def test_the_duty_runs_only_when_something_is_due(service: Service, robot: Robot) -> None:
    duty = duties.registered()["notices.deliver"]
    assert duty.needed is not None and not duty.needed()
    robot()
    service.answer(FINE)
    tell("street")
    assert duty.needed()
    duty.work()
    assert len(service.asked) == 1 and not duty.needed()
