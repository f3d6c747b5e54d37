"""A case's photos as whoever verifies sees them: grade with its reason, distance, and flags that inform."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from chuangcheng.cases.models import Case, PhotoAlarm
from chuangcheng.cases.proof import round_started
from chuangcheng.cases.suspicion import alarms_about, by_photo
from chuangcheng.kernel import evidence
from chuangcheng.kernel.evidence import Bounds, Flag, Matter, Shot
from chuangcheng.kernel.label import Label
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo, PhotoRole


@dataclass(frozen=True, slots=True)
class Look:
    """What is told beside a photo. ``metres`` is its distance from the case's place, None where that is unknown."""

    photo: Photo
    metres: float | None
    why: Label
    flags: tuple[Flag, ...]


def looks(case: Case, shown: Collection[Photo], alarms: Sequence[PhotoAlarm] | None = None) -> dict[UUID, Look]:
    """A :class:`Look` at each photo that the case's page shows (its own, its reports', its checks'), by the photo's
    id; two queries, whatever their number, one where the caller has the alarms about them. A photo whose bytes have
    not come is left out."""
    stored = [photo for photo in shown if photo.stored_at]
    if not stored:
        return {}
    copies = photos.copies(stored)
    alike = by_photo(alarms_about(stored) if alarms is None else alarms)
    matter, bounds = matter_of(case), bounds_now()
    shots = {photo.pk: shot_of(photo, copies=copies.get(photo.pk, 0), likenesses=alike[photo.pk]) for photo in stored}
    return {photo.pk: _look(photo, shots[photo.pk], matter, bounds) for photo in stored}


def _look(photo: Photo, shot: Shot, matter: Matter, bounds: Bounds) -> Look:
    return Look(photo, evidence.away(shot, matter), evidence.why(shot), evidence.flags(shot, matter, bounds))


def shot_of(photo: Photo, *, copies: int = 0, likenesses: int = 0) -> Shot:
    """The photo's row as the kernel judges it."""
    return Shot(
        grade=photo.grade, sent_at=photo.stored_at or photo.declared_at, is_after=photo.role == PhotoRole.AFTER,
        taken_at=photo.taken_at, lat=photo.lat, lon=photo.lon, in_camera=photo.in_camera, mime=photo.mime,
        width=photo.width, height=photo.height, copies=copies, likenesses=likenesses,
    )  # fmt: skip


def matter_of(case: Case) -> Matter:
    """What a photo of the case shall prove."""
    return Matter(case.filed_at, round_started(case), case.lat, case.lon)


def bounds_now() -> Bounds:
    """From where on something is flagged in this city (settings)."""
    city = settings.CITY
    return Bounds(far_metres=city.proof_far_metres, old=timedelta(hours=city.proof_old_hours))
