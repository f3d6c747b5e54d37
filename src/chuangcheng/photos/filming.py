"""The worker's part of films: each one that waits is turned into an MP4 and a still picture, then its original goes.

The film's own row is the queue. A worker claims it for as long as a conversion may take; when it is killed, another
does it again, and since the same bytes come of it, nothing is there twice. This runs beside the outbox, not in it: a
minute of 4K video takes minutes, and no notice shall wait for that.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Q

from chuangcheng.history.projections import Difference
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions, ffmpeg, films, storage
from chuangcheng.photos.models import Film

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=2 * ffmpeg.CONVERT_SECONDS)
MOST_ATTEMPTS = 3  #: a film that ended so many workers ends no more
LEFT_OVER = 86_400  #: seconds after which a file nobody speaks of goes


def run_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Process one film; whether there was any. What is wrong with a film ends the film, never the worker."""
    film = _claim() if films.available() else None
    if film is None:
        return False
    if film.attempts > MOST_ATTEMPTS:
        _end(film, "refuse", reason_code="photos.video_broken")
        return True
    try:
        _process(film, stopping)
    except ffmpeg.Stopped:
        Film.objects.filter(pk=film.pk, state="waiting").update(claimed_until=None, attempts=film.attempts - 1)
        return False
    except Refused as refused:
        if refused.code not in films.FINAL or refused.code == "photos.no_video":
            log.warning("film %s waits: %s", film.pk, refused.code)
            return False
        _end(film, "refuse", reason_code=refused.code)
    return True


def drain() -> int:
    """Process everything that waits (tests); how many."""
    number = 0
    while run_next():
        number += 1
    return number


def release() -> int:
    """Give back what a killed worker had claimed. Only for the one who knows that no other worker lives."""
    return Film.objects.filter(state="waiting").exclude(claimed_until=None).update(claimed_until=None)


def _claim() -> Film | None:
    """The film that has waited longest, or that a killed worker left."""
    real = clock.real()
    free = Film.objects.filter(state="waiting").filter(Q(claimed_until=None) | Q(claimed_until__lte=real))
    if not free.exists():  # looking must not take SQLite's only write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        film = free.order_by("received_at", "id").first()
        if film is not None:
            film.attempts, film.claimed_until = film.attempts + 1, real + LEASE
            film.save(update_fields=["attempts", "claimed_until"])
    return film


def _process(film: Film, stopping: Callable[[], bool]) -> None:
    raw = films.raw_path(film)
    if not raw.is_file():
        raise Refused("photos.video_lost")
    folder = Path(tempfile.mkdtemp(dir=raw.parent, prefix=".work-"))
    try:
        made = folder / "film.mp4"
        ffmpeg.convert(raw, film.container, made, stopping)
        look = ffmpeg.probe(made, "mov")
        # The ordinary way of a photo, so that a still is as safe as any; it is no photo of its own.
        poster = actions.prepare(data=ffmpeg.still(made, look.seconds, folder / "still.jpg"))
        size, name = made.stat().st_size, storage.adopt(made, films.stored_path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _end(film, "keep", stored_sha256=name, poster_sha256=poster.stored_sha256, seconds=look.seconds, width=look.width,
         height=look.height, size=size, stored_at=clock.now())  # fmt: skip


def _end(film: Film, move: str, **values: object) -> None:
    """The row first, then the original: a death between the two leaves a file that :func:`tidy` finds."""
    films.move(film, move, **values)
    films.raw_path(film).unlink(missing_ok=True)


def tidy() -> int:
    """Delete originals and half files that no waiting film speaks of and nobody touched for a day; how many."""
    folder = films.raw_path(Film()).parent
    waiting = {f"{key}.raw" for key in Film.objects.filter(state="waiting").values_list("pk", flat=True)}
    number, now = 0, clock.real().timestamp()
    for path in list(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in waiting and now - path.stat().st_mtime > LEFT_OVER:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            number += 1
    return number


def verify() -> Iterator[Difference]:
    """Name each stored film whose file or still picture is missing or changed."""
    rows = Film.objects.filter(state="stored").order_by("stored_sha256", "pk")
    for name, poster in rows.values_list("stored_sha256", "poster_sha256").distinct().iterator(chunk_size=2000):
        path = films.stored_path(name)
        if not path.is_file():
            yield Difference(f"film {name}", "the file is missing")
        elif storage.digest_of_file(path) != name:
            yield Difference(f"film {name}", "the file's content has changed")
        if not storage.path_of(poster).is_file():
            yield Difference(f"film {name}", "the still picture is missing")
