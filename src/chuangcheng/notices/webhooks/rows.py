"""The endpoint's row: its secrets in clear for sending, and every change with its history row."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from chuangcheng.history import actions as history
from chuangcheng.history import secrets
from chuangcheng.history.actions import CHAIN_FIELDS
from chuangcheng.history.versions import bump
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.webhooks.models import Endpoint

#: The mark by which processes notice that somebody listens to other topics now.
VERSION = "notices.webhooks"
#: For how long the secret before the present one still signs beside it.
OVERLAP = timedelta(days=1)
_FIELDS = (
    "name", "host", "url_cipher", "secrets_cipher", "topics", "enabled", "rotated_at", "resting_until", "failures",
)  # fmt: skip


def url_of(endpoint: Endpoint) -> str:
    """The address in clear, for sending."""
    return secrets.decrypt(endpoint.url_cipher)


def secrets_of(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    kept: list[str] = json.loads(secrets.decrypt(endpoint.secrets_cipher))
    overlapping = endpoint.rotated_at is not None and now < endpoint.rotated_at + OVERLAP
    return kept[:2] if overlapping else kept[:1]


def switch_off_gone(endpoint_id: UUID, actor: Actor) -> None:
    """The other side answered 410: it wants no more. Inside the caller's transaction."""
    endpoint = locked(endpoint_id)
    if endpoint.enabled:
        endpoint.enabled = False
        write(endpoint, "switched_off", actor, {"enabled": False, "gone": True})


def locked(endpoint_id: UUID) -> Endpoint:
    """The endpoint's row under its lock, or ``common.not_found``."""
    endpoint = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refused("common.not_found")
    return endpoint


def write(endpoint: Endpoint, verb: str, actor: Actor, after: dict[str, object]) -> None:
    """Save the endpoint with the history row ``endpoint.<verb>``, in the caller's transaction."""
    history.append(endpoint, f"endpoint.{verb}", actor, after=after)
    if endpoint._state.adding:
        endpoint.save(force_insert=True)
    else:
        endpoint.save(update_fields=[*_FIELDS, *CHAIN_FIELDS])
    bump(VERSION)
