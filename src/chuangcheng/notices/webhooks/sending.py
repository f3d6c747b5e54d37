"""Telling other systems: a message is written in the transaction of the effect, then told by the outbox, with pauses.

Each try is an outbox row of its own, due at its time, run outside of any transaction. A worker that is killed between
sending and noting sends again, under the same ``webhook-id``: at least once, as receivers of webhooks must expect.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from chuangcheng.history import outbox
from chuangcheng.history.models import Outbox
from chuangcheng.history.versions import Cached
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.notices import outside
from chuangcheng.notices.channels.base import retry_after
from chuangcheng.notices.webhooks import rows, signing
from chuangcheng.notices.webhooks.models import Endpoint, Message, Sending, SendingState

TOPIC = "webhook.due"
#: The version of the payload's form; a change that breaks a receiver raises it.
FORM = 1
#: Pauses after the first, second … failure, three days in all; after the last try it has failed and can be replayed.
PAUSES = (
    timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=6), timedelta(hours=12), timedelta(hours=24), timedelta(hours=24),
)  # fmt: skip
#: How long an endpoint that is away is left alone at most, so that many waiting messages do not each time out.
LONGEST_REST = timedelta(minutes=30)
TIMEOUT = 8.0  # seconds
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went: ``error`` "" for taken, ``rest`` when the endpoint itself is in trouble."""

    status: int | None
    error: str
    hopeless: bool = False
    rest: timedelta | None = None


def _load() -> dict[UUID, frozenset[str]]:
    return {row.pk: frozenset(row.topics) for row in Endpoint.objects.filter(enabled=True).order_by("created_at", "id")}


_listening = Cached(rows.VERSION, _load)


def listeners(topic: str) -> list[UUID]:
    """The endpoints that want to hear of a topic; costs a query each two seconds at most."""
    return [endpoint for endpoint, topics in _listening.get().items() if topic in topics]


def publish(*, key: str, topic: str, subject: tuple[str, UUID], data: Mapping[str, object], at: datetime) -> int:
    """Tell every endpoint that listens, in the caller's transaction; how many. ``key`` names the event, so that an
    effect that runs again tells nobody twice. ``data`` holds no personal value and no free text."""
    wanted = listeners(topic)
    if not wanted or Message.objects.filter(key=key).exists():
        return 0
    return len(enqueue(write(key, topic, subject, data, at), wanted))


def write(key: str, topic: str, subject: tuple[str, UUID], data: Mapping[str, object], at: datetime) -> Message:
    """The message, in the very text that is signed and sent."""
    document = {"type": topic, "version": FORM, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return Message.objects.create(
        key=key, topic=topic, subject_kind=subject[0], subject_id=subject[1], created_at=clock.now(),
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip


def enqueue(message: Message, wanted: Iterable[UUID]) -> list[Sending]:
    """A first try for each endpoint, at once."""
    now = clock.now()
    found = [Sending(endpoint_id=endpoint, message=message, updated_at=now, due_at=now) for endpoint in wanted]
    Sending.objects.bulk_create(found)
    for sending in found:
        _emit(sending, now)
    return found


def again(sending: Sending) -> Sending:
    """Begin a new round of tries, in the caller's transaction. Tries of the old round that still wait do nothing."""
    sending.round += 1
    sending.attempts, sending.state, sending.error = 0, SendingState.WAITING, ""
    sending.updated_at = sending.due_at = clock.now()
    sending.save(update_fields=["round", "attempts", "state", "error", "updated_at", "due_at"])
    _emit(sending, sending.due_at)
    return sending


@outbox.on(TOPIC, apart=True)
def tell(row: Outbox) -> None:
    """One try, unless it was made, settled or replayed meanwhile."""
    attempt(row.subject_id, int(row.payload["round"]), int(row.payload["attempt"]))


def attempt(sending_id: UUID, round_: int, number: int) -> None:
    """Make try ``number`` of that round and settle it."""
    waiting = Sending.objects.filter(pk=sending_id, state=SendingState.WAITING, round=round_, attempts=number - 1)
    sending = waiting.select_related("endpoint", "message").first()
    if sending is None:
        return
    now = clock.now()
    rest = sending.endpoint.resting_until
    if sending.endpoint.enabled and rest and rest > now:
        with transaction.atomic():
            if waiting.update(due_at=rest):
                _emit(sending, rest)
        return
    result = _post(sending) if sending.endpoint.enabled else Result(None, "off", hopeless=True)
    with transaction.atomic():
        _settle(sending, number, result)


def _post(sending: Sending) -> Result:
    endpoint, body = sending.endpoint, sending.message.body
    keys = rows.secrets_of(endpoint, clock.now())
    stamp = int(clock.real().timestamp())  # receivers hold it against their own clocks
    headers = signing.headers(keys, f"msg_{sending.message_id.hex}", stamp, body)
    try:
        answer = outside.post(rows.url_of(endpoint), body.encode(), headers, timeout=TIMEOUT)
    except outside.OutsideError as error:
        return Result(None, error.code, rest=PAUSES[0])
    return judge(answer)


def judge(answer: outside.Answer) -> Result:
    """2xx is taken; 410 is never asked again; 429 and 5xx rest the endpoint; other answers are tried again."""
    if 200 <= answer.status < 300:
        return Result(answer.status, "")
    error = f"http.{answer.status}"
    if answer.status == 410:
        return Result(answer.status, error, hopeless=True)
    if answer.status == 429:
        return Result(answer.status, error, rest=retry_after(answer))
    return Result(answer.status, error, rest=PAUSES[0] if answer.status >= 500 else None)


def _settle(sending: Sending, number: int, result: Result) -> None:
    now = clock.now()
    lasting = result.hopeless or number > len(PAUSES)
    state = SendingState.SENT if not result.error else SendingState.FAILED if lasting else SendingState.WAITING
    due = now + PAUSES[number - 1] if state == SendingState.WAITING else now
    mine = Sending.objects.filter(
        pk=sending.pk, state=SendingState.WAITING, round=sending.round, attempts=number - 1
    )  # fmt: skip
    if not mine.update(
        state=state, attempts=number, status=result.status, error=result.error, updated_at=now, due_at=due
    ):
        return  # another worker settled it, or it was replayed
    sending.attempts = number
    if state == SendingState.WAITING:
        _emit(sending, due)
    _endpoint_after(sending.endpoint, result, now)


def _endpoint_after(endpoint: Endpoint, result: Result, now: datetime) -> None:
    row = Endpoint.objects.filter(pk=endpoint.pk)
    if result.status == 410:
        rows.switch_off_gone(endpoint.pk, SYSTEM)
    elif not result.error:
        row.exclude(failures=0, resting_until=None).update(failures=0, resting_until=None)
    elif result.rest:
        failures = min(endpoint.failures + 1, 1000)
        rest = max(result.rest, PAUSES[min(failures, len(PAUSES)) - 1])
        row.update(failures=failures, resting_until=now + min(rest, LONGEST_REST))


def _emit(sending: Sending, due: datetime) -> None:
    payload = {"round": sending.round, "attempt": sending.attempts + 1}
    outbox.emit(TOPIC, ("sending", sending.pk), payload, due_at=due)


def purge() -> int:
    """Forget messages older than :data:`KEPT` with their log; how many."""
    return Message.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
