"""Flags of a photo: each alone, beside a photo without it; and what holds for any photo."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.evidence import CODES, Bounds, Matter, Shot, away, flags, looks_like_a_screen, why

FILED = datetime(2026, 9, 14, 23, 0, tzinfo=UTC)
SENT = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
BOUNDS = Bounds()
MATTER = Matter(FILED, FILED, lat=30.002, lon=120.002)
GOOD = Shot(
    "A", SENT, is_after=True, taken_at=SENT - timedelta(minutes=5), lat=30.0021, lon=120.0021, in_camera=True,
    width=1600, height=1200,
)  # fmt: skip


def codes(shot: Shot, matter: Matter = MATTER, bounds: Bounds = BOUNDS) -> list[str]:
    return [flag.code for flag in flags(shot, matter, bounds)]


def said(shot: Shot, code: str, matter: Matter = MATTER) -> str:
    return next(flag.label.zh for flag in flags(shot, matter) if flag.code == code)


def test_a_good_photo_has_no_flag() -> None:
    assert codes(GOOD) == []
    assert why(GOOD).zh.startswith("在本系统页面内现场拍摄")


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"taken_at": FILED - timedelta(hours=3)}, "before_filing", "拍摄于立案之前 3 小时"),
        ({"taken_at": SENT - timedelta(hours=26), "is_after": False}, "old", "拍摄 26 小时后才上传"),
        ({"taken_at": SENT - timedelta(days=3), "is_after": False}, "old", "拍摄 3 天后才上传"),
        ({"taken_at": SENT + timedelta(hours=1)}, "future", "拍摄时间比上传时间还晚 1 小时，手机时钟可能不准"),
        ({"lat": 30.02}, "far", "拍摄地点距案件位置 2.0 公里"),
        ({"lat": 30.0035}, "far", "拍摄地点距案件位置 167 米"),
        ({"taken_at": None}, "no_time", "没有拍摄时间"),
        ({"lat": None, "lon": None}, "no_place", "没有拍摄位置"),
        ({"taken_at": None, "lat": None, "lon": None}, "nothing_known", "没有拍摄时间，也没有位置"),
        ({"in_camera": False, "width": 1080, "height": 2340}, "screenshot", "像截屏或转存的图片，不像相机直接拍摄"),
        ({"copies": 2}, "same_bytes", "同一张照片另有 2 处使用"),
        ({"likenesses": 1}, "alike", "与 1 张已有照片几乎相同"),
    ],
)
def test_each_doubt_alone(change: dict[str, object], code: str, sentence: str) -> None:
    shot = replace(GOOD, **change)  # type: ignore[arg-type]
    assert codes(shot) == [code]
    assert said(shot, code) == sentence


def test_a_photo_from_before_the_work_may_be_older_than_the_case() -> None:
    early = replace(GOOD, taken_at=FILED - timedelta(hours=1), sent_at=FILED)
    assert codes(early) == ["before_filing"]
    assert codes(replace(early, is_after=False)) == []


def test_after_a_rework_the_photo_must_be_of_this_round() -> None:
    again = replace(MATTER, round_at=SENT - timedelta(hours=1))
    old = replace(GOOD, taken_at=SENT - timedelta(hours=4))
    assert codes(old, again) == ["before_round"]
    assert said(old, "before_round", again) == "拍摄于退回返工之前 3 小时"
    assert codes(GOOD, again) == []


def test_clocks_may_be_a_little_off() -> None:
    slack = BOUNDS.skew
    assert codes(replace(GOOD, taken_at=SENT + slack)) == []
    assert codes(replace(GOOD, taken_at=SENT + slack + timedelta(seconds=1))) == ["future"]
    assert codes(replace(GOOD, taken_at=FILED - slack), bounds=Bounds(old=timedelta(days=9))) == []


def test_the_bounds_are_the_citys() -> None:
    assert codes(replace(GOOD, lat=30.0035), bounds=Bounds(far_metres=200)) == []
    assert codes(replace(GOOD, taken_at=SENT - timedelta(hours=2)), bounds=Bounds(old=timedelta(hours=1))) == ["old"]


@pytest.mark.parametrize(
    ("change", "is_screen"),
    [
        ({"mime": "image/png", "taken_at": None}, True),
        ({"mime": "image/png"}, False),
        ({"mime": "image/jpeg", "taken_at": None}, False),
        ({"width": 1920, "height": 1080}, False),
        ({"width": 0, "height": 0, "mime": "image/png", "taken_at": None}, False),
    ],
)
def test_what_looks_like_a_screen(change: dict[str, object], is_screen: bool) -> None:
    assert looks_like_a_screen(replace(GOOD, in_camera=False, **change)) is is_screen  # type: ignore[arg-type]


def test_our_own_pages_photos_are_no_screens() -> None:
    assert not looks_like_a_screen(replace(GOOD, width=1080, height=2400))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"grade": "B"}, "照片文件自带"),
        ({"grade": "C", "lat": None, "lon": None}, "只有拍摄时间"),
        ({"grade": "C", "taken_at": None}, "只有位置"),
        ({"grade": "C"}, "时间和位置由上传人填报"),
        ({"grade": "C", "taken_at": None, "lat": None, "lon": None}, "没有时间和位置（微信等会去掉）"),
    ],
)
def test_every_grade_has_its_reason(change: dict[str, object], sentence: str) -> None:
    label = why(replace(GOOD, **change))  # type: ignore[arg-type]
    assert label.zh.startswith(sentence)
    assert label.en.isascii()


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
LATS, LONS = st.floats(-90, 90), st.floats(-180, 180)
PLACES = st.one_of(st.just((None, None)), st.tuples(LATS, LONS))


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    lat, lon = draw(PLACES)
    return Shot(
        draw(st.sampled_from("ABC")), draw(MOMENTS), is_after=draw(st.booleans()),
        taken_at=draw(st.one_of(st.none(), MOMENTS)), lat=lat, lon=lon, in_camera=draw(st.booleans()),
        mime=draw(st.sampled_from(["image/jpeg", "image/png"])), width=draw(st.integers(0, 9000)),
        height=draw(st.integers(0, 9000)), copies=draw(st.integers(0, 9)), likenesses=draw(st.integers(0, 9)),
    )  # fmt: skip


@given(shots(), MOMENTS, PLACES)
def test_flags_of_any_photo(shot: Shot, filed: datetime, place: tuple[float | None, float | None]) -> None:
    matter = Matter(filed, filed, *place)
    found = flags(shot, matter)
    names = [flag.code for flag in found]
    assert names == [code for code in CODES if code in names]  # each once, in the table's order
    assert all(flag.label.zh and flag.label.en.isascii() for flag in found)
    assert ("old" in names) + ("future" in names) <= 1
    assert len({"nothing_known", "no_time", "no_place"} & {*names}) <= 1
    assert ("before_filing" in names) <= shot.is_after
    distance = away(shot, matter)
    assert ("far" in names) == (distance is not None and distance > 100)


@given(LATS, LONS, LATS, LONS)
def test_distance_is_the_same_both_ways(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    one = away(replace(GOOD, lat=lat1, lon=lon1), Matter(FILED, FILED, lat2, lon2))
    other = away(replace(GOOD, lat=lat2, lon=lon2), Matter(FILED, FILED, lat1, lon1))
    assert one is not None and other is not None
    assert math.isclose(one, other, abs_tol=0.01)
