"""Photos for the public: looked at by a person, faces and plates covered, in a copy of their own (先审后发).

Rights and history are the affair of the photo's owner (``cases.publishing``): these functions only do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import storage
from chuangcheng.photos.imaging import Box, cover
from chuangcheng.photos.models import Photo, Release
from chuangcheng.photos.states import RELEASE

MOST_BOXES = 60


def box_of(numbers: Sequence[object]) -> Box:
    """A box from four numbers (left, top, right, bottom), each a part of 1; raises photos.bad_box."""
    parts = [float(one) for one in numbers if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(parts) != 4 or len(numbers) != 4:
        raise Refused("photos.bad_box")
    left, top, right, bottom = parts
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise Refused("photos.bad_box")
    return Box(left, top, right, bottom)


def draft(photo: Photo, boxes: Sequence[Box]) -> tuple[str, int, int]:
    """Write the public copy of a stored photo to the disk; its hash and size. Long, so before any lock. Without boxes
    the stored photo itself, which carries no more than its pixels."""
    if not photo.stored_sha256:
        raise Refused("common.not_found")
    if len(boxes) > MOST_BOXES:
        raise Refused("photos.too_many_boxes", limit=MOST_BOXES)
    if not boxes:
        return photo.stored_sha256, photo.width, photo.height
    jpeg, thumb, (width, height) = cover(storage.path_of(photo.stored_sha256).read_bytes(), boxes)
    name = sha256(jpeg)
    storage.write({storage.path_of(name): jpeg, storage.path_of(name, thumb=True): thumb})
    return name, width, height


def release(photo: Photo, copy: tuple[str, int, int], boxes: int, by: UUID | None) -> Release:
    """Make that copy the public one, in place of an earlier one. Call inside a transaction."""
    row = _locked(photo)
    row.state = RELEASE.next(row.state, "release")
    row.copy_sha256, row.width, row.height = copy
    row.boxes, row.released_by_id, row.released_at = boxes, by, clock.now()
    row.save()
    return row


def withdraw(photo: Photo) -> Release:
    """Nobody outside sees it any more. Call inside a transaction."""
    row = _locked(photo)
    row.state = RELEASE.next(row.state, "withdraw")
    row.copy_sha256, row.boxes, row.released_at = "", 0, None
    row.save()
    return row


def _locked(photo: Photo) -> Release:
    Release.objects.bulk_create([Release(photo=photo)], ignore_conflicts=True)
    return Release.objects.select_for_update().get(pk=photo.pk)


def released(kinds: Iterable[str], owner_ids: Iterable[UUID]) -> QuerySet[Release]:
    """The released photos of these owners, each with its photo, in the order of their declaration."""
    owners = {"photo__owner_kind__in": list(kinds), "photo__owner_id__in": list(owner_ids)}
    rows = Release.objects.filter(state="released", **owners)
    return rows.select_related("photo").order_by("photo__declared_at", "pk")


def of_photos(photos: Iterable[Photo]) -> dict[UUID, Release]:
    """What stands about the publishing of these photos, by photo."""
    return {one.pk: one for one in Release.objects.filter(pk__in=[photo.pk for photo in photos])}


def public_path(row: Release, *, thumb: bool = False) -> Path:
    """The file that anybody may see; ``common.not_found`` unless it is public now."""
    if row.state != "released" or not row.copy_sha256:
        raise Refused("common.not_found")
    return storage.path_of(row.copy_sha256, thumb=thumb)
