"""Files on disk: whole or not at all, once; covered parts of pictures; kinds told by their first bytes."""

from __future__ import annotations

import hashlib
import math
import os
import stat
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from PIL import ExifTags

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.coords import from_wgs84
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import exif, imaging, storage
from chuangcheng.photos.imaging import Box


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the disk was waited for: ``file`` and ``folder``."""
    calls: list[str] = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda descriptor: calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"),
    )
    monkeypatch.setattr(os, "sync", lambda: calls.append("all"))
    return calls


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestWriting:
    def test_each_is_written_once_and_what_stands_is_left_alone(self, tmp_path: Path, flushed: list[str]) -> None:
        one, two = tmp_path / "aa" / "1", tmp_path / "aa" / "2"
        storage.write({one: b"one", two: b"two"})
        assert everything(tmp_path) == {"aa/1": b"one", "aa/2": b"two"}
        assert flushed.count("file") == 2, "before the rename each file, then their folder"
        flushed.clear()
        inode = one.stat().st_ino
        storage.write({one: b"one", two: b"two"})
        assert (flushed, one.stat().st_ino) == ([], inode)

    def test_a_file_of_another_length_was_cut_off_and_is_written_anew(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"hal")
        storage.write({path: b"half"})
        assert everything(tmp_path) == {"x": b"half"}

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_a_failure_leaves_nothing_and_no_draft(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def fail(*_args: object) -> None:
            raise OSError(28, "no space")

        monkeypatch.setattr(*((os, "fsync", fail) if step == "fsync" else (Path, "replace", fail)))
        with pytest.raises(OSError, match="no space"):
            storage.write({tmp_path / "d" / "x": b"data"})
        monkeypatch.undo()
        assert everything(tmp_path) == {}

    def test_one_flush_at_the_end_where_all_can_be_made_anew(self, tmp_path: Path, flushed: list[str]) -> None:
        with pytest.raises(ZeroDivisionError), storage.flushed_at_the_end():
            storage.write({tmp_path / str(number): b"x" for number in range(3)})
            raise ZeroDivisionError
        assert flushed == ["all"]
        storage.write({tmp_path / "after": b"x"})
        assert flushed.count("file") == 1, "the promise holds again behind the block"

    @given(st.binary(max_size=200))
    @settings_of(max_examples=20)
    def test_a_file_goes_by_the_hash_of_its_content(self, data: bytes) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "made"
            made.write_bytes(data)
            name = storage.adopt(made, lambda digest: Path(folder) / digest[:2] / digest)
            assert name == hashlib.sha256(data).hexdigest() == storage.digest_of_file(Path(folder) / name[:2] / name)
            assert everything(Path(folder)) == {f"{name[:2]}/{name}": data}

    @pytest.mark.parametrize(("thumb", "end"), [(False, ".jpg"), (True, ".thumb.jpg")])
    def test_two_levels_of_folders(self, settings: Any, tmp_path: Path, thumb: bool, end: str) -> None:
        settings.CITY = replace(settings.CITY, home=tmp_path)
        name = "0123456789abcdef" * 4
        assert storage.path_of(name, thumb=thumb) == tmp_path / "media" / "01" / "23" / (name + end)


PARTS = st.integers(0, 1000).map(lambda part: part / 1000)


@given(st.tuples(PARTS, PARTS), st.tuples(PARTS, PARTS), st.integers(1, 4000), st.integers(1, 4000))
def test_a_marked_part_covers_every_pixel_it_touches(
    across: tuple[float, float], down: tuple[float, float], width: int, height: int
) -> None:
    (left, right), (top, bottom) = sorted(across), sorted(down)
    if left == right or top == bottom:
        return
    x0, y0, x1, y1 = Box(left, top, right, bottom).pixels(width, height)
    assert 0 <= x0 <= left * width and 0 <= y0 <= top * height
    assert x1 + 1 >= min(right * width, width) and y1 + 1 >= min(bottom * height, height)
    assert x1 <= width - 1 and y1 <= height - 1 and x1 + 1 - right * width <= 1
    assert math.isfinite(x0 + y0)


def container(*brands: bytes, size: int | None = None) -> bytes:
    body = b"ftyp" + brands[0] + b"\0\0\0\0" + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 4 if size is None else size) + body


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (container(b"heic"), "image/heic"), (container(b"mif1", b"heic"), "image/heic"), (container(b"isom", b"mif1"), "image/heic"),
        (container(b"avif", b"mif1"), "AVIF"), (container(b"mif1", b"avif"), "AVIF"), (container(b"mif1", b"avis", b"heic"), "AVIF"),
        (container(b"isom", b"mp42"), "MP4"), (container(b"qt  "), "MP4"), (container(b"isom", b"heic", size=16), "MP4"),
        (container(b"isom", b"heic", size=2**31), "image/heic"), (b"\0\0\0\x08ftyp", "MP4"), (b"BM1234", "BMP"), (b"\x1a\x45\xdf\xa3", "WebM"),
        (b"\0\0\1\0ico.", "ICO"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b" " * 4090 + b"<SVG>", "SVG"), (b"RIFF\0\0\0\0WAVE", ""), (b"\x89PNG\n\x1a\n", ""), (b" " * 4096 + b"<svg>", ""), (b"\xff\xd8", ""),
    ],
)  # fmt: skip
def test_the_first_bytes_tell_what_it_is(data: bytes, kind: str) -> None:
    if kind.startswith("image/"):
        assert imaging.sniff(data) == kind
    else:
        with pytest.raises(Refused) as caught:
            imaging.sniff(data)
        assert (caught.value.code, caught.value.params.get("kind", "")) == (
            "photos.kind_refused" if kind else "photos.not_an_image", kind,
        )  # fmt: skip


DEGREES = st.tuples(st.integers(0, 89), st.integers(0, 59), st.floats(0, 59.99))


@given(DEGREES, DEGREES, st.sampled_from("NS"), st.sampled_from("EW"), st.booleans())
def test_degrees_minutes_and_seconds_come_together_with_their_sign(
    lat: tuple[int, int, float], lon: tuple[int, int, float], north: str, east: str, as_bytes: bool
) -> None:
    def said(letter: str) -> str | bytes:
        return f"{letter}\0".encode() if as_bytes else letter.lower()

    found = exif.place({1: said(north), 2: lat, 3: said(east), 4: lon})
    flat = [degrees + minutes / 60 + seconds / 3600 for degrees, minutes, seconds in (lat, lon)]
    if flat == [0, 0] or flat[0] > 90:
        assert found is None
    else:
        assert found == pytest.approx((flat[0] * (-1 if north == "S" else 1), flat[1] * (-1 if east == "W" else 1)))


@given(st.floats(22, 45), st.floats(85, 125))
@settings_of(max_examples=30)
def test_a_domestic_datum_is_turned_back(lat: float, lon: float) -> None:
    shown_lon, shown_lat = from_wgs84(lon, lat, "gcj02")
    tags = {1: "N", 2: (shown_lat, 0, 0), 3: "E", 4: (shown_lon, 0, 0), ExifTags.GPS.GPSMapDatum: "gcj-02"}
    assert exif.place(tags) == pytest.approx((lat, lon), abs=1e-6)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.none() | st.integers(-12 * 60, 14 * 60))
@settings_of(max_examples=50)
def test_the_moment_of_the_shot_in_its_own_zone_or_the_citys(at: datetime, minutes: int | None) -> None:
    at = at.replace(microsecond=0)
    tags: dict[int, str] = {ExifTags.Base.DateTimeOriginal: f"{at:%Y:%m:%d %H:%M:%S}\0"}
    zone = CITY_ZONE
    if minutes is not None:
        sign, left = "-" if minutes < 0 else "+", abs(minutes)
        tags[ExifTags.Base.OffsetTimeOriginal] = f"{sign}{left // 60:02}:{left % 60:02}"
        assert exif.taken_at(tags) == at.replace(tzinfo=UTC) - timedelta(minutes=minutes)
    else:
        assert exif.taken_at(tags) == at.replace(tzinfo=zone)


def test_a_broken_first_time_gives_way_to_the_second() -> None:
    tags = {
        ExifTags.Base.DateTimeOriginal: "0000:00:00 00:00:00",
        ExifTags.Base.DateTimeDigitized: "2026:09:15 12:00:00",
    }
    assert exif.taken_at(tags) == datetime(2026, 9, 15, 12, tzinfo=CITY_ZONE)
    assert exif.taken_at({**tags, ExifTags.Base.OffsetTimeDigitized: "?"}) is None
