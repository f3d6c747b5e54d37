"""Films: short videos, declared by the hash of the original, checked and kept apart as they come, and read by whoever
has fetched their owner. :mod:`photos.filming` turns them into what is kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import ffmpeg, storage
from chuangcheng.photos.models import Film
from chuangcheng.photos.states import FILM

Owner = tuple[str, UUID]
MOST = 1  #: of one owner
#: What is wrong with the video itself: it is said on its owner's pages, and the same bytes need not come again.
FINAL = frozenset({"photos.no_video", "photos.not_a_video", "photos.video_broken", "photos.video_too_long",
                   "photos.video_too_heavy", "photos.video_lost"})  # fmt: skip
_HEAD = 32


def available() -> bool:
    """Whether videos are taken at all: there must be an ffmpeg."""
    return ffmpeg.programs() is not None


def declare(*, owner: Owner, hashes: Sequence[str], moment: datetime) -> None:
    """Promise the films of an owner, :data:`MOST` at most; what was declared before stays as it was."""
    kind, owner_id = owner
    rows = [Film(owner_kind=kind, owner_id=owner_id, original_sha256=one.lower(), declared_at=moment) for one in hashes]
    Film.objects.bulk_create(rows, ignore_conflicts=True)


def receive(*, owner: Owner, sha256: str, chunks: Iterable[bytes]) -> Film:
    """Take in the bytes of a declared film. The same bytes again change nothing.

    Raises photos.video_undeclared, photos.video_too_large, photos.video_mismatch, and of the reasons :data:`FINAL`
    what is noted as the film's refusal.
    """
    film = of(owner).filter(original_sha256=sha256.lower()).first()
    if film is None:
        raise Refused("photos.video_undeclared")
    if film.state == "refused":
        raise refusal(film.reason_code)
    if film.state != "declared":
        return film
    if not available():
        return _refuse(film, Refused("photos.no_video"))
    draft = _write(film, chunks)
    try:
        container, look = _look(draft)
        draft.replace(raw_path(film))
    except Refused as refused:
        return _refuse(film, refused)
    finally:
        draft.unlink(missing_ok=True)
    storage.flush_folder(raw_path(film).parent)
    size = raw_path(film).stat().st_size
    return move(film, "receive", container=container, seconds=look.seconds, width=look.width, height=look.height,
                size=size, received_at=clock.now())  # fmt: skip


def _look(draft: Path) -> tuple[str, ffmpeg.Look]:
    with draft.open("rb") as file:
        container = ffmpeg.container_of(file.read(_HEAD))
    return container, ffmpeg.probe(draft, container)


def _write(film: Film, chunks: Iterable[bytes]) -> Path:
    """The bytes on the disk, flushed, if they are what was declared."""
    folder = raw_path(film).parent
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    draft, seen, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.CITY.video_bytes:
                    raise refusal("photos.video_too_large")
                seen.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if seen.hexdigest() != film.original_sha256:
            raise Refused("photos.video_mismatch")
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _refuse(film: Film, refused: Refused) -> Film:
    if refused.code in FINAL:
        move(film, "refuse", reason_code=refused.code)
    raise refused


def move(film: Film, name: str, **values: object) -> Film:
    """One move of the table under the row's lock; who comes second finds it done and changes nothing."""
    with transaction.atomic():
        now = Film.objects.select_for_update().get(pk=film.pk)
        if now.state != film.state:
            return now
        now.state = FILM.next(now.state, name, reason=str(values.get("reason_code", "")))
        for field, value in {"claimed_until": None, **values}.items():
            setattr(now, field, value)
        now.save()
    return now


def refusal(code: str) -> Refused:
    """The reason why a film is not accepted, with the limits that its sentence names."""
    limits = {"photos.video_too_large": settings.CITY.video_bytes // 1024 // 1024,
              "photos.video_too_long": settings.CITY.video_seconds}  # fmt: skip
    return Refused(code, limit=limits[code]) if code in limits else Refused(code)


def of(owner: Owner) -> QuerySet[Film]:
    """The films of an owner, whatever became of them."""
    kind, owner_id = owner
    return Film.objects.filter(owner_kind=kind, owner_id=owner_id)


def of_many(kind: str, owner_ids: Iterable[UUID]) -> list[Film]:
    """The films of many owners of one kind, in one query."""
    return list(Film.objects.filter(owner_kind=kind, owner_id__in=list(owner_ids)))


def missing(owner: Owner) -> list[str]:
    """The declared hashes whose bytes have not come yet."""
    return list(of(owner).filter(state="declared").values_list("original_sha256", flat=True))


def film_of(owner: Owner, film_id: UUID) -> Film:
    """One stored film of that owner, or ``common.not_found``."""
    film = of(owner).filter(pk=film_id, state="stored").first()
    if film is None:
        raise Refused("common.not_found")
    return film


def raw_path(film: Film) -> Path:
    """Where the original lies until it has been processed; a backup takes it along."""
    root: Path = settings.CITY.media
    return root / "waiting" / f"{film.pk}.raw"


def stored_path(sha256: str) -> Path:
    """Where a stored film lies, beside the photos."""
    return storage.path_of(sha256).with_suffix(".mp4")


def poster_path(film: Film) -> Path:
    """The still picture of a stored film."""
    return storage.path_of(film.poster_sha256)
