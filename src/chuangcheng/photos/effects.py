"""What follows once a photo is stored: it is compared with every one before it."""

from __future__ import annotations

from collections.abc import Sequence

from chuangcheng.history import outbox
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on_many
from chuangcheng.photos import alike


@on_many("photo.stored")
def look_for_likes(rows: Sequence[Outbox]) -> None:
    """The archive takes the photos in; what is nearly the same is spoken of under ``photo.alike``."""
    for like in alike.take_in(alike.waiting(row.subject_id for row in rows)):
        outbox.emit(
            "photo.alike", ("photo", like.photo.pk),
            {"other": str(like.other.pk), "distance": like.distance, "likeness": round(like.likeness, 4)},
        )  # fmt: skip
