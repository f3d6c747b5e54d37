"""Writing notices, reading them off, and starting failed deliveries again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import routes, selectors
from chuangcheng.notices.delivering import deliver_pending
from chuangcheng.notices.models import Delivery, DeliveryState, Notice
from chuangcheng.people import rights
from chuangcheng.people.models import Person

__all__ = ["deliver_pending", "mark_all_read", "mark_read", "notify", "retry_failed", "sink", "sunk"]

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
    *, key: str, persons: Iterable[Person], topic: str, subject: tuple[str, UUID], text: Label, url: str = "",
    urgent: bool = False,
) -> int:  # fmt: skip
    """Tell each person once; how many were told now. Only what is ``urgent`` breaks a person's quiet hours.

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
        # A group that heard this piece of news when others were told hears it no second time.
        found = routes.deliveries(notices, news=key, urgent=urgent, now=now)
        Delivery.objects.bulk_create(found, ignore_conflicts=True)
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


def retry_failed(*, actor: Actor) -> int:
    """Try all failed deliveries again from the start, say after a mail server or a robot has been mended; how many."""
    rights.require(actor, "notices.retry")
    now = clock.now()
    failed = Delivery.objects.filter(state=DeliveryState.FAILED)
    return failed.update(state=DeliveryState.WAITING, attempts=0, updated_at=now, due_at=now)
