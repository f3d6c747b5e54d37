"""What follows once a photo is stored: it is compared with every one before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from chuangcheng.history import outbox
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on_many
from chuangcheng.photos import alike, filming

#: Of a photo that is like very many, the likest say enough: whoever judges opens each of them.
MOST = 3


@on_many("photo.stored")
def look_for_likes(rows: Sequence[Outbox]) -> None:
    """The archive takes the photos in; what is nearly the same is spoken of under ``photo.alike``."""
    told: Counter[UUID] = Counter()
    found = alike.take_in(alike.waiting(row.subject_id for row in rows))
    for like in sorted(found, key=lambda one: -one.likeness):
        told[like.photo.pk] += 1
        if told[like.photo.pk] > MOST:
            continue
        outbox.emit(
            "photo.alike", ("photo", like.photo.pk),
            {"other": str(like.other.pk), "distance": like.distance, "likeness": round(like.likeness, 4)},
        )  # fmt: skip


@periodic("photos.films_tidy", 24 * 3600)
def tidy_films() -> None:
    """Delete what interrupted uploads and conversions left."""
    filming.tidy()
