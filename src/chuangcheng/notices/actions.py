"""Writing notices, reading them off, and sending the mails that wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import mail, selectors
from chuangcheng.notices.models import Delivery, DeliveryState, Notice
from chuangcheng.people import rights
from chuangcheng.people.models import Person

MAIL = "mail"
#: Pauses after the first, second … failure; after the last one the delivery has failed and says so on its page.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
LONGEST_KEY = 80

_sunk: ContextVar[bool] = ContextVar("chuangcheng_notices_sunk", default=False)


@contextmanager
def sink() -> Iterator[None]:
    """Inside, nobody is told anything: a demo city's quarter and an import of facts are no news."""
    token = _sunk.set(True)
    try:
        yield
    finally:
        _sunk.reset(token)


def sunk() -> bool:
    """Whether notices go nowhere now, so that an effect need not even look for those to tell."""
    return _sunk.get()


def notify(
    *, key: str, persons: Iterable[Person], topic: str, subject: tuple[str, UUID], text: Label, url: str = ""
) -> int:
    """Tell each person once; how many were told now.

    ``key`` names the news (an effect uses its outbox row), so that an effect that runs again tells nobody twice.
    ``text`` carries no personal data of a reporter: mails leave the house.
    """
    if len(key) > LONGEST_KEY:
        raise Refused("notices.long_key")
    if _sunk.get():
        return 0  # before ``persons`` is walked, which may cost queries
    told = {f"{key}:{person.pk.hex}": person for person in persons}
    if not told:
        return 0
    now = clock.now()
    with transaction.atomic():
        known = set(Notice.objects.filter(key__in=told).values_list("key", flat=True))
        notices = [
            Notice(
                key=name, person=person, topic=topic, subject_kind=subject[0], subject_id=subject[1],
                text={"zh": text.zh, "en": text.en}, url=url, created_at=now,
            )
            for name, person in told.items()
            if name not in known
        ]  # fmt: skip
        Notice.objects.bulk_create(notices)
        if settings.CITY.mail_url:
            Delivery.objects.bulk_create(
                Delivery(notice=notice, channel=MAIL, updated_at=now) for notice in notices if notice.person.email
            )
    return len(notices)


def mark_read(*, actor: Actor, notice_id: UUID) -> Notice:
    """The actor has seen one of the own notices; a second time changes nothing."""
    notice = selectors.get_notice_for(actor, notice_id)
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, actor: Actor) -> int:
    """All of the actor's notices are seen; how many were not before."""
    return selectors.visible_to(actor).filter(read_at=None).update(read_at=clock.now())


def deliver_pending(*, limit: int = 100) -> int:
    """Send the mails that are due, the oldest first; how many went out. A periodic duty of the worker.

    A mail that fails is kept with its reason and tried again after a growing pause.
    """
    if not settings.CITY.mail_url:
        return 0
    due = [delivery for delivery in _waiting()[:limit] if _is_due(delivery)]
    if not due:
        return 0
    with mail.Mailer(settings.CITY) as mailer:
        return sum(_deliver(delivery, mailer) for delivery in due)


def _waiting() -> list[Delivery]:
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, channel=MAIL)
    return list(waiting.select_related("notice__person").order_by("attempts", "updated_at", "id")[:1000])


def _is_due(delivery: Delivery) -> bool:
    if delivery.attempts == 0:
        return True
    return clock.now() >= delivery.updated_at + PAUSES[min(delivery.attempts, len(PAUSES)) - 1]


def _deliver(delivery: Delivery, mailer: mail.Mailer) -> bool:
    """One try. The attempt is counted before it is made: of two workers one gets it, and a killed one is retried."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, attempts=delivery.attempts)
    if not mine.update(attempts=F("attempts") + 1, updated_at=clock.now()):
        return False
    delivery.refresh_from_db(fields=["attempts", "updated_at"])
    try:
        mailer.send(delivery.notice)
    except mail.FAILURES as error:
        delivery.error = mail.reason(error)
        if delivery.attempts > len(PAUSES):
            delivery.state = DeliveryState.FAILED
    else:
        delivery.state, delivery.error = DeliveryState.SENT, ""
    delivery.save(update_fields=["state", "error"])
    return delivery.state == DeliveryState.SENT


def retry_failed(*, actor: Actor) -> int:
    """Try all failed deliveries again from the start, say after the mail server has been mended; how many."""
    rights.require(actor, "notices.failed")
    failed = Delivery.objects.filter(state=DeliveryState.FAILED)
    return failed.update(state=DeliveryState.WAITING, attempts=0, updated_at=clock.now())
