"""What must hold before a task is reported done, is struck off or its date moves, and the photos that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions as photos
from chuangcheng.photos import selectors
from chuangcheng.photos.models import PhotoRole
from chuangcheng.tasks.inputs import LONGEST
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.policies import allow, task_rows
from chuangcheng.tasks.states import VERBS

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


@dataclass(frozen=True, slots=True)
class Proof:
    """The photos of one step: pictures that are here, and those that are declared by their hash and follow later."""

    pictures: Sequence[Any] = ()
    declared: Sequence[photos.Declaration] = ()

    def __len__(self) -> int:
        return len(self.pictures) + len(self.declared)


def prepared(shots: Sequence[photos.Shot], declared: Sequence[photos.Declaration] = ()) -> Proof:
    """The pictures, looked through before any lock is taken; a hash that is declared twice counts once. Refused:
    ``task.too_many_photos`` and what photos say."""
    once = {each.sha256.lower(): each for each in declared}
    if len(shots) + len(once) > MOST_PHOTOS:
        raise Refused("task.too_many_photos", limit=MOST_PHOTOS)
    return Proof([photos.prepare(data=shot) for shot in shots], tuple(once.values()))


def keep(entry: TaskEntry | None, proof: Proof) -> None:
    """Store the pictures as the proof of an entry, and promise those that follow."""
    if entry is None:
        return
    owner = ("taskentry", entry.pk)
    for picture in proof.pictures:
        given = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE)
        photos.put(owner=owner, given=given, picture=picture)
    photos.declare(owner=owner, declarations=proof.declared, moment=clock.now())


def missing(task: Task) -> list[str]:
    """The hashes of photos that were declared and have not come."""
    return selectors.missing_of_many("taskentry", TaskEntry.objects.filter(task=task).values_list("pk", flat=True))


def require_arrived(task: Task) -> None:
    """``task.photos_missing``: nothing is passed or struck off on a proof that nobody has seen. What never came before
    the task was sent back last stands in nobody's way."""
    back = task.entries.filter(verb=VERBS["send_back"][0]).aggregate(last=Max("seq"))["last"] or 0
    since = TaskEntry.objects.filter(task=task, seq__gt=back)
    if waiting := selectors.missing_of_many("taskentry", since.values_list("pk", flat=True)):
        raise Refused("task.photos_missing", count=len(waiting))


def store_proof(*, actor: Actor, task_id: UUID, sha256: str, data: bytes) -> list[str]:
    """The bytes of a photo that a step declared, from whoever took the step or reports for the task's unit; what is
    still missing of the task. Refused: ``common.not_found``, ``photos.undeclared``, ``photos.*``."""
    task = Task.objects.select_related("lead__division").filter(task_rows(actor), pk=task_id).first()
    if task is None:
        raise Refused("common.not_found")
    entries = {entry.pk: entry for entry in task.entries.all()}
    promised = selectors.promised("taskentry", entries, sha256)
    if not promised:
        raise Refused("photos.undeclared")
    if any(entries[pk].made_by_id != actor.person_id for pk in promised):
        allow(actor, "progress", task)
    for pk in promised:
        photos.ingest(owner=("taskentry", pk), sha256=sha256, data=data)
    return missing(task)


def next_check(days: int | None) -> date:
    """The day of the next upkeep check. Refused: ``task.bad_days``."""
    if days is not None and not 1 <= days <= 366:
        raise Refused("task.bad_days")
    return clock.today().date() + timedelta(days=days or 0)
