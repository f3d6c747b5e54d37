"""What the phone hands in for 即知即改, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.cases import inputs
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import PhotoRole

MOST_PHOTOS = 2
MAX_TEXT = 200
#: A phone without a net keeps it this long at most.
OLDEST = timedelta(days=30)
ROLES = (PhotoRole.BEFORE, PhotoRole.AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickFixInput:
    """What was fixed. ``id`` comes from the phone; the place is a site, or coordinates (WGS-84), or an address."""

    id: UUID
    category_code: str
    site_id: UUID | None = None
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    text: str = ""
    fixed_at: datetime | None = None
    photos: tuple[Declaration, ...] = ()

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "photos": [asdict(photo) for photo in self.photos]}


def check(given: QuickFixInput, now: datetime) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    inputs.refuse([
        *_text(given), *inputs.place_problems(given.lat, given.lon, given.address), *_somewhere(given),
        *_time(given, now), *_photos(given),
    ])  # fmt: skip


def _text(given: QuickFixInput) -> Iterator[FieldProblem]:
    if len(given.text) > MAX_TEXT or "\0" in given.text:
        yield FieldProblem("text", "length", Label(f"最多 {MAX_TEXT} 字", f"At most {MAX_TEXT} characters"))


def _somewhere(given: QuickFixInput) -> Iterator[FieldProblem]:
    if given.lat is None and given.site_id is None and not given.address.strip():
        yield FieldProblem(
            "address", "required", Label("请定位、选点位或写地址", "Give a position, a site or an address")
        )


def _time(given: QuickFixInput, now: datetime) -> Iterator[FieldProblem]:
    moment = given.fixed_at
    if moment is None:
        return
    if moment.tzinfo is None:
        yield FieldProblem("fixed_at", "naive_time", Label("时间必须带时区", "A time needs its time zone"))
    elif not now - OLDEST <= moment <= now + inputs.CLOCK_SKEW:
        yield FieldProblem("fixed_at", "range", Label("时间应在最近 30 天内", "Within the last 30 days"))


def _photos(given: QuickFixInput) -> Iterator[FieldProblem]:
    yield from inputs.photo_problems(given.photos)
    if len(given.photos) > MOST_PHOTOS:
        yield FieldProblem("photos", "count", Label(f"最多 {MOST_PHOTOS} 张照片", f"At most {MOST_PHOTOS} photos"))
    if any(photo.role not in ROLES for photo in given.photos):
        yield FieldProblem("photos", "choice", Label("照片应为处置前或处置后", "A photo shows before or after"))
