"""Periodic duties: rooms register what must be done every so often; of all workers, one does it each time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from chuangcheng.history.models import Version
from chuangcheng.kernel import clock

log = logging.getLogger(__name__)
PREFIX = "duty."
#: Machine time in seconds is stored in 31 bits; counted from 2020 it lasts until 2088.
EPOCH = 1_577_836_800
LEASE = 120

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Duty:
    """``work`` runs every ``seconds``; where ``needed`` says no, nothing is claimed and nothing written."""

    name: str
    seconds: int
    work: Work
    needed: Callable[[], bool] | None = None


_duties: dict[str, Duty] = {}


def periodic(name: str, seconds: int, *, needed: Callable[[], bool] | None = None) -> Callable[[Work], Work]:
    """Register a function as duty ``room.what``. It must be safe to run twice, and give up within two minutes or
    work in portions: a worker that was killed in it is replaced after :data:`LEASE` seconds."""

    def register(work: Work) -> Work:
        _duties[name] = Duty(name, seconds, work, needed)
        return work

    return register


def registered() -> dict[str, Duty]:
    """Every duty by name."""
    return dict(_duties)


def run_due() -> int:
    """Run what is due and not being done by another worker; how many ran. A failure is logged and tried next time."""
    # Read first: on SQLite a write, even one that changes nothing, takes the only lock and waits for the disk.
    stored = dict(Version.objects.filter(name__startswith=PREFIX).values_list("name", "number"))
    due = [duty for duty in _duties.values() if stored.get(PREFIX + duty.name, 0) <= _now()]
    return sum(_run(duty) for duty in due)


def release() -> int:
    """Forget the claims of killed workers. Only for the one who knows that no other worker lives."""
    return Version.objects.filter(name__startswith=PREFIX, number__gt=_now()).update(number=_now())


def _run(duty: Duty) -> bool:
    try:
        if (duty.needed and not duty.needed()) or not _claim(duty):
            return False
        duty.work()
    except Exception:
        log.exception("duty %s failed", duty.name)
    Version.objects.filter(name=PREFIX + duty.name).update(number=_now() + duty.seconds)
    return True


def _claim(duty: Duty) -> bool:
    """Move the time of the next run out by a conditional update: it succeeds for one worker only."""
    name, now = PREFIX + duty.name, _now()
    with transaction.atomic():
        Version.objects.bulk_create([Version(name=name, number=0)], ignore_conflicts=True)
        return Version.objects.filter(name=name, number__lte=now).update(number=now + LEASE) == 1


def _now() -> int:
    return int(clock.real().timestamp()) - EPOCH
