"""Browsers that let us wake them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import routes
from chuangcheng.notices.channels import web_push
from chuangcheng.notices.models import Device

MOST = 10  # browsers of one person; the oldest goes


def of(person_id: UUID) -> list[Device]:
    """A person's browsers, the newest first."""
    return list(Device.objects.filter(person=person_id).order_by("-created_at", "-id"))


def subscription(device: Device) -> dict[str, str]:
    """What the browser gave us, in clear."""
    found: dict[str, str] = json.loads(secrets.decrypt(device.subscription_cipher))
    return found


def subscribe(*, actor: Actor, given: Mapping[str, str]) -> Device:
    """Keep a browser's subscription (``endpoint``, ``p256dh``, ``auth``). The same browser again is the same row, and
    goes with whoever signs in on it last."""
    if actor.person_id is None:
        raise Refused("common.not_allowed", permission="—")
    values = {name: str(given.get(name, "")) for name in ("endpoint", "p256dh", "auth")}
    if len(values["endpoint"]) > 1000 or not web_push.is_sound(values):
        raise Refused("notices.bad_subscription")
    with transaction.atomic():
        device, _ = Device.objects.update_or_create(
            index=secrets.digest_of("notices.device", values["endpoint"]),
            defaults={
                "person_id": actor.person_id,
                "subscription_cipher": secrets.encrypt(json.dumps(values)),
                "created_at": clock.now(),
            },
        )
        Device.objects.filter(pk__in=[old.pk for old in of(actor.person_id)[MOST:]]).delete()
        routes.changed()
    return device


def unsubscribe(*, actor: Actor, device_id: UUID | None = None) -> int:
    """Forget one of the actor's browsers, or all of them; how many."""
    rows = Device.objects.filter(person=actor.person_id)
    gone = (rows.filter(pk=device_id) if device_id else rows).delete()[0]
    if gone:
        routes.changed()
    return gone


def forget(device: Device) -> None:
    """The push service says that this browser is gone."""
    Device.objects.filter(pk=device.pk).delete()
    routes.changed()


def reached(device: Device) -> None:
    """The push service took a message for this browser."""
    Device.objects.filter(pk=device.pk).update(reached_at=clock.now())
