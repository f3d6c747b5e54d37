"""Setting up channels: a unit's own robots by the unit, the city's application by the campaign office."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from chuangcheng.history import actions as history
from chuangcheng.history import secrets
from chuangcheng.history.actions import CHAIN_FIELDS
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.notices import outside, preferences, routes, selectors
from chuangcheng.notices.channels import ADAPTERS, reason_of, wecom_app
from chuangcheng.notices.channels.base import Adapter, Field, Refusal, Text
from chuangcheng.notices.delivering import config_of
from chuangcheng.notices.models import ROBOTS, Channel, ChannelKind
from chuangcheng.people import rights

LONGEST = 500
ADDRESSES = frozenset({"url", "host"})  # names of fields that hold one


def save_channel(
    *,
    actor: Actor,
    kind: str,
    name: str,
    unit_id: UUID | None,
    values: Mapping[str, str],
    channel_id: UUID | None = None,
) -> Channel:
    """Set a channel up, or change it: then a secret that is left empty stays as it is. Robots belong to a unit, an
    application to the whole city or to a unit."""
    with transaction.atomic():
        _require(actor, unit_id)
        adapter = ADAPTERS.get(kind)
        if adapter is None or not name.strip() or (kind in ROBOTS and unit_id is None):
            raise Refused("notices.bad_channel")
        channel = _locked(actor, channel_id) if channel_id else Channel(kind=kind, created_at=clock.now())
        if channel.kind != kind:
            raise Refused("notices.bad_channel")
        old = config_of(channel) if channel_id else {}
        config = _checked(adapter, values, old)
        channel.name, channel.unit_id = name.strip()[:40], unit_id
        channel.settings_cipher = secrets.encrypt(json.dumps(config))
        channel.resting_until, channel.trouble = None, ""
        _write(channel, "changed" if channel_id else "saved", actor, config)
        if kind == ChannelKind.WECOM_APP:
            wecom_app.forget(config)
    return channel


def switch_channel(*, actor: Actor, channel_id: UUID, enabled: bool) -> Channel:
    """Switch a channel off, or on again. A second time changes nothing."""
    with transaction.atomic():
        channel = _locked(actor, channel_id)
        if channel.enabled != enabled:
            channel.enabled, channel.resting_until, channel.trouble = enabled, None, ""
            _write(channel, "switched_on" if enabled else "switched_off", actor, None)
    return channel


def try_channel(*, actor: Actor, channel_id: UUID) -> str:
    """Send one line now; "" if it went out, else the code why not. Runs outside of any transaction."""
    channel = selectors.get_channel_for(actor, channel_id)
    line = Label("创城工作台：通知渠道测试", "Campaign desk: a test of this channel").zh
    text = Text(line, line, "", preferences.mine(actor).wecom)
    try:
        ADAPTERS[channel.kind].send(config_of(channel), text)
    except Refusal as refusal:
        code = refusal.code
    else:
        code = ""
    Channel.objects.filter(pk=channel.pk).update(trouble=code)
    return code


def _require(actor: Actor, unit_id: UUID | None) -> None:
    scope = rights.scope_of(rights.require(actor, "notices.channels"))
    if not scope.everything and (unit_id is None or unit_id not in scope.units):
        raise Refused("common.not_found")


def _locked(actor: Actor, channel_id: UUID) -> Channel:
    selectors.get_channel_for(actor, channel_id)
    return Channel.objects.select_for_update().get(pk=channel_id)


def _checked(adapter: Adapter, values: Mapping[str, str], old: Mapping[str, str]) -> dict[str, str]:
    config: dict[str, str] = {}
    for field in adapter.fields:
        value = values.get(field.name, "").strip() or (old.get(field.name, "") if field.secret else field.default)
        code = _trouble(field, value)
        if code:
            raise Refused("notices.bad_channel", fields=(FieldProblem(field.name, code, reason_of(code)),))
        config[field.name] = value
    return config


def _trouble(field: Field, value: str) -> str:
    if not value:
        return "missing" if field.required else ""
    if len(value) > LONGEST:
        return "bad_url"
    try:
        if field.name in ADDRESSES:
            outside.target(value)
    except outside.OutsideError as error:
        return error.code
    return ""


def _write(channel: Channel, verb: str, actor: Actor, config: Mapping[str, str] | None) -> None:
    after: dict[str, object] = {"enabled": channel.enabled}
    if config is not None:
        after |= {
            "kind": channel.kind, "unit_id": channel.unit_id,
            "settings": secrets.digest_of("channel.settings", dict(config)),
            "name": secrets.digest_of("channel.name", channel.name),
        }  # fmt: skip
    history.append(channel, f"channel.{verb}", actor, after=after)
    if channel._state.adding:
        channel.save(force_insert=True)
    else:
        fields = ("name", "unit", "settings_cipher", "enabled", "resting_until", "trouble")
        channel.save(update_fields=[*fields, *CHAIN_FIELDS])
    routes.changed()
