"""What the doors hand in to open a report or a case, checked before anything is written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.cases.report import Source
from chuangcheng.framework.models import Category, Standard
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.models import Unit
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.films import MOST as MAX_FILMS
from chuangcheng.photos.models import PhotoRole
from chuangcheng.sites.models import Site

#: What the model takes, from whichever door; the citizens' page asks for less (``portal_text_max``).
MAX_TEXT = 20_000
MAX_PHOTOS = 9
#: A phone's clock may run ahead of ours by this much before we call the time wrong.
CLOCK_SKEW = timedelta(minutes=15)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9A-Za-z.\-]{0,16}")
_PHONE = re.compile(r"\+?[\d\s\-()]{5,24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """What somebody reports. Coordinates are WGS-84 degrees; times carry a zone; ``id`` comes from the client."""

    id: UUID
    text: str
    source: str
    category_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    observed_at: datetime | None = None
    contact_name: str = ""
    contact_phone: str = ""
    photos: tuple[Declaration, ...] = ()
    films: tuple[str, ...] = ()  # hashes of short videos
    external_source: str = ""
    external_number: str | None = None
    privacy_version: str = ""
    complaint: bool = False  # about staff or a unit, as its sender says

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        # Not asdict: it copies every value deeply, which costs more than the digest itself.
        values = {name: getattr(self, name) for name in self.__slots__}
        for name in ("complaint", "films"):
            if not values[name]:
                del values[name]  # so that the bodies from before there were such keep their digests
        return {**values, "photos": [asdict(photo) for photo in self.photos]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInput:
    """What must be fixed, as it is filed. ``origin`` is opaque: ("check", id), ("report", id) …"""

    text: str
    source: str
    category: Category | None = None
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    origin: tuple[str, UUID] | None = None
    site: Site | None = None
    standard: Standard | None = None
    severity: int = 1
    condition: str = "default"
    found_from_above: bool = False
    responsible: Unit | None = None
    external_source: str = ""
    external_number: str | None = None


def check_report(given: ReportInput, now: datetime) -> None:
    """``common.invalid`` naming every wrong field, or nothing."""
    refuse([*_text(given.text), *place_problems(given.lat, given.lon, given.address), *_time(given, now),
            *_contact(given), *photo_problems(given.photos), *_films(given.films),
            *_source(given.source), *_privacy(given.privacy_version)])  # fmt: skip


def check_case(given: CaseInput) -> None:
    """As :func:`check_report`, for a case."""
    problems = [*_text(given.text), *place_problems(given.lat, given.lon, given.address), *_source(given.source)]
    if given.severity not in (1, 2, 3):
        problems.append(FieldProblem("severity", "range", Label("严重程度只能是 1、2、3", "Severity is 1, 2 or 3")))
    if not 1 <= len(given.condition) <= 40:
        problems.append(
            FieldProblem(
                "condition",
                "length",
                Label("立案条件代码为 1–40 个字符", "The condition's code has 1 to 40 characters"),
            )
        )
    refuse(problems)


def refuse(problems: list[FieldProblem]) -> None:
    """``common.invalid`` with these problems, if there are any."""
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))


def _text(text: str) -> Iterator[FieldProblem]:
    if not text.strip():
        yield FieldProblem("text", "required", Label("请写明问题", "Say what the trouble is"))
    elif len(text) > MAX_TEXT:
        yield FieldProblem("text", "length", Label(f"最多 {MAX_TEXT} 字", f"At most {MAX_TEXT} characters"))
    elif "\0" in text:
        yield FieldProblem("text", "character", Label("含有非法字符", "Contains a forbidden character"))


def place_problems(lat: float | None, lon: float | None, address: str) -> Iterator[FieldProblem]:
    """What is wrong with a place."""
    if len(address) > 200 or "\0" in address:
        yield FieldProblem("address", "length", Label("地址最多 200 字", "The address has at most 200 characters"))
    if (lat is None) != (lon is None):
        yield FieldProblem(
            "lat" if lat is None else "lon",
            "required",
            Label("经度和纬度要同时填写", "Longitude and latitude come together"),
        )
        return
    for name, value, limit in (("lat", lat, 90), ("lon", lon, 180)):
        if value is not None and not (math.isfinite(value) and -limit <= value <= limit):
            yield FieldProblem(
                name, "range", Label(f"应在 −{limit} 到 {limit} 度之间", f"Between −{limit} and {limit} degrees")
            )


def _time(given: ReportInput, now: datetime) -> Iterator[FieldProblem]:
    moment = given.observed_at
    if moment is None:
        return
    if moment.tzinfo is None:
        yield FieldProblem("observed_at", "naive_time", Label("时间必须带时区", "A time needs its time zone"))
    elif moment > now + CLOCK_SKEW:
        yield FieldProblem("observed_at", "future", Label("发现时间不能晚于现在", "It was not seen after now"))


def _contact(given: ReportInput) -> Iterator[FieldProblem]:
    if len(given.contact_name) > 60:
        yield FieldProblem("contact.name", "length", Label("姓名最多 60 字", "The name has at most 60 characters"))
    if given.contact_phone and not _PHONE.fullmatch(given.contact_phone):
        yield FieldProblem("contact.phone", "format", Label("电话号码有误", "This is no telephone number"))


def photo_problems(photos: tuple[Declaration, ...]) -> Iterator[FieldProblem]:
    """What is wrong with declared photos."""
    if len(photos) > MAX_PHOTOS:
        yield FieldProblem("photos", "count", Label(f"最多 {MAX_PHOTOS} 张照片", f"At most {MAX_PHOTOS} photos"))
    if len({photo.sha256 for photo in photos}) < len(photos):
        yield FieldProblem("photos", "duplicate", Label("同一张照片重复了", "The same photo twice"))
    for index, photo in enumerate(photos):
        if not _SHA256.fullmatch(photo.sha256):
            yield FieldProblem(
                f"photos.{index}.sha256", "format", Label("应为 64 位小写十六进制", "64 lower-case hexadecimal digits")
            )
        if photo.role not in PhotoRole.values:
            yield FieldProblem(f"photos.{index}.role", "choice", Label("未知的照片用途", "Unknown use of a photo"))
        yield from _declared_place_and_time(index, photo)


def _declared_place_and_time(index: int, photo: Declaration) -> Iterator[FieldProblem]:
    if photo.taken_at is not None and photo.taken_at.tzinfo is None:
        yield FieldProblem(
            f"photos.{index}.taken_at", "naive_time", Label("时间必须带时区", "A time needs its time zone")
        )
    for problem in place_problems(photo.lat, photo.lon, ""):
        yield FieldProblem(f"photos.{index}.{problem.field}", problem.code, problem.text)


def _films(hashes: tuple[str, ...]) -> Iterator[FieldProblem]:
    if len(hashes) > MAX_FILMS:
        yield FieldProblem("video", "count", Label(f"最多 {MAX_FILMS} 段视频", f"At most {MAX_FILMS} videos"))
    if not all(_SHA256.fullmatch(one) for one in hashes):
        yield FieldProblem(
            "video.sha256", "format", Label("应为 64 位小写十六进制", "64 lower-case hexadecimal digits")
        )


def _privacy(version: str) -> Iterator[FieldProblem]:
    if not _VERSION.fullmatch(version):
        yield FieldProblem("privacy", "format", Label("隐私说明的版本有误", "Wrong version of the privacy notice"))


def _source(source: str) -> Iterator[FieldProblem]:
    if source not in Source.values:
        yield FieldProblem("source", "choice", Label("未知的来源", "Unknown source"))
