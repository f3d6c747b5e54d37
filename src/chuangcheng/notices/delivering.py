"""Working off the deliveries that wait: a try each, its reason when it fails, a growing pause, rests for channels."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices import devices, mail, preferences
from chuangcheng.notices.channels import ADAPTERS, web_push
from chuangcheng.notices.channels.base import Refusal, Text
from chuangcheng.notices.models import Channel, ChannelKind, Delivery, DeliveryState, Notice

log = logging.getLogger(__name__)
#: Pauses after the first, second … failure; after the last one the delivery has failed and says so on its page.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
#: A run ends after this long in the middle of its work: a duty must give up within two minutes.
BUDGET = timedelta(seconds=60)
#: What says that the whole service is away: its other deliveries wait for the next run.
OUTAGES = frozenset({"timeout", "refused", "unknown_host", "http.429"})


def due(limit: int = 100) -> QuerySet[Delivery]:
    """The deliveries whose time has come, by channels that are not resting; mails only with a server to send them."""
    now = clock.now()
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
    waiting = waiting.filter(Q(through=None) | Q(through__resting_until=None) | Q(through__resting_until__lte=now))
    if not settings.CITY.mail_url:
        waiting = waiting.exclude(channel=ChannelKind.MAIL)
    return waiting.select_related("notice__person", "through").order_by("due_at", "id")[:limit]


def deliver_pending(*, limit: int = 100) -> int:
    """Send what is due, the longest waiting first; how many went out. A periodic duty of the worker."""
    started, sent = clock.real(), 0
    tired: set[tuple[str, object]] = set()
    with ExitStack() as stack:
        post = Post(stack)
        for delivery in due(limit):
            way = (delivery.channel, delivery.through_id)
            if clock.real() - started > BUDGET:
                break
            if way in tired or not _claim(delivery):
                continue
            refusal = _attempt(delivery, post)
            sent += refusal is None
            # A browser's service that is away says nothing about another browser's.
            if refusal and delivery.channel != ChannelKind.WEB_PUSH and (refusal.rest or refusal.code in OUTAGES):
                tired.add(way)
    return sent


def _claim(delivery: Delivery) -> bool:
    """The attempt is counted before it is made: of two workers one gets it, and a killed one is retried later."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, attempts=delivery.attempts)
    now = clock.now()
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    if not mine.update(attempts=F("attempts") + 1, updated_at=now, due_at=now + pause):
        return False
    delivery.attempts, delivery.updated_at, delivery.due_at = delivery.attempts + 1, now, now + pause
    return True


def _attempt(delivery: Delivery, post: Post) -> Refusal | None:
    try:
        post.send(delivery)
    except Refusal as refusal:
        _note(delivery, refusal)
        return refusal
    delivery.state, delivery.error = DeliveryState.SENT, ""
    delivery.save(update_fields=["state", "error"])
    if delivery.through and (delivery.through.trouble or delivery.through.resting_until):
        _rest(delivery.through, None, "")
    return None


def _note(delivery: Delivery, refusal: Refusal) -> None:
    delivery.error = refusal.code
    if refusal.rest:  # not the message's fault: the try does not count
        delivery.attempts -= 1
        delivery.due_at = clock.now() + refusal.rest
    elif not refusal.again or delivery.attempts > len(PAUSES):
        delivery.state = DeliveryState.FAILED
    delivery.save(update_fields=["state", "error", "attempts", "due_at"])
    if delivery.through:
        _rest(delivery.through, clock.now() + refusal.rest if refusal.rest else None, refusal.code)
    log.info("notice %s by %s: %s", delivery.notice_id, delivery.channel, refusal.code)


def _rest(channel: Channel, until: datetime | None, trouble: str) -> None:
    channel.resting_until, channel.trouble = until, trouble
    channel.save(update_fields=["resting_until", "trouble"])


class Post:
    """Sends one delivery after the other; the connection to the mail server is opened once for all of them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._mailer: mail.Mailer | None = None

    def send(self, delivery: Delivery) -> None:
        """One try; raises :class:`Refusal`."""
        if delivery.channel == ChannelKind.MAIL:
            self._mail(delivery.notice)
        elif delivery.channel == ChannelKind.WEB_PUSH:
            _push(delivery)
        else:
            _through(delivery)

    def _mail(self, notice: Notice) -> None:
        if not notice.person.email:
            raise Refusal("no_address", again=False)
        if self._mailer is None:
            self._mailer = self._stack.enter_context(mail.Mailer(settings.CITY))
        try:
            self._mailer.send(notice)
        except mail.FAILURES as error:
            raise Refusal(mail.reason(error)) from None


def _push(delivery: Delivery) -> None:
    """To every browser of the person; one that took it is enough, those that are gone are forgotten."""
    text = text_of(delivery.notice)
    trouble: Refusal | None = None
    reached = False
    for device in devices.of(delivery.notice.person_id):
        try:
            web_push.send(devices.subscription(device), text)
        except web_push.Gone as gone:
            devices.forget(device)
            trouble = trouble or gone
        except Refusal as refusal:
            trouble = refusal
        else:
            reached = True
            devices.reached(device)
    if not reached:
        raise trouble or Refusal("no_device", again=False)


def _through(delivery: Delivery) -> None:
    channel = delivery.through
    if channel is None or not channel.enabled or channel.kind not in ADAPTERS:
        raise Refusal("off", again=False)
    ADAPTERS[channel.kind].send(config_of(channel), text_of(delivery.notice, _account(delivery)))


def config_of(channel: Channel) -> dict[str, str]:
    """The channel's address and secrets in clear."""
    found: dict[str, str] = json.loads(secrets.decrypt(channel.settings_cipher))
    return found


def _account(delivery: Delivery) -> str:
    if delivery.channel != ChannelKind.WECOM_APP:
        return ""
    return preferences.of([delivery.notice.person_id]).get(delivery.notice.person_id, preferences.DEFAULT).wecom


def text_of(notice: Notice, to: str = "") -> Text:
    """The notice in the person's language, with an absolute address if the home knows its own."""
    said = Label(notice.text["zh"], notice.text["en"]).text(notice.person.language or settings.CITY.language)
    base = settings.CITY.public_url.rstrip("/")
    return Text(said.splitlines()[0], said, base + notice.url if base and notice.url else "", to)
