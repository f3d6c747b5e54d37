"""What speaks for and against a photo as proof: its grade in a sentence, and flags for whoever judges it.

A flag informs and never blocks: phones have wrong clocks, messengers strip what a camera wrote, and an honest photo
may look odd. A person decides (law 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chuangcheng.kernel.geometry import metres
from chuangcheng.kernel.label import Label

#: Phones' screens are longer than any camera's picture: 16:9 is the longest of those (1.78).
SCREEN_SHAPE = 1.9
#: What camera apps write is JPEG or HEIC; screens are saved as PNG, edited pictures as WebP.
NO_CAMERA = frozenset({"image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on something is worth a flag."""

    far_metres: float = 100
    old: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Shot:
    """What is known of one photo. Coordinates in WGS-84 degrees, sizes in pixels; ``sent_at`` is when its bytes came
    to us; ``is_after`` says that it shall prove the work; ``copies`` counts the same bytes at other places of the
    system, ``likenesses`` the alarms of pictures nearly the same."""

    grade: str
    sent_at: datetime
    is_after: bool = False
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    in_camera: bool = False
    mime: str = "image/jpeg"
    width: int = 0
    height: int = 0
    copies: int = 0
    likenesses: int = 0


@dataclass(frozen=True, slots=True)
class Matter:
    """What the photo shall prove: a case filed at a time and place, the present round of work since ``round_at``."""

    filed_at: datetime
    round_at: datetime
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """One doubt: a stable code, and a plain sentence with its figures."""

    code: str
    label: Label


#: Every flag that there is, in the order in which they are told.
CODES = (
    "same_bytes", "alike", "before_filing", "before_round", "old", "future", "far", "nothing_known", "no_time",
    "no_place", "screenshot",
)  # fmt: skip


def away(shot: Shot, matter: Matter) -> float | None:
    """Metres between where the photo was taken and the case's place; None where either is unknown."""
    if shot.lat is None or shot.lon is None or matter.lat is None or matter.lon is None:
        return None
    return metres(shot.lon, shot.lat, matter.lon, matter.lat)


def why(shot: Shot) -> Label:
    """Why the photo has its grade."""
    if shot.grade == "A":
        return Label(
            "在本系统页面内现场拍摄，时间和位置由页面当场记下", "Taken in our own page, which noted time and place"
        )
    if shot.grade == "B":
        return Label("照片文件自带拍摄时间和位置", "The file itself carries time and place")
    if shot.taken_at is not None and shot.lat is None:
        return Label("只有拍摄时间，没有位置", "It has a time but no place")
    if shot.taken_at is None and shot.lat is not None:
        return Label("只有位置，没有拍摄时间", "It has a place but no time")
    if shot.taken_at is not None:
        return Label(
            "时间和位置由上传人填报，照片文件里没有", "Time and place were stated by the sender, not by the file"
        )
    return Label(
        "没有时间和位置（微信等会去掉），不等于作假，请到现场核查",
        "Neither time nor place (messengers strip them); no sign of fraud, look on the spot",
    )


def flags(shot: Shot, matter: Matter, bounds: Bounds = Bounds()) -> tuple[Flag, ...]:
    """What speaks against the photo, in the order of :data:`CODES`. Of a photo from before the work only what can be
    wrong with such a one: it need not be younger than the case."""
    return tuple(Flag(code, label) for code, label in _found(shot, matter, bounds))


def _found(shot: Shot, matter: Matter, bounds: Bounds) -> Iterator[tuple[str, Label]]:
    if shot.copies:
        yield (
            "same_bytes",
            Label(f"同一张照片另有 {shot.copies} 处使用", f"The same photo stands in {shot.copies} other places"),
        )
    if shot.likenesses:
        yield (
            "alike",
            Label(f"与 {shot.likenesses} 张已有照片几乎相同", f"Nearly the same as {shot.likenesses} earlier photos"),
        )
    yield from _of_time(shot, matter, bounds)
    distance = away(shot, matter)
    if distance is not None and distance > bounds.far_metres:
        yield (
            "far",
            Label(f"拍摄地点距案件位置 {_far(distance)[0]}", f"Taken {_far(distance)[1]} from the case's place"),
        )
    yield from _missing(shot)
    if looks_like_a_screen(shot):
        yield (
            "screenshot",
            Label("像截屏或转存的图片，不像相机直接拍摄", "Looks like a screenshot or a saved picture, not a camera's"),
        )


def _of_time(shot: Shot, matter: Matter, bounds: Bounds) -> Iterator[tuple[str, Label]]:
    taken = shot.taken_at
    if taken is None:
        return
    if shot.is_after and taken < matter.filed_at - bounds.skew:
        zh, en = _span(matter.filed_at - taken)
        yield "before_filing", Label(f"拍摄于立案之前 {zh}", f"Taken {en} before the case was filed")
    elif shot.is_after and taken < matter.round_at - bounds.skew:
        zh, en = _span(matter.round_at - taken)
        yield "before_round", Label(f"拍摄于退回返工之前 {zh}", f"Taken {en} before the work was sent back")
    if shot.sent_at - taken > bounds.old:
        zh, en = _span(shot.sent_at - taken)
        yield "old", Label(f"拍摄 {zh}后才上传", f"Sent {en} after it was taken")
    if taken > shot.sent_at + bounds.skew:
        zh, en = _span(taken - shot.sent_at)
        yield (
            "future",
            Label(
                f"拍摄时间比上传时间还晚 {zh}，手机时钟可能不准",
                f"Taken {en} after it was sent: the phone's clock is wrong",
            ),
        )


def _missing(shot: Shot) -> Iterator[tuple[str, Label]]:
    if shot.taken_at is None and shot.lat is None:
        yield "nothing_known", Label("没有拍摄时间，也没有位置", "Neither time nor place of the shot is known")
    elif shot.taken_at is None:
        yield "no_time", Label("没有拍摄时间", "The time of the shot is not known")
    elif shot.lat is None:
        yield "no_place", Label("没有拍摄位置", "The place of the shot is not known")


def looks_like_a_screen(shot: Shot) -> bool:
    """A shape or a format that no camera app makes; of our own page's photos never."""
    if shot.in_camera or not (shot.width and shot.height):
        return False
    shape = max(shot.width, shot.height) / min(shot.width, shot.height)
    return shape >= SCREEN_SHAPE or (shot.mime in NO_CAMERA and shot.taken_at is None)


def _span(span: timedelta) -> tuple[str, str]:
    """``3 小时`` and ``3 hours``: in minutes below an hour, in hours below two days, else in days; rounded down."""
    minutes = int(span.total_seconds() // 60)
    for size, zh, en in ((1440, "天", "days"), (60, "小时", "hours"), (1, "分钟", "minutes")):
        least = 2 * size if size == 1440 else size
        if minutes >= least:
            return f"{minutes // size} {zh}", f"{minutes // size} {en}"
    return "不到 1 分钟", "under a minute"


def _far(distance: float) -> tuple[str, str]:
    if distance < 1000:
        return f"{distance:.0f} 米", f"{distance:.0f} m"
    return f"{distance / 1000:.1f} 公里", f"{distance / 1000:.1f} km"
