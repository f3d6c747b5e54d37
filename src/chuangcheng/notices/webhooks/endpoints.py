"""Setting up webhooks: address, events and secret, and telling again what was told before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import outside
from chuangcheng.notices.webhooks import rows, sending, signing, topics
from chuangcheng.notices.webhooks.models import Endpoint, Sending, SendingState
from chuangcheng.people import rights

RIGHT = "notices.webhooks"
LONGEST = 500
MOST_REPLAYED = 10_000


def endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """Every endpoint, for those who look after them."""
    found = Endpoint.objects.order_by("created_at", "id")
    return found if actor.is_system or rights.can(actor, RIGHT) else found.none()


def get_endpoint_for(actor: Actor, endpoint_id: UUID) -> Endpoint:
    """One endpoint, or ``common.not_found``."""
    endpoint = endpoints(actor).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Refused("common.not_found")
    return endpoint


def log_of(actor: Actor) -> QuerySet[Sending]:
    """What was told to whom and how that went."""
    return Sending.objects.filter(endpoint__in=endpoints(actor).order_by()).select_related("endpoint", "message")


def get_sending_for(actor: Actor, sending_id: UUID) -> Sending:
    """One line of the log, or ``common.not_found``."""
    sending = log_of(actor).filter(pk=sending_id).first()
    if sending is None:
        raise Refused("common.not_found")
    return sending


def save_endpoint(
    *, actor: Actor, name: str, url: str, wanted: Sequence[str], endpoint_id: UUID | None = None
) -> tuple[Endpoint, str]:
    """Set an endpoint up, or change it (an empty ``url`` stays as it is). A new one's secret is answered once and
    never shown again; "" for a change."""
    with transaction.atomic():
        rights.require_or_system(actor, RIGHT)
        endpoint = rows.locked(endpoint_id) if endpoint_id else Endpoint(created_at=clock.now())
        url = url.strip() or (rows.url_of(endpoint) if endpoint_id else "")
        _check(name, url, wanted)
        secret = "" if endpoint_id else signing.new_secret()
        if secret:
            _keep(endpoint, [secret])
        endpoint.name, endpoint.topics = name.strip()[:40], sorted(set(wanted))
        endpoint.url_cipher, endpoint.host = secrets.encrypt(url), outside.target(url).host[:120]
        endpoint.resting_until, endpoint.failures = None, 0
        facts = {"topics": endpoint.topics, "url": secrets.digest_of("webhook.url", url)}
        rows.write(endpoint, "changed" if endpoint_id else "saved", actor, facts)
    return endpoint, secret


def rotate_secret(*, actor: Actor, endpoint_id: UUID) -> str:
    """A new secret, answered once. For :data:`.rows.OVERLAP` messages are signed with the old one too."""
    with transaction.atomic():
        rights.require_or_system(actor, RIGHT)
        endpoint = rows.locked(endpoint_id)
        secret = signing.new_secret()
        _keep(endpoint, [secret, *json.loads(secrets.decrypt(endpoint.secrets_cipher))[:1]])
        endpoint.rotated_at = clock.now()
        rows.write(endpoint, "rotated", actor, {})
    return secret


def switch_endpoint(*, actor: Actor, endpoint_id: UUID, enabled: bool) -> Endpoint:
    """Switch an endpoint off, or on again. What waited while it was off has failed and can be told again."""
    with transaction.atomic():
        rights.require_or_system(actor, RIGHT)
        endpoint = rows.locked(endpoint_id)
        if endpoint.enabled != enabled:
            endpoint.enabled, endpoint.resting_until, endpoint.failures = enabled, None, 0
            rows.write(endpoint, "switched_on" if enabled else "switched_off", actor, {"enabled": enabled})
    return endpoint


def ping(*, actor: Actor, endpoint_id: UUID) -> Sending:
    """Tell this endpoint alone that it is being tested."""
    with transaction.atomic():
        rights.require_or_system(actor, RIGHT)
        endpoint = rows.locked(endpoint_id)
        if not endpoint.enabled:
            raise Refused("notices.endpoint_off")
        message = sending.write(f"ping:{new_id().hex}", topics.PING, ("endpoint", endpoint.pk), {}, clock.now())
        return sending.enqueue(message, [endpoint.pk])[0]


def replay(*, actor: Actor, sending_id: UUID) -> Sending:
    """Tell it again: same id, so that a receiver who had it can tell. What still waits goes out at once."""
    with transaction.atomic():
        rights.require_or_system(actor, RIGHT)
        row = Sending.objects.select_for_update(of=("self",)).select_related("endpoint").filter(pk=sending_id).first()
        if row is None:
            raise Refused("common.not_found")
        if not row.endpoint.enabled:
            raise Refused("notices.endpoint_off")
        Endpoint.objects.filter(pk=row.endpoint_id).update(resting_until=None)
        return sending.again(row)


def replay_since(*, actor: Actor, endpoint_id: UUID, since: datetime, failed_only: bool = True) -> int:
    """Tell an endpoint again what it missed since then, :data:`MOST_REPLAYED` at most, the oldest first; how many."""
    rights.require_or_system(actor, RIGHT)
    missed = Sending.objects.filter(endpoint=endpoint_id, message__created_at__gte=since)
    missed = missed.filter(state=SendingState.FAILED) if failed_only else missed.exclude(state=SendingState.WAITING)
    found = list(missed.order_by("message__created_at", "id").values_list("pk", flat=True)[:MOST_REPLAYED])
    for sending_id in found:
        replay(actor=actor, sending_id=sending_id)
    return len(found)


def _check(name: str, url: str, wanted: Sequence[str]) -> None:
    try:
        outside.target(url)
    except outside.OutsideError:
        raise Refused("notices.bad_endpoint") from None
    if not name.strip() or not wanted or not set(wanted) <= set(topics.declared()) or len(url) > LONGEST:
        raise Refused("notices.bad_endpoint")


def _keep(endpoint: Endpoint, keys: list[str]) -> None:
    endpoint.secrets_cipher = secrets.encrypt(json.dumps(keys))
