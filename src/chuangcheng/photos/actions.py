"""Declaring photos and taking their bytes in. Rights are the owner's affair: the caller has fetched it already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chuangcheng.history import outbox, prepared
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256 as digest_of
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import imaging, storage
from chuangcheng.photos.models import Grade, Photo, PhotoRole

Owner = tuple[str, UUID]
Shot = bytes | imaging.Picture  #: a photo as it came, or what :func:`imaging.process` made of it before
MOST = 20
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A photo that will come: the hash of the original bytes, what it shows, and what the taker's page knows.

    ``in_camera`` says that our own page took it a moment ago; only then are ``taken_at``, ``lat`` and ``lon``
    (WGS-84 degrees) a proof and not a claim.
    """

    sha256: str
    role: str
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    in_camera: bool = False


def declare(*, owner: Owner, declarations: Sequence[Declaration], moment: datetime) -> list[Photo]:
    """Promise photos for an owner; what was declared before stays as it was. All photos of the owner come back."""
    if not declarations:
        return []
    if len(declarations) > MOST:
        raise Refused("photos.too_many", limit=MOST)
    for declaration in declarations:
        _check(declaration)
    kind, owner_id = owner
    rows = [_declared(owner, given, moment) for given in declarations]
    Photo.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Photo.objects.filter(owner_kind=kind, owner_id=owner_id))


def _declared(owner: Owner, given: Declaration, moment: datetime) -> Photo:
    return Photo(
        owner_kind=owner[0], owner_id=owner[1], role=given.role, original_sha256=given.sha256.lower(),
        taken_at=given.taken_at, lat=given.lat, lon=given.lon, in_camera=given.in_camera,
        grade=_declared_grade(given), declared_at=moment,
    )  # fmt: skip


def _check(given: Declaration) -> None:
    if not _HASH.fullmatch(given.sha256.lower()):
        raise Refused("photos.bad_hash")
    if given.role not in PhotoRole.values:
        raise Refused("photos.bad_role", role=given.role)
    if given.taken_at is not None and given.taken_at.tzinfo is None:
        raise Refused("common.naive_time", value=given.taken_at.isoformat())
    lat, lon = given.lat, given.lon
    if (lat is None) != (lon is None):
        raise Refused("photos.bad_place")
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused("photos.bad_place")


def _declared_grade(given: Declaration) -> Grade:
    """Law 5: A our camera with its live position; until the file's EXIF has been read, all else is C."""
    live = given.in_camera and given.taken_at is not None and given.lat is not None
    return Grade.A if live else Grade.C


def ingest(*, owner: Owner, sha256: str, data: Shot) -> Photo:
    """Take in the bytes of a declared photo. The same bytes again change nothing.

    Raises photos.undeclared, photos.too_large, photos.hash_mismatch, and every reason of :mod:`imaging`.
    """
    kind, owner_id = owner
    photo = Photo.objects.filter(owner_kind=kind, owner_id=owner_id, original_sha256=sha256.lower()).first()
    if photo is None:
        raise Refused("photos.undeclared")
    if _hash_of(data) != photo.original_sha256:
        raise Refused("photos.hash_mismatch")
    if photo.stored_at is not None:
        return photo
    picture = prepare(data=data)
    with transaction.atomic():
        photo = Photo.objects.select_for_update().get(pk=photo.pk)
        if photo.stored_at is None:
            _settle(photo, picture)
            photo.save()
            _tell(photo)
    return photo


def _tell(photo: Photo) -> None:
    """The archive is looked through for its like afterwards."""
    outbox.emit("photo.stored", ("photo", photo.pk))


def _hash_of(data: Shot) -> str:
    """The sha256 of the original bytes; raises photos.too_large and photos.empty."""
    if isinstance(data, imaging.Picture):
        return data.original_sha256
    _check_size(data)
    return digest_of(data)


def prepare(*, data: Shot) -> imaging.Picture:
    """The long part of taking a photo in, which needs no row and no lock: make it safe and put it on the disk.

    Files first: a row never speaks of bytes that are not on the disk. Files without a row do no harm.
    """
    if isinstance(data, bytes):
        _check_size(data)
        data = imaging.process(data)
    name = data.stored_sha256
    storage.write({storage.path_of(name): data.jpeg, storage.path_of(name, thumb=True): data.thumb})
    return data


def _check_size(data: bytes) -> None:
    limit = settings.CITY.photo_max_mb
    if len(data) > limit * 1024 * 1024:
        raise Refused("photos.too_large", limit=limit)
    if not data:
        raise Refused("photos.empty")


def _settle(photo: Photo, picture: imaging.Picture) -> None:
    """What our camera's page said stands; for any other photo the file's own EXIF goes before the sender's claim."""
    photo.stored_sha256 = picture.stored_sha256
    photo.mime = picture.mime
    photo.width, photo.height, photo.size = picture.width, picture.height, len(picture.jpeg)
    photo.phash, photo.detail = picture.phash, picture.detail
    photo.stored_at = clock.now()
    if not photo.in_camera:
        if picture.taken_at and picture.place:
            photo.grade = Grade.B
        photo.taken_at = picture.taken_at or photo.taken_at
        if picture.place:
            photo.lat, photo.lon = picture.place


def put(*, owner: Owner, given: Declaration, picture: imaging.Picture) -> tuple[Photo, bool]:
    """The short part: the row of a prepared photo, and whether the owner had none of these bytes before."""
    _check(given)
    fresh = _declared(owner, given, clock.now())
    _settle(fresh, picture)
    with transaction.atomic():
        if prepared.insert_unless_there(fresh):
            _tell(fresh)
            return fresh, True
        mine = Photo.objects.filter(owner_kind=owner[0], owner_id=owner[1], original_sha256=fresh.original_sha256)
        photo = mine.select_for_update().get()
        if photo.stored_at is None:  # it was declared before, and has come another way
            _settle(photo, picture)
            photo.save()
            _tell(photo)
    return photo, False


def copy(*, photo_ids: Sequence[UUID], source: Owner, target: Owner) -> list[Photo]:
    """Give stored photos of one owner to another as well: rows of their own on the same bytes. One that the first does
    not have is refused (common.not_found), one that the second has already is left out."""
    kind, owner_id = source
    found = list(Photo.objects.filter(owner_kind=kind, owner_id=owner_id, pk__in=photo_ids, stored_at__isnull=False))
    if len(found) < len(set(photo_ids)):
        raise Refused("common.not_found")
    held = set(Photo.objects.filter(owner_kind=target[0], owner_id=target[1]).values_list("original_sha256", flat=True))
    fresh = [photo for photo in found if photo.original_sha256 not in held]
    for photo in fresh:
        photo.pk, photo.owner_kind, photo.owner_id = new_id(), target[0], target[1]
    return Photo.objects.bulk_create(fresh)


def add(
    *,
    owner: Owner,
    role: str,
    data: Shot,
    taken_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    in_camera: bool = False,
) -> Photo:
    """Declare and take in at once, for what staff uploads. Nothing is declared when the bytes are refused."""
    given = Declaration(_hash_of(data), role, taken_at=taken_at, lat=lat, lon=lon, in_camera=in_camera)
    _check(given)
    photo, _ = put(owner=owner, given=given, picture=prepare(data=data))
    return photo
