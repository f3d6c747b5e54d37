"""Reading photos. They have no rights of their own: ask only for an owner that a selector has given you."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, QuerySet

from chuangcheng.history.prepared import Given, Read, key
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import storage
from chuangcheng.photos.models import Photo, PhotoRole


def of(owner: tuple[str, UUID]) -> QuerySet[Photo]:
    """The photos of an owner, stored or still missing, in the order of their declaration."""
    kind, owner_id = owner
    return Photo.objects.filter(owner_kind=kind, owner_id=owner_id)


def _showing(**more: Any) -> QuerySet[Photo, UUID]:
    rows = Photo.objects.filter(
        owner_kind=Given("kind", CharField()), owner_id=key("owner"), role=Given("role", CharField()),
        declared_at__gte=Given("since", DateTimeField()), **more,
    )  # fmt: skip
    return rows.values_list("pk", flat=True)[:1]


_declared, _stored = Read(_showing), Read(lambda: _showing(stored_at__isnull=False))


def shows(owner: tuple[str, UUID], role: str, *, since: datetime, stored: bool) -> bool:
    """Whether the owner has a photo of that role, declared ``since``; with ``stored`` one whose bytes have come."""
    kind, owner_id = owner
    return bool((_stored if stored else _declared)(kind=kind, owner=owner_id, role=role, since=since))


def of_many(kind: str, owner_ids: Iterable[UUID]) -> dict[UUID, list[Photo]]:
    """The stored photos of many owners of one kind, in one query."""
    found: dict[UUID, list[Photo]] = {}
    for photo in Photo.objects.filter(owner_kind=kind, owner_id__in=list(owner_ids), stored_at__isnull=False):
        found.setdefault(photo.owner_id, []).append(photo)
    return found


def copies(listed: Iterable[Photo]) -> dict[UUID, int]:
    """At how many other owners the very same bytes were handed in, by photo; one query. A photo without such is left
    out, and so is what the system itself gave to a second owner (``actions.copy``): that keeps the time of storing."""
    rows = [photo for photo in listed if photo.stored_sha256]
    wanted = {photo.stored_sha256 for photo in rows}
    owners: dict[str, set[tuple[str, UUID, datetime | None]]] = {}
    found = Photo.objects.filter(stored_sha256__in=wanted)
    listing = found.values_list("stored_sha256", "owner_kind", "owner_id", "stored_at") if wanted else ()
    for name, kind, owner_id, at in listing:
        owners.setdefault(name, set()).add((kind, owner_id, at))
    counted = {
        photo.pk: len({(kind, owner) for kind, owner, at in owners[photo.stored_sha256]
                       if (kind, owner) != (photo.owner_kind, photo.owner_id) and at != photo.stored_at})
        for photo in rows
    }  # fmt: skip
    return {pk: number for pk, number in counted.items() if number}


def hashes_of(kind: str, owner_ids: Iterable[UUID]) -> dict[UUID, list[int]]:
    """The perceptual hashes of the stored photos that show a trouble, by owner, in one query: what was taken after the
    work is left out."""
    rows = Photo.objects.filter(owner_kind=kind, owner_id__in=list(owner_ids), phash__isnull=False)
    found: dict[UUID, list[int]] = {}
    for owner_id, phash in rows.exclude(role=PhotoRole.AFTER).order_by().values_list("owner_id", "phash"):
        found.setdefault(owner_id, []).append(int(phash or 0))
    return found


def missing(owner: tuple[str, UUID]) -> list[str]:
    """The declared hashes whose bytes have not come yet."""
    return list(of(owner).filter(stored_at=None).values_list("original_sha256", flat=True))


def missing_of_many(kind: str, owner_ids: Iterable[UUID]) -> list[str]:
    """The same for many owners of one kind, each hash once."""
    rows = Photo.objects.filter(owner_kind=kind, owner_id__in=owner_ids, stored_at=None)
    return sorted(set(rows.values_list("original_sha256", flat=True)))


def promised(kind: str, owner_ids: Iterable[UUID], sha256: str) -> list[UUID]:
    """Which of the owners declared a photo of that hash, whether it has come or not."""
    rows = Photo.objects.filter(owner_kind=kind, owner_id__in=owner_ids, original_sha256=sha256.lower())
    return list(rows.order_by("declared_at", "pk").values_list("owner_id", flat=True))


def photo_of(owner: tuple[str, UUID], photo_id: UUID) -> Photo:
    """One photo of that owner, or ``common.not_found``."""
    photo = of(owner).filter(pk=photo_id).first()
    if photo is None:
        raise Refused("common.not_found")
    return photo


def photo_of_any(kind: str, owner_ids: Iterable[UUID], photo_id: UUID) -> Photo:
    """One photo of any of these owners, or ``common.not_found``."""
    photo = Photo.objects.filter(owner_kind=kind, owner_id__in=list(owner_ids), pk=photo_id).first()
    if photo is None:
        raise Refused("common.not_found")
    return photo


def stored_path(photo: Photo, thumb: bool = False) -> Path:
    """The file of a stored photo; ``common.not_found`` while its bytes are missing."""
    if not photo.stored_sha256:
        raise Refused("common.not_found")
    return storage.path_of(photo.stored_sha256, thumb=thumb)
