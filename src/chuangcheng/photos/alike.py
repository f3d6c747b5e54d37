"""Pictures that are nearly the same, found in the whole archive.

Two stages. The perceptual hashes of all photos (64 bits each) lie in one array of this process; those within
:data:`NEAR` bits are found by looking at every one of them, exactly, in a few milliseconds for millions. Streets look
alike, so each candidate is then compared by its pixels, and only what is :data:`SAME` counts (``docs/proof.md`` has the
measurements). A picture that shows next to nothing takes no part: two black pictures prove nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from PIL import Image

from chuangcheng.history import versions
from chuangcheng.history.projections import Difference
from chuangcheng.photos import storage
from chuangcheng.photos.imaging import Look, alike, detail, look
from chuangcheng.photos.models import Photo, Print

#: Bits in which the hashes of a candidate may differ, the candidates looked at, and the likeness that counts.
NEAR, MOST, SAME = 10, 64, 0.85
#: A likeness of pixels stays below 1: that is said of the very same bytes alone.
CLOSEST = 0.999
#: With less detail than this a picture shows next to nothing.
PLAIN = 7
NAME = "photos.alike"
_CHUNK = 2000
#: So many looks a process keeps, 17 MB.
LOOKS = 500


@dataclass(frozen=True, slots=True)
class Like:
    """An earlier photo nearly the same as ``photo``: ``distance`` bits of the hash differ, ``likeness`` up to 1."""

    photo: Photo
    other: Photo
    distance: int
    likeness: float


class Archive:
    """All hashes in the order in which they came, with the keys of their :class:`Print`; 16 bytes a photo."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hashes: NDArray[np.uint64] = np.empty(1024, np.uint64)
        self._keys: NDArray[np.int64] = np.empty(1024, np.int64)
        self.size = 0

    @property
    def last(self) -> int:
        """The greatest key that is known; 0 when empty."""
        return int(self._keys[self.size - 1]) if self.size else 0

    def add(self, rows: Iterable[tuple[int, int]]) -> None:
        """Append (key, signed hash) in the order of keys."""
        with self._lock:
            for key, phash in rows:
                if self.size == len(self._keys):
                    self._grow()
                self._keys[self.size] = key
                self._hashes[self.size] = phash & 0xFFFF_FFFF_FFFF_FFFF
                self.size += 1

    def _grow(self) -> None:
        room = max(1024, self.size + self.size // 2)
        self._hashes = np.resize(self._hashes, room)
        self._keys = np.resize(self._keys, room)

    def near(self, phash: int, within: int = NEAR, most: int = MOST) -> list[tuple[int, int]]:
        """(key, bits apart) of the nearest hashes within ``within`` bits, nearest and then oldest first."""
        hashes = self._hashes[: self.size]
        apart = np.bitwise_count(hashes ^ np.uint64(phash & 0xFFFF_FFFF_FFFF_FFFF))
        found = np.flatnonzero(apart <= within)
        order = np.argsort(apart[found], kind="stable")[:most]
        return [(int(self._keys[place]), int(apart[place])) for place in found[order]]


_looks: dict[str, Look] = {}
_held = versions.Cached(NAME, Archive)


def archive() -> Archive:
    """This process's archive, read on to the present."""
    held = _held.get()
    rows = Print.objects.filter(pk__gt=held.last).order_by("pk").values_list("pk", "phash")
    held.add(rows.iterator(chunk_size=_CHUNK))
    return held


def take_in(photos: Sequence[Photo]) -> list[Like]:
    """Put stored photos into the archive and name what is like them there. One that is in it already is left out, so
    each is looked up once. Inside a transaction; one process at a time."""
    versions.hold(NAME)
    known = set(Print.objects.filter(photo__in=photos).values_list("photo_id", flat=True))
    found: list[Like] = []
    fresh: list[Photo] = []
    held = archive()
    for photo in photos:
        if photo.pk in known or not _shows_something(photo):
            continue
        known.add(photo.pk)
        found += _confirmed(photo, _candidates(photo, held, fresh))
        fresh.append(photo)
    Print.objects.bulk_create([_print(photo) for photo in fresh])
    return found


def _print(photo: Photo) -> Print:
    return Print(photo=photo, phash=photo.phash or 0)


def _shows_something(photo: Photo) -> bool:
    if photo.phash is None or not photo.stored_sha256:
        return False
    shown = photo.detail if photo.detail is not None else _detail_of(photo)
    return shown is not None and shown >= PLAIN


def _detail_of(photo: Photo) -> int | None:
    """Of a photo that was taken in before its detail was kept."""
    image = _thumb(photo)
    return detail(image) if image else None


def _candidates(photo: Photo, held: Archive, fresh: Sequence[Photo]) -> Iterator[tuple[Photo, int]]:
    """What may be the same: in the archive, and among those that came with it."""
    phash = photo.phash or 0
    for other in fresh:
        apart = ((phash ^ (other.phash or 0)) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
        if apart <= NEAR:
            yield other, apart
    near = dict(held.near(phash))
    rows = {one.pk: one.photo for one in Print.objects.filter(pk__in=near).select_related("photo")} if near else {}
    yield from ((rows[key], apart) for key, apart in near.items() if key in rows)


def _confirmed(photo: Photo, candidates: Iterator[tuple[Photo, int]]) -> Iterator[Like]:
    for other, apart in candidates:
        if other.stored_sha256 == photo.stored_sha256:
            yield Like(photo, other, 0, 1.0)
            continue
        mine, against = _look(photo), _look(other)
        if mine is None or against is None:
            continue
        same = alike(mine, against)
        if same >= SAME:
            yield Like(photo, other, apart, min(same, CLOSEST))


def _look(photo: Photo) -> Look | None:
    """What is compared of the small picture. Bytes never change under their hash, so the last ones are kept."""
    name = photo.stored_sha256
    if name not in _looks:
        image = _thumb(photo)
        if image is None:
            return None
        while len(_looks) >= LOOKS:
            _looks.pop(next(iter(_looks)), None)
        _looks[name] = look(image)
    return _looks[name]


def _thumb(photo: Photo) -> Image.Image | None:
    """The small picture; None where it is not on the disk (a restored database without its photos)."""
    path = storage.path_of(photo.stored_sha256, thumb=True)
    try:
        with Image.open(path, formats=["JPEG"]) as opened:
            opened.draft("L", (120, 120))
            return opened.convert("L")
    except OSError:
        return None


# As a projection.


def check() -> Iterator[Difference]:
    """Prints that speak of another hash than their photo, or of a photo that is not stored."""
    rows = Print.objects.select_related("photo").order_by("pk")
    for one in rows.iterator(chunk_size=_CHUNK):
        if one.photo.phash != one.phash:
            yield Difference(f"photo {one.photo_id}", "the archive of likenesses holds another hash")


def rebuild() -> int:
    """Empty the archive and fill it again from the photos, in the order in which they came; raises no alarms. How many
    it holds then."""
    with transaction.atomic():
        versions.hold(NAME)
        Print.objects.all().delete()
        rows = Photo.objects.filter(stored_at__isnull=False, phash__isnull=False).order_by("stored_at", "pk")
        written = 0
        batch: list[Print] = []
        for photo in rows.iterator(chunk_size=_CHUNK):
            if _shows_something(photo):
                batch.append(_print(photo))
            if len(batch) == _CHUNK:
                written += len(Print.objects.bulk_create(batch))
                batch = []
        written += len(Print.objects.bulk_create(batch))
        versions.bump(NAME)
    return written


def waiting(ids: Iterable[UUID]) -> list[Photo]:
    """The stored photos of those ids, in the order of their storing."""
    return list(Photo.objects.filter(pk__in=list(ids), stored_at__isnull=False).order_by("stored_at", "pk"))
