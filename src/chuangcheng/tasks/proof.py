"""What must hold before a task is reported done or its date moves, and the photos that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import PhotoRole
from chuangcheng.tasks.inputs import LONGEST
from chuangcheng.tasks.models import Task, TaskEntry

MOST_PHOTOS = 9


def require_free(task: Task) -> None:
    """``task.waiting`` while another task that must end first has not."""
    ahead = task.waits_for.exclude(state__in=("struck_off", "upheld", "void")).values_list("number", flat=True)
    if numbers := list(ahead[:5]):
        raise Refused("task.waiting", numbers="、".join(numbers))


def require_future(due_on: date | None) -> None:
    """``task.bad_due`` for a day that has passed, or beyond five years."""
    today = clock.today().date()
    if due_on is not None and not today <= due_on <= today + LONGEST:
        raise Refused("task.bad_due")


def require_day(task: Task, due_on: date | None) -> None:
    """The same, and ``task.not_later`` for a day that gives the task no more time."""
    require_future(due_on)
    if due_on is not None and due_on <= task.due_on:
        raise Refused("task.not_later", due=task.due_on.isoformat())


def prepared(shots: Sequence[photos.Shot]) -> list[Any]:
    """The pictures, looked through before any lock is taken. Refused: ``task.too_many_photos`` and what photos say."""
    if len(shots) > MOST_PHOTOS:
        raise Refused("task.too_many_photos", limit=MOST_PHOTOS)
    return [photos.prepare(data=shot) for shot in shots]


def keep(entry: TaskEntry | None, pictures: Sequence[Any]) -> None:
    """Store the pictures as the proof of an entry."""
    for picture in pictures if entry else ():
        given = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE)
        photos.put(owner=("taskentry", entry.pk), given=given, picture=picture)  # type: ignore[union-attr]


def next_check(days: int | None) -> date:
    """The day of the next upkeep check. Refused: ``task.bad_days``."""
    if days is not None and not 1 <= days <= 366:
        raise Refused("task.bad_days")
    return clock.today().date() + timedelta(days=days or 0)
