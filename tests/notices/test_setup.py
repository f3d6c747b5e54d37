"""Setting channels up: by whom, with which secrets, and what of them is ever seen again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.verify import models
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import delivering, selectors, setup
from chuangcheng.notices.models import Channel
from tests.conftest import City
from tests.notices.loopback import Service, says

URL = "https://oapi.dingtalk.com/robot/send?access_token=topsecret"


def save(actor: Actor, unit: object = None, **more: Any) -> Channel:
    given = {"kind": "dingtalk_robot", "name": "河东群", "values": {"url": URL, "secret": "SECabc"}, **more}
    return setup.save_channel(actor=actor, unit_id=unit.pk if unit else None, **given)  # type: ignore[attr-defined]


def test_a_unit_sets_up_its_own_robot(personas: dict[str, Actor], small_city: City) -> None:
    channel = save(personas["street"], small_city.units["street"])
    assert delivering.config_of(channel) == {"url": URL, "secret": "SECabc"}
    assert b"topsecret" not in bytes(channel.settings_cipher)
    assert list(selectors.channels_for(personas["street"])) == [channel]
    assert list(selectors.channels_for(personas["office"])) == [channel]
    for other in ("street2", "leader", "grid", "auditor"):
        assert not selectors.channels_for(personas[other]).exists()


@pytest.mark.parametrize(("persona", "unit", "code"), [
    ("street", "street2", "common.not_found"), ("street", None, "common.not_found"),
    ("grid", "street", "common.not_allowed"), ("leader", "office", "common.not_allowed"),
    ("auditor", "office", "common.not_allowed"),
])  # fmt: skip
def test_others_do_not(personas: dict[str, Actor], small_city: City, persona: str, unit: str | None, code: str) -> None:
    with pytest.raises(Refused) as caught:
        save(personas[persona], small_city.units[unit] if unit else None)
    assert caught.value.code == code
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        save(CITIZEN, small_city.units["street"])
    assert not Channel.objects.exists()


@pytest.mark.parametrize("more", [
    {"kind": "mail"}, {"kind": "fax"}, {"name": " "}, {"values": {}}, {"values": {"url": "http://oapi.dingtalk.com/"}},
    {"values": {"url": "https://me:word@a.example/"}}, {"values": {"url": "https://a.example/" + "a" * 500}},
    {"kind": "wecom_app", "values": {"corp": "ww1", "agent": "1"}},
    {"kind": "wecom_app", "values": {"corp": "ww1", "agent": "1", "secret": "s", "host": "ftp://a"}},
])  # fmt: skip
def test_what_is_incomplete_is_refused(personas: dict[str, Actor], small_city: City, more: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_channel"):
        save(personas["office"], small_city.units["street"], **more)
    assert not Channel.objects.exists()


def test_a_robot_needs_a_group_and_a_group_is_of_a_unit(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_channel"):
        save(personas["office"])
    app = save(personas["office"], kind="wecom_app", values={"corp": "ww1", "agent": "1", "secret": "s"})
    assert delivering.config_of(app)["host"] == "https://qyapi.weixin.qq.com"


def test_a_secret_left_empty_stays(personas: dict[str, Actor], small_city: City) -> None:
    unit = small_city.units["street"]
    channel = save(personas["street"], unit)
    changed = save(personas["street"], unit, channel_id=channel.pk, name="新群", values={"secret": "SECnew"})
    assert changed.pk == channel.pk
    assert delivering.config_of(Channel.objects.get()) == {"url": URL, "secret": "SECnew"}
    with pytest.raises(Refused, match=r"notices\.bad_channel"):
        save(personas["street"], unit, channel_id=channel.pk, kind="wecom_robot")
    with pytest.raises(Refused, match=r"common\.not_found"):
        save(personas["street2"], small_city.units["street2"], channel_id=channel.pk)


def test_history_knows_who_and_when_but_no_address(personas: dict[str, Actor], small_city: City) -> None:
    channel = save(personas["street"], small_city.units["street"])
    setup.switch_channel(actor=personas["office"], channel_id=channel.pk, enabled=False)
    setup.switch_channel(actor=personas["office"], channel_id=channel.pk, enabled=False)
    rows = list(Event.objects.filter(subject_kind="channel").order_by("seq"))
    assert [row.action for row in rows] == ["channel.saved", "channel.switched_off"]
    assert "topsecret" not in str([row.after for row in rows])
    assert "河东群" not in str([row.after for row in rows])
    assert models()["channel"] is Channel
    channel.refresh_from_db()
    assert (channel.chain_seq, channel.enabled) == (2, False)


def test_a_channel_can_be_tried(service: Service, personas: dict[str, Actor], small_city: City) -> None:
    values = {"url": f"{service.url}/send?access_token=t", "secret": "SECabc"}
    channel = save(personas["street"], small_city.units["street"], values=values)
    service.answer(says({"errcode": 310000}), says({"errcode": 0}))
    assert setup.try_channel(actor=personas["street"], channel_id=channel.pk) == "dingtalk.310000"
    channel.refresh_from_db()
    assert channel.trouble == "dingtalk.310000"
    assert setup.try_channel(actor=personas["office"], channel_id=channel.pk) == ""
    channel.refresh_from_db()
    assert channel.trouble == ""
    for other in (personas["street2"], personas["auditor"], CITIZEN):
        with pytest.raises(Refused, match=r"common\.not_found"):
            setup.try_channel(actor=other, channel_id=channel.pk)
    assert len(service.asked) == 2


def test_an_unknown_channel_is_not_found(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        setup.switch_channel(actor=personas["office"], channel_id=UUID(int=1), enabled=False)
