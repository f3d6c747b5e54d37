"""By which ways a notice goes: what is set up, what the person chose, what the hour allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import actions, devices, preferences, setup
from chuangcheng.notices.models import Channel, Delivery, Device, Notice, Preference
from chuangcheng.notices.preferences import Chosen
from chuangcheng.people.models import Person, Post
from tests.conftest import City
from tests.notices.test_web_push import Browser

NIGHT = datetime(2026, 9, 15, 15, 30, tzinfo=UTC)  # 23:30 in the city
MORNING = datetime(2026, 9, 15, 23, 0, tzinfo=UTC)  # 07:00 of the next day
Robot = Callable[..., Channel]


@pytest.fixture
def robot(inner: Any, personas: dict[str, Actor], small_city: City) -> Robot:
    """Sets up a robot in a unit's group."""

    def make(unit: str = "street", kind: str = "wecom_robot", **more: Any) -> Channel:
        values = {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"}
        return setup.save_channel(
            actor=personas["office"], kind=kind, name="群", unit_id=small_city.units[unit].pk, values=values, **more
        )

    return make


@pytest.fixture
def app(inner: Any, personas: dict[str, Actor]) -> Channel:
    """The city's application in 企业微信."""
    values = {"corp": "ww1", "agent": "1", "secret": "s"}
    return setup.save_channel(
        actor=personas["office"], kind="wecom_app", name="政务微信", unit_id=None, values=values
    )  # fmt: skip


def tell(*names: str, key: str = "k", **more: Any) -> set[tuple[str, str]]:
    """(person, channel) of the deliveries that this piece of news made."""
    persons = Person.objects.filter(username__in=names).order_by("username")
    actions.notify(key=key, persons=persons, topic="t", subject=("case", uuid4()), text=Label("事", "Thing"), **more)
    rows = Delivery.objects.filter(news=key).select_related("notice__person")
    return {(row.notice.person.username, row.channel) for row in rows}


def test_nothing_set_up_means_the_page_alone(personas: dict[str, Actor]) -> None:
    assert tell("street") == set()
    assert Notice.objects.count() == 1


def test_a_unit_s_group_hears_each_piece_of_news_once(robot: Robot, personas: dict[str, Actor]) -> None:
    robot("street")
    assert tell("street", "grid", "office") == {("grid", "wecom_robot")}  # both are of the street's unit
    actions.notify(
        key="k", persons=Person.objects.filter(username="community"), topic="t", subject=("case", uuid4()),
        text=Label("事", "Thing"),
    )  # fmt: skip
    Post.objects.create(person=Person.objects.get(username="inspector"), role="street", unit=Post.objects.get(person__username="street").unit)  # fmt: skip
    assert tell("inspector") == {("grid", "wecom_robot")}, "told later, the group knows already"
    assert tell("street", key="other") == {("street", "wecom_robot")}


def test_each_unit_has_its_own_group(robot: Robot) -> None:
    robot("street")
    robot("street2", "feishu_robot")
    assert tell("street", "street2", "office") == {("street", "wecom_robot"), ("street2", "feishu_robot")}


def test_a_group_is_spared_only_if_all_who_are_told_do_not_want_it(robot: Robot, personas: dict[str, Actor]) -> None:
    robot("street")
    preferences.choose(actor=personas["grid"], chosen=Chosen(robot=False))
    assert tell("street", "grid") == {("street", "wecom_robot")}
    preferences.choose(actor=personas["street"], chosen=Chosen(robot=False))
    assert tell("street", "grid", key="next") == set()


def test_a_robot_that_is_switched_off_hears_nothing(robot: Robot, personas: dict[str, Actor]) -> None:
    channel = robot("street")
    setup.switch_channel(actor=personas["street"], channel_id=channel.pk, enabled=False)
    assert tell("street") == set()
    setup.switch_channel(actor=personas["street"], channel_id=channel.pk, enabled=True)
    assert tell("street", key="next") == {("street", "wecom_robot")}


def test_a_post_that_has_ended_hears_nothing(robot: Robot, noon: datetime) -> None:
    robot("street")
    Post.objects.filter(person__username="street").update(valid_to=noon.date() - timedelta(days=1))
    assert tell("street") == set()


def test_the_application_speaks_to_accounts(app: Channel, personas: dict[str, Actor]) -> None:
    assert tell("street", "office") == set()
    preferences.choose(actor=personas["street"], chosen=Chosen(wecom="wang"))
    assert tell("street", "office", key="next") == {("street", "wecom_app")}
    preferences.choose(actor=personas["street"], chosen=Chosen(wecom="wang", app=False))
    assert tell("street", key="third") == set()


def test_browsers_hear_what_their_person_wants(inner: Any, personas: dict[str, Actor]) -> None:
    given = Browser("https://push.example/1").subscription
    device = devices.subscribe(actor=personas["street"], given=given)
    assert tell("street", "office") == {("street", "web_push")}
    preferences.choose(actor=personas["street"], chosen=Chosen(web_push=False))
    assert tell("street", key="second") == set()
    preferences.choose(actor=personas["street"], chosen=Chosen())
    assert devices.unsubscribe(actor=personas["office"], device_id=device.pk) == 0
    assert devices.unsubscribe(actor=personas["street"], device_id=device.pk) == 1
    assert tell("street", key="third") == set()


def test_mail_can_be_refused_too(settings: Any, personas: dict[str, Actor]) -> None:
    settings.CITY = replace(settings.CITY, mail_url="smtp://mail.example")
    Person.objects.update(email="a@example.org")
    preferences.choose(actor=personas["street"], chosen=Chosen(mail=False))
    assert tell("street", "office") == {("office", "mail")}


def test_at_night_only_what_is_urgent_rings(
    robot: Robot, personas: dict[str, Actor], settings: Any, noon: datetime
) -> None:
    robot("street")
    settings.CITY = replace(settings.CITY, mail_url="smtp://mail.example")
    Person.objects.update(email="a@example.org")
    with clock.at(NIGHT):
        tell("street")
        tell("street", key="urgent", urgent=True)
    due = {(row.news, row.channel): row.due_at for row in Delivery.objects.all()}
    assert due == {
        ("k", "mail"): NIGHT, ("k", "wecom_robot"): MORNING, ("urgent", "mail"): NIGHT, ("urgent", "wecom_robot"): NIGHT,
    }  # fmt: skip


def test_everybody_has_their_own_night(inner: Any, personas: dict[str, Actor], noon: datetime) -> None:
    for name in ("street", "office"):
        given = Browser(f"https://push.example/{name}").subscription
        devices.subscribe(actor=personas[name], given=given)
    preferences.choose(actor=personas["street"], chosen=Chosen(quiet_from=0, quiet_to=0))
    with clock.at(NIGHT):
        tell("street", "office")
    due = {row.notice.person.username: row.due_at for row in Delivery.objects.select_related("notice__person")}
    assert due == {"street": NIGHT, "office": MORNING}


HOURS = st.integers(0, 23)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(MOMENTS, HOURS, HOURS)
def test_the_quiet_ends_within_a_day_at_its_hour(moment: datetime, start: int, end: int) -> None:
    chosen = Chosen(quiet_from=start, quiet_to=end)
    free = preferences.after_quiet(moment, chosen)
    assert timedelta(0) <= free - moment <= timedelta(days=1)
    assert preferences.after_quiet(free, chosen) == free
    hour = moment.astimezone(clock.CITY_ZONE).hour
    quiet = {(start + step) % 24 for step in range((end - start) % 24)}
    assert (free == moment) == (hour not in quiet)
    if free != moment:
        local = free.astimezone(clock.CITY_ZONE)
        assert (local.hour, local.minute) == (end, 0)


@pytest.mark.parametrize(
    "chosen", [Chosen(quiet_from=24), Chosen(quiet_to=-1), Chosen(wecom="a|b"), Chosen(wecom="@all"), Chosen(wecom="x" * 65)]
)  # fmt: skip
def test_choices_that_are_none(personas: dict[str, Actor], chosen: Chosen) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_choice"):
        preferences.choose(actor=personas["street"], chosen=chosen)
    assert not Preference.objects.exists()


def test_choices_are_kept_and_the_account_is_encrypted(personas: dict[str, Actor]) -> None:
    chosen = Chosen(mail=False, quiet_from=20, quiet_to=8, wecom="wangwu")
    preferences.choose(actor=personas["street"], chosen=replace(chosen, wecom=" wangwu "))
    assert preferences.mine(personas["street"]) == chosen
    assert preferences.mine(personas["office"]) == preferences.DEFAULT == preferences.mine(CITIZEN)
    assert b"wangwu" not in bytes(Preference.objects.get().wecom_cipher)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        preferences.choose(actor=CITIZEN, chosen=chosen)


def test_a_browser_belongs_to_who_signed_in_last(inner: Any, personas: dict[str, Actor]) -> None:
    given = Browser("https://push.example/1").subscription
    devices.subscribe(actor=personas["street"], given=given)
    devices.subscribe(actor=personas["office"], given=given)
    device = Device.objects.get()
    assert device.person_id == personas["office"].person_id
    assert devices.subscription(device) == given
    assert b"push.example" not in bytes(device.subscription_cipher)


def test_of_many_browsers_the_oldest_goes(inner: Any, personas: dict[str, Actor], noon: datetime) -> None:
    for number in range(devices.MOST + 2):
        with clock.at(noon + timedelta(minutes=number)):
            devices.subscribe(actor=personas["street"], given=Browser(f"https://push.example/{number}").subscription)
    kept = [devices.subscription(device)["endpoint"] for device in devices.of(personas["street"].person_id)]  # type: ignore[arg-type]
    assert len(kept) == devices.MOST
    assert "https://push.example/0" not in kept and "https://push.example/2" in kept


def test_what_is_no_subscription_is_refused(inner: Any, personas: dict[str, Actor]) -> None:
    for values in ({}, {"endpoint": "https://push.example/" + "a" * 1000, "p256dh": "", "auth": ""}):
        with pytest.raises(Refused, match=r"notices\.bad_subscription"):
            devices.subscribe(actor=personas["street"], given=values)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        devices.subscribe(actor=CITIZEN, given=Browser("https://push.example/1").subscription)


def test_many_persons_cost_no_more_queries(robot: Robot, app: Channel, personas: dict[str, Actor]) -> None:
    robot("street")
    devices.subscribe(actor=personas["street"], given=Browser("https://push.example/1").subscription)
    tell("street", key="warm")
    with CaptureQueriesContext(connection) as few:
        tell("street", key="one")
    with CaptureQueriesContext(connection) as many:
        tell(*Person.objects.values_list("username", flat=True), key="all")
    assert len(many) - 1 <= len(few) <= 12  # one more reads the names
