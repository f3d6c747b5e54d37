"""Works the outbox off, at least once a row, through kill -9 and beside any number of other workers.

A worker claims due rows for a minute by a conditional update. Most rows run in one transaction: all their effects and
the note that the row is done. When that fails, each effect of the row runs in a transaction of its own together with
its name in ``finished``, so that one broken effect neither undoes nor repeats the others; the row comes back later.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from chuangcheng.history import outbox
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
CLAIMED_AT_ONCE = 20
#: Who works the whole backlog off while nobody waits takes more: what runs for many rows at once is then worth it.
DRAINED_AT_ONCE = 200
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(hours=1)
KEPT = timedelta(days=30)


#: Rows that share a commit on SQLite while people work: its only writer must not keep them waiting.
SHARED_COMMIT = 12


def run_pending(limit: int = 200, *, together: int = SHARED_COMMIT, at_once: int = CLAIMED_AT_ONCE) -> int:
    """Run due rows, ``limit`` at most, claiming ``at_once``; how many were taken up, failed ones included. On SQLite
    ``together`` of them share a commit."""
    taken = 0
    while taken < limit:
        rows = _claim(min(at_once, limit - taken))
        if not rows:
            break
        taken += len(rows)
        _run(rows, together)
    return taken


def drain() -> int:
    """Run until nothing is due, what the effects emit included; how many rows were taken up."""
    total = 0
    while done := run_pending(together=DRAINED_AT_ONCE, at_once=DRAINED_AT_ONCE):
        total += done
    return total


def release() -> int:
    """Give back what a killed worker had claimed. Only for the one who knows that no other worker lives."""
    return Outbox.objects.filter(done_at=None).exclude(claimed_until=None).update(claimed_until=None)


def purge(older_than: timedelta = KEPT) -> int:
    """Delete rows done longer ago than that; how many."""
    return Outbox.objects.filter(done_at__lt=clock.now() - older_than).delete()[0]


def _claim(count: int) -> list[Outbox]:
    """Take ``count`` due rows, oldest first. The lease is machine time: the city's clock may stand still."""
    real = clock.real()
    free = Outbox.objects.filter(done_at=None, due_at__lte=clock.now()).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=real)
    )
    if not free.exists():  # looking must not take SQLite's only write lock
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        rows = list(free.order_by("due_at", "id")[:count])
        until = real + LEASE
        Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=until)
    for row in rows:
        row.claimed_until = until
    return rows


def _run(rows: Sequence[Outbox], together: int) -> None:
    # SQLite has one writer, so a common commit saves time; elsewhere it would only hold more locks at once.
    together = together if connection.vendor == "sqlite" else 1
    for start in range(0, len(rows), together):
        batch = rows[start : start + together]
        if not _run_together(batch):
            for row in batch:
                _run_singly(row)


def _run_together(rows: Sequence[Outbox]) -> bool:
    """All effects of the rows in one transaction; False, with nothing done, when any of it fails."""
    if any(outbox.runs_apart(name) for row in rows for name in outbox.effects_of(row.topic)):
        return False
    try:
        with transaction.atomic():
            held = dict(_held(rows).values_list("pk", "finished"))
            _run_effects([row for row in rows if row.pk in held], held)
            Outbox.objects.filter(pk__in=held).update(done_at=clock.now(), claimed_until=None, error="")
    except Exception as error:  # noqa: BLE001 - whatever it is, running the effects one by one will name it
        log.info("outbox: %d rows run one by one after %s", len(rows), type(error).__name__)
        return False
    return True


def _run_effects(rows: Sequence[Outbox], finished: Mapping[int, Sequence[str]]) -> None:
    """Row by row in order; what takes many rows at once comes after, when all that the rows caused stands."""
    gathered: dict[str, list[Outbox]] = {}
    for row in rows:
        for name, effect in outbox.effects_of(row.topic).items():
            if name in finished[row.pk]:
                continue
            if outbox.takes_many(name):
                gathered.setdefault(name, []).append(row)
            else:
                effect(row)
    for name, together in gathered.items():
        outbox.run_many(name, together)


def _run_singly(row: Outbox) -> None:
    failures: list[str] = []
    for name, effect in outbox.effects_of(row.topic).items():
        try:
            run = _run_apart if outbox.runs_apart(name) else _run_inside
            run(row, name, effect)
        except Exception as error:  # noqa: BLE001 - recorded on the row and tried again
            failures.append(_blame(row, name, error))
    with transaction.atomic():
        if not _hold(row):
            return
        if failures:
            _put_off(row, failures)
        else:
            row.done_at, row.error = clock.now(), ""
        row.claimed_until = None
        row.save(update_fields=["due_at", "attempts", "error", "done_at", "claimed_until"])


def _run_inside(row: Outbox, name: str, effect: outbox.Effect) -> None:
    with transaction.atomic():
        if _hold(row) and name not in row.finished:
            effect(row)
            _note(row, name)


def _run_apart(row: Outbox, name: str, effect: outbox.Effect) -> None:
    with transaction.atomic():
        if not _hold(row) or name in row.finished:
            return
        row.claimed_until = clock.real() + LEASE
        row.save(update_fields=["claimed_until"])
    effect(row)
    with transaction.atomic():
        # Noted even if the lease ran out meanwhile: what has been sent should not be sent again.
        row.finished = Outbox.objects.select_for_update().values_list("finished", flat=True).get(pk=row.pk)
        _note(row, name)


def _held(rows: Sequence[Outbox]) -> QuerySet[Outbox]:
    """Lock those rows that are still ours; another worker takes over when a lease has run out."""
    return Outbox.objects.select_for_update().filter(
        pk__in=[row.pk for row in rows], done_at=None, claimed_until=rows[0].claimed_until
    )


def _hold(row: Outbox) -> bool:
    """Lock one row and read what has run for it; False when it is no longer ours."""
    finished = _held([row]).values_list("finished", flat=True).first()
    row.finished = finished or []
    return finished is not None


def _note(row: Outbox, name: str) -> None:
    row.finished = [*row.finished, name]
    row.save(update_fields=["finished"])


def _put_off(row: Outbox, failures: Sequence[str]) -> None:
    row.attempts = min(row.attempts + 1, 1000)
    row.due_at = clock.now() + retry_after(row.attempts)
    row.error = "\n".join(failures)


def retry_after(attempts: int) -> timedelta:
    """How long a row rests after that many failures: 10 s, 20 s, 40 s … one hour."""
    return min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LAST_RETRY)


def next_due() -> datetime | None:
    """When the next row comes due, None for an empty outbox: a worker need not wake before."""
    return Outbox.objects.filter(done_at=None).order_by("due_at").values_list("due_at", flat=True).first()


def _blame(row: Outbox, name: str, error: Exception) -> str:
    """What is kept of an error: its first line, and in the log frames without values, because databases quote rows."""
    first_line = (str(error).splitlines() or [""])[0]
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.warning("outbox %s: %s of %s failed with %s\n%s", row.pk, name, row.topic, type(error).__name__, frames)
    return f"{name}: {type(error).__name__}: {first_line}"[:500]
