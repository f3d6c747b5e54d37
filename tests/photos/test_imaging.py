"""What is done to the bytes of a photo."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import exif, imaging
from tests.photos import pictures

EIGHT = timezone(timedelta(hours=8))


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_the_content_decides_the_type(kind: str, mime: str) -> None:
    picture = imaging.process(pictures.encoded(pictures.scene(), kind))
    assert picture.mime == mime
    assert (picture.width, picture.height) == (640, 480)
    stored = Image.open(io.BytesIO(picture.jpeg))
    assert stored.format == "JPEG"
    assert stored.size == (640, 480)
    assert Image.open(io.BytesIO(picture.thumb)).size == (480, 360)


def test_heic_is_read() -> None:
    picture = imaging.process(pictures.HEIC)
    assert picture.mime == "image/heic"
    assert (picture.width, picture.height) == (64, 48)
    stored = Image.open(io.BytesIO(picture.jpeg)).convert("RGB")
    left, right = stored.getpixel((8, 24)), stored.getpixel((56, 24))
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]
    assert picture.taken_at == datetime(2026, 9, 15, 11, 30, tzinfo=EIGHT)
    assert picture.place == pytest.approx((30.01, 120.01))


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"GIF89a" + b"\0" * 20, "photos.kind_refused", "GIF"),
        (b"%PDF-1.7 ...", "photos.kind_refused", "PDF"),
        (b"PK\x03\x04....", "photos.kind_refused", "ZIP"),
        (b'<?xml version="1.0"?><svg xmlns="..."><script>alert(1)</script></svg>', "photos.kind_refused", "SVG"),
        (b"<SVG onload=alert(1)>", "photos.kind_refused", "SVG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "photos.kind_refused", "MP4"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "photos.kind_refused", "AVIF"),
        (b"II*\0....", "photos.kind_refused", "TIFF"),
        (b"<html>", "photos.not_an_image", ""),
        (b"\0" * 64, "photos.not_an_image", ""),
        (b"", "photos.empty", ""),
    ],
)
def test_everything_else_is_refused_with_its_name(data: bytes, code: str, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        imaging.process(data)
    assert refused.value.code == code
    assert kind in refused.value.message()


def test_moving_pictures_are_refused() -> None:
    frames = [pictures.scene(), Image.new("RGB", (640, 480), "red")]
    for kind in ("WEBP", "PNG"):
        data = pictures.encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        with pytest.raises(Refused) as refused:
            imaging.process(data)
        assert refused.value.code == "photos.animated"


def bomb(side: int) -> bytes:
    """A PNG whose header promises side × side pixels, in a few hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7746, 20_000, 60_000])
def test_a_bomb_is_refused_before_a_pixel_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(imaging, "_upright", explode)
    with pytest.raises(Refused) as refused:
        imaging.process(bomb(side))
    assert refused.value.code == "photos.bomb"
    assert f"{side}×{side}" in refused.value.message()


def test_a_heic_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imaging, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(Refused) as refused:
        imaging.process(pictures.HEIC)
    assert refused.value.code == "photos.bomb"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_photo_is_refused(kind: str, part: float) -> None:
    noise = Image.effect_noise((320, 240), 80).convert("RGB")
    whole = pictures.HEIC if kind == "HEIC" else pictures.encoded(noise, kind)
    with pytest.raises(Refused) as refused:
        imaging.process(whole[: int(len(whole) * part)])
    assert refused.value.code == "photos.broken"


@given(
    st.binary(max_size=400),
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"\0\0\0\x18ftypheic"]),
)
def test_no_bytes_break_the_reader(tail: bytes, head: bytes) -> None:
    with pytest.raises(Refused):
        imaging.process(head + tail)


def test_large_photos_shrink_and_small_ones_stay() -> None:
    large = imaging.process(pictures.encoded(pictures.scene((4000, 3000))))
    assert (large.width, large.height) == (2560, 1920)
    small = imaging.process(pictures.encoded(pictures.scene((100, 80))))
    assert (small.width, small.height) == (100, 80)
    assert Image.open(io.BytesIO(small.thumb)).size == (100, 80)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_photo_stands_upright(orientation: int) -> None:
    turned = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    held = pictures.scene() if turned is None else pictures.scene().transpose(turned)
    picture = imaging.process(pictures.encoded(held, exif=pictures.exif(orientation=orientation)))
    stored = Image.open(io.BytesIO(picture.jpeg))
    assert stored.size == (640, 480)
    corners = [sum(stored.getpixel(at)) for at in ((20, 20), (620, 20), (20, 460), (620, 460))]
    assert corners[0] == max(corners)
    assert corners[0] > 2 * corners[1]


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = pictures.scene(mode="L").convert("I;16") if mode == "I;16" else pictures.scene(mode=mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    picture = imaging.process(pictures.encoded(image, kind))
    assert Image.open(io.BytesIO(picture.jpeg)).mode == "RGB"


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    stored = Image.open(io.BytesIO(imaging.process(pictures.encoded(clear, "PNG")).jpeg))
    assert min(stored.getpixel((20, 20))) > 250


def test_nothing_but_pixels_is_kept() -> None:
    where = pictures.gps((30, 0, 36), "N", (120, 0, 36), "E")
    tags = pictures.exif(gps=where)
    data = pictures.encoded(pictures.scene(), exif=tags, comment=b"secret words", icc_profile=b"profile" * 20)
    assert b"Maker of phones" in data
    picture = imaging.process(data)
    for kept in (picture.jpeg, picture.thumb):
        image = Image.open(io.BytesIO(kept))
        assert len(image.getexif()) == 0
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        for secret in (b"Maker", b"secret", b"profile", b"Exif"):
            assert secret not in kept
    text = pictures.encoded(pictures.scene(), "PNG", exif=tags)
    assert b"Exif" not in imaging.process(text).jpeg


@pytest.mark.parametrize(
    ("north", "east", "place"),
    [
        ("N", "E", (30.51, 120.255)),
        ("S", "E", (-30.51, 120.255)),
        ("N", "W", (30.51, -120.255)),
        ("S", "W", (-30.51, -120.255)),
    ],
)
def test_hemispheres(north: str, east: str, place: tuple[float, float]) -> None:
    where = pictures.gps((30, 30, 36), north, (120, 15, 18), east)
    picture = imaging.process(pictures.encoded(pictures.scene(), exif=pictures.exif(gps=where)))
    assert picture.place == pytest.approx(place)


def test_a_place_in_gcj02_is_converted() -> None:
    where = pictures.gps((39, 54, 0), "N", (116, 24, 0), "E") | {0x12: "GCJ-02"}
    found = exif.place(where)
    assert found is not None
    lat, lon = found
    assert 0.0005 < 39.9 - lat < 0.003
    assert 0.003 < 116.4 - lon < 0.009


@pytest.mark.parametrize(
    "tags",
    [
        {}, {1: "N", 2: (30, 0, 0)},
        pictures.gps((0, 0, 0), "N", (0, 0, 0), "E"),
        pictures.gps((91, 0, 0), "N", (120, 0, 0), "E"),
        pictures.gps((30, 0, 0), "N", (181, 0, 0), "E"),
        pictures.gps((float("nan"), 0, 0), "N", (120, 0, 0), "E"),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_none(tags: dict[int, object]) -> None:
    assert exif.place(tags) is None


def test_references_may_be_bytes() -> None:
    assert exif.place({1: b"S\0", 2: (30, 0, 0), 3: b"W\0", 4: (120, 0, 0)}) == (-30.0, -120.0)


@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ({0x9003: "2026:09:15 11:30:00", 0x9011: "+08:00"}, datetime(2026, 9, 15, 3, 30, tzinfo=UTC)),
        ({0x9003: "2026:09:15 11:30:00", 0x9011: "-03:30"}, datetime(2026, 9, 15, 15, 0, tzinfo=UTC)),
        ({0x9003: "2026:09:15 11:30:00"}, datetime(2026, 9, 15, 11, 30, tzinfo=CITY_ZONE)),
        ({0x9004: "2026:09:15 11:30:00\0"}, datetime(2026, 9, 15, 11, 30, tzinfo=CITY_ZONE)),
        (
            {0x9003: "0000:00:00 00:00:00", 0x9004: "2026:09:15 11:30:00"},
            datetime(2026, 9, 15, 11, 30, tzinfo=CITY_ZONE),
        ),
        ({0x9003: "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_time_of_the_shot(tags: dict[int, str], moment: datetime | None) -> None:
    assert exif.taken_at(tags) == moment


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it skips
def test_damaged_exif_is_no_exif() -> None:
    data = pictures.encoded(pictures.scene(), exif=pictures.exif(gps=pictures.gps((30, 0, 0), "N", (120, 0, 0), "E")))
    at = data.index(b"Exif\0\0") + 14
    damaged = data[:at] + b"\xff" * 40 + data[at + 40 :]
    picture = imaging.process(damaged)
    assert (picture.taken_at, picture.place) == (None, None)


def test_alike_pictures_have_near_hashes_and_others_far_ones() -> None:
    patches = Image.frombytes("L", (8, 6), bytes((37 * n * n) % 256 for n in range(48)))
    noise = patches.resize((640, 480))
    one = imaging.process(pictures.encoded(noise.convert("RGB"), quality=95))
    worse = imaging.process(pictures.encoded(noise.convert("RGB").resize((320, 240)), quality=40))
    other = imaging.process(pictures.encoded(pictures.scene()))
    assert imaging.distance(one.phash, worse.phash) <= 6
    assert imaging.distance(one.phash, other.phash) > 12
    assert -(1 << 63) <= one.phash < 1 << 63


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-(1 << 63), (1 << 63) - 1))
def test_the_distance_of_hashes_is_a_distance(one: int, other: int) -> None:
    assert imaging.distance(one, one) == 0
    assert imaging.distance(one, other) == imaging.distance(other, one)
    assert 0 <= imaging.distance(one, other) <= 64
    assert (imaging.distance(one, other) == 0) is (one == other)
