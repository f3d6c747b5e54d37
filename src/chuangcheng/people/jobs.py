"""Jobs: ordered by a post, done by the worker with that post's rights, with progress, retried, and gone after a week.

They run in a thread of their own beside effects and duties: an export of a minute must hold neither up. A worker claims
a job for a minute and claims it again with every word on its progress; what a killed worker left is taken up anew, so a
kind of job must do no harm when it runs twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, override

from chuangcheng.history import actions as history
from chuangcheng.history.duties import periodic
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Job, Post
from chuangcheng.people.states import JOB, JOB_VERBS

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
SPOKEN = timedelta(seconds=1)  # progress is written so often at most
AGAIN = timedelta(seconds=15)
MOST_ATTEMPTS = 3
MOST_WAITING = 5
KEPT = timedelta(days=7)


class Halted(Exception):
    """The job shall not go on: it was cancelled, or the worker is told to stop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job ends with: facts for its page, and the name of its file in :func:`folder`."""

    result: dict[str, Any] = field(default_factory=dict)
    file: str = ""


@dataclass
class Run:
    """A job under way, in the hands of its kind."""

    job: Job
    stopping: Callable[[], bool]
    _spoken: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Who ordered it."""
        return Actor(self.job.person_id, self.job.post_id, self.job.label)

    def path(self, suffix: str) -> Path:
        """Where its file is written; the same after a restart."""
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder() / f"{self.job.pk.hex}.{suffix}"

    def progress(self, done: int, total: int | None = None, *, result: dict[str, Any] | None = None) -> None:
        """Say how far it is; raises :class:`Halted` when it shall not go on. ``result`` is kept at once."""
        now = clock.real()
        self.job.done, self.job.total = done, self.job.total if total is None else total
        if result is None and self._spoken is not None and now < self._spoken + SPOKEN:
            return
        self._spoken = now
        values: dict[str, Any] = {"done": done, "claimed_until": now + LEASE}
        if total is not None:
            values["total"] = total
        if result is not None:
            values["result"] = self.job.result = result
        mine = Job.objects.filter(pk=self.job.pk, state="running", attempts=self.job.attempts)
        if not mine.update(**values) or self.stopping():
            raise Halted


Work = Callable[[Run], Outcome]
_kinds: dict[str, Work] = {}


def kind(name: str) -> Callable[[Work], Work]:
    """Register how jobs of a kind are done."""

    def register(work: Work) -> Work:
        _kinds[name] = work
        return work

    return register


def folder() -> Path:
    """Where the files lie."""
    home: Path = settings.CITY.home
    return home / "exports"


def jobs_of(actor: Actor) -> QuerySet[Job]:
    """A person's own jobs, the newest first."""
    return Job.objects.filter(person=actor.person_id).order_by("-ordered_at", "-id")


def get_job_for(actor: Actor, job_id: UUID) -> Job:
    """One of the actor's own jobs, or ``common.not_found``."""
    job = jobs_of(actor).filter(pk=job_id).first() if actor.person_id else None
    if job is None:
        raise Refused("common.not_found")
    return job


def order(*, actor: Actor, kind: str, params: dict[str, Any], permission: str, total: int | None = None) -> Job:
    """Order a job. The same one again, while the first still waits or runs, is that first one.

    Refused: ``common.not_allowed`` without ``permission``, ``job.too_many`` (:data:`MOST_WAITING` at once).
    """
    with transaction.atomic():
        post = rights.require(actor, permission)
        open_jobs = [*jobs_of(actor).filter(state__in=JOB.open_states())]
        for job in open_jobs:
            if job.kind == kind and job.params == params:
                return job
        if len(open_jobs) >= MOST_WAITING:
            raise Refused("job.too_many", limit=MOST_WAITING)
        return _born(actor, post, kind, params, total=total)


def note(*, actor: Actor, kind: str, params: dict[str, Any], total: int) -> Job:
    """Log what was small enough to be done at once: a job that has ended, without a file."""
    now = clock.now()
    with transaction.atomic():
        post = rights.require(actor, "desk.enter")
        return _born(actor, post, kind, params, total=total, done=total, state="done", ended_at=now,
                     expires_at=now + KEPT)  # fmt: skip


def cancel(*, actor: Actor, job_id: UUID) -> Job:
    """Do not do it, or stop it where it stands."""
    now = clock.now()
    return _move(get_job_for(actor, job_id), "cancel", actor, ended_at=now, expires_at=now + KEPT, claimed_until=None)


def retry(*, actor: Actor, job_id: UUID) -> Job:
    """Put a failed job into the queue again."""
    return _move(
        get_job_for(actor, job_id),
        "retry",
        actor,
        error="",
        attempts=0,
        ended_at=None,
        expires_at=None,
        claimed_until=None,
    )


def take_file(*, actor: Actor, job_id: UUID) -> tuple[Job, Path]:
    """The file of a finished job for the one who ordered it; the look is a history row. Refused: ``job.no_file``."""
    with transaction.atomic():
        job = _lock(get_job_for(actor, job_id))
        path = folder() / job.file
        if job.state != "done" or not job.file or not path.is_file():
            raise Refused("job.no_file")
        history.append(job, "job.downloaded", actor, after={"size": job.size})
        job.save(update_fields=history.CHAIN_FIELDS)
    return job, path


def run_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Do one job; whether there was any. What goes wrong ends the job, never the worker."""
    job = _claim()
    if job is None:
        return False
    try:
        with override(job.language):
            outcome = _kinds[job.kind](Run(job, stopping))
    except Halted:
        _halt(job)
    except Refused as refused:
        _end(job, "fail", error=refused.code)
    except Exception:
        log.exception("job %s of kind %s failed", job.pk, job.kind)
        _stumble(job)
    else:
        _finish(job, outcome)
    return True


def drain() -> int:
    """Do everything that waits (tests, the demo); how many."""
    number = 0
    while run_next():
        number += 1
    return number


def release() -> int:
    """Give back what a killed worker had claimed. Only for the one who knows that no other worker lives."""
    return Job.objects.filter(state="running").update(claimed_until=None)


@periodic("people.jobs_expire", 3600, needed=lambda: _expired().exists())
def expire() -> int:
    """Delete files, and what was typed for them, a week after jobs ended; how many."""
    number = 0
    for job in _expired()[:500]:
        if job.file:
            (folder() / job.file).unlink(missing_ok=True)
        _move(job, "expire", SYSTEM, params={}, result={}, file="", size=None, expires_at=None)
        number += 1
    return number


def _expired() -> QuerySet[Job]:
    return Job.objects.filter(expires_at__lte=clock.now()).order_by("expires_at", "id")


def _born(actor: Actor, post: Post, kind: str, params: dict[str, Any], **values: Any) -> Job:
    job = Job(
        kind=kind, params=params, person_id=post.person_id, post_id=post.pk, label=actor.label,
        language=get_language() or settings.LANGUAGE_CODE, ordered_at=clock.now(), **values,
    )  # fmt: skip
    facts = {"state": job.state, "kind": kind, "of": str(params.get("listing") or params.get("rows", "")),
             "format": params.get("format", ""), "move": params.get("move", ""), "total": job.total}  # fmt: skip
    history.append(job, "job.ordered", actor, after={name: value for name, value in facts.items() if value != ""})
    job.save(force_insert=True)
    return job


def _lock(job: Job) -> Job:
    return Job.objects.select_for_update().get(pk=job.pk)


def _move(job: Job, move: str, actor: Actor, *, facts: dict[str, Any] | None = None, **values: Any) -> Job:
    """One move of the table, under the row's lock."""
    with transaction.atomic():
        job = _lock(job)
        state = JOB.next(job.state, move, error=values.get("error", ""))
        before = {"state": job.state}
        for name, value in {"state": state, **values}.items():
            setattr(job, name, value)
        reason = str(values.get("error", ""))
        history.append(
            job, f"job.{JOB_VERBS[move]}", actor, before=before, after={"state": state, **(facts or {})}, reason=reason
        )
        job.save(update_fields=["state", *values, *history.CHAIN_FIELDS])
    return job


def _claim() -> Job | None:
    """The oldest job that waits, or that a killed worker left."""
    real = clock.real()
    free = Job.objects.filter(state__in=("waiting", "running")).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=real)
    )
    if not free.exists():  # looking must not take SQLite's only write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        job = free.order_by("ordered_at", "id").first()
        if job is None:
            return None
        job.attempts += 1
        job.claimed_until = real + LEASE
        job.save(update_fields=["attempts", "claimed_until"])
        if job.state == "waiting":
            job = _move(job, "start", SYSTEM, started_at=clock.now())
    if job.attempts > MOST_ATTEMPTS:
        _end(job, "fail", error="job.broken")
        return None
    return job


def _finish(job: Job, outcome: Outcome) -> None:
    path = folder() / outcome.file if outcome.file else None
    size = path.stat().st_size if path else None
    facts = {"done": job.done, "size": size}
    _end(job, "finish", facts=facts, result=outcome.result, file=outcome.file, size=size, done=job.done,
         total=job.total)  # fmt: skip


def _end(job: Job, move: str, *, facts: dict[str, Any] | None = None, **values: Any) -> None:
    """End it, unless somebody cancelled it or took it over meanwhile."""
    with transaction.atomic():
        now = _lock(job)
        if now.state == "running" and now.attempts == job.attempts:
            at = clock.now()
            _move(job, move, SYSTEM, facts=facts, ended_at=at, expires_at=at + KEPT, claimed_until=None, **values)


def _halt(job: Job) -> None:
    """The worker stops: the job waits for the next one. A cancelled one leaves no file."""
    with transaction.atomic():
        now = _lock(job)
        if now.state == "running" and now.attempts == job.attempts:
            _move(job, "give_back", SYSTEM, claimed_until=None, attempts=now.attempts - 1)
            return
    for path in folder().glob(f"{job.pk.hex}.*"):
        path.unlink(missing_ok=True)


def _stumble(job: Job) -> None:
    """Something broke: again after a while, and after :data:`MOST_ATTEMPTS` never."""
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, "fail", error="job.broken")
        return
    with transaction.atomic():
        now = _lock(job)
        if now.state == "running" and now.attempts == job.attempts:
            _move(job, "give_back", SYSTEM, claimed_until=clock.real() + AGAIN * job.attempts)
