"""What is done to the bytes of a photo, without database: sniff, guard, read EXIF, turn upright, encode anew, hash.

The result carries nothing of the original but its pixels; what EXIF said about time and place is handed back apart.
"""

from __future__ import annotations

import io
import math
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import imagehash
import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import exif

LONGEST = 2560  # pixels: enough to read a street sign, small enough for a phone
THUMB = 480
QUALITY = 85
MAX_PIXELS = 60_000_000

# The guard below refuses by the header, before any pixel; Pillow's own check only warns up to twice its limit.
Image.MAX_IMAGE_PIXELS = None
# Decoding takes up to 4 bytes a pixel: two at a time bound the memory of a web process, whatever its threads.
_decoding = threading.BoundedSemaphore(2)

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_REFUSED = (
    (b"GIF8", "GIF"), (b"%PDF", "PDF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"PK\x03\x04", "ZIP"),
    (b"\x1a\x45\xdf\xa3", "WebM"), (b"\0\0\1\0", "ICO"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo made safe. ``mime`` is what the original was; ``phash`` is the signed view of 64 bits."""

    original_sha256: str
    jpeg: bytes
    thumb: bytes
    mime: str
    width: int
    height: int
    phash: int
    detail: int
    taken_at: datetime | None
    place: tuple[float, float] | None  # lat, lon in WGS-84 degrees

    @property
    def stored_sha256(self) -> str:
        """The hash of what is stored."""
        return sha256(self.jpeg)


FILL = (40, 40, 40)  # what stands where something was covered


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in parts of the picture's width and height: 0 ≤ left < right ≤ 1, 0 ≤ top < bottom ≤ 1."""

    left: float
    top: float
    right: float
    bottom: float

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Outer pixels, so that nothing of what was marked stays."""
        return (
            math.floor(self.left * width), math.floor(self.top * height),
            min(math.ceil(self.right * width), width) - 1, min(math.ceil(self.bottom * height), height) - 1,
        )  # fmt: skip


def sniff(data: bytes) -> str:
    """The MIME type by content; the name and the sender's header are not asked. Raises ``photos.*``."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _sniff_container(data)
    for magic, kind in _REFUSED:
        if data.startswith(magic):
            raise Refused("photos.kind_refused", kind=kind)
    if b"<svg" in data[:4096].lower():
        raise Refused("photos.kind_refused", kind="SVG")
    raise Refused("photos.empty" if not data else "photos.not_an_image")


def _sniff_container(data: bytes) -> str:
    """ISO containers hold photos and films alike; the brands tell them apart."""
    size = min(struct.unpack(">I", data[:4])[0], 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size, 4))}
    if brands & _HEIF_BRANDS and not brands & {b"avif", b"avis"}:
        return "image/heic"
    raise Refused("photos.kind_refused", kind="AVIF" if brands & {b"avif", b"avis"} else "MP4")


def process(data: bytes) -> Picture:
    """The whole way from a phone's bytes to what is kept; raises ``photos.*`` with the reason."""
    mime = sniff(data)
    try:
        with _decoding, _open(data, mime) as opened:
            _guard(opened)
            taken_at, place = exif.read(opened)
            image = _upright(opened)
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, struct.error, UnidentifiedImageError) as error:
        # What a decoder raises on damaged bytes is its own affair; the sender is told one thing.
        raise Refused("photos.broken") from error
    jpeg = _encode(image, LONGEST)
    return Picture(
        original_sha256=sha256(data),
        jpeg=jpeg,
        thumb=_encode(image, THUMB) if max(image.size) > THUMB else jpeg,
        mime=mime,
        width=image.width,
        height=image.height,
        phash=_signed(imagehash.phash(image)),
        detail=detail(image),
        taken_at=taken_at,
        place=place,
    )


def _open(data: bytes, mime: str) -> Image.Image:
    if mime == "image/heic":
        heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        if heif.size[0] * heif.size[1] > MAX_PIXELS:
            _bomb(*heif.size)
        image: Image.Image = heif.to_pillow()
        return image
    return Image.open(io.BytesIO(data), formats=[mime.removeprefix("image/").upper()])


def _guard(image: Image.Image) -> None:
    """Refuse by the header alone; not a pixel has been decoded yet."""
    if image.width * image.height > MAX_PIXELS:
        _bomb(image.width, image.height)
    # A phone's JPEG may carry a second picture for depth (MPO); its first is the photo.
    if image.format in {"PNG", "WEBP"} and getattr(image, "is_animated", False):
        raise Refused("photos.animated")


def _bomb(width: int, height: int) -> None:
    raise Refused("photos.bomb", width=width, height=height, limit=MAX_PIXELS // 10_000)


def _upright(image: Image.Image) -> Image.Image:
    """Decoded, at most :data:`LONGEST` wide or high, turned as it was held, on white, without any metadata."""
    image.draft("RGB", (LONGEST, LONGEST))  # JPEG decodes at a fraction of its size for free
    image.load()
    image = ImageOps.exif_transpose(image)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        return white
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    return clean


def _encode(image: Image.Image, longest: int) -> bytes:
    small = image
    if max(image.size) > longest:
        small = image.copy()
        small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def _signed(value: imagehash.ImageHash) -> int:
    """64 bits as a signed integer: databases know no other."""
    bits = int(str(value), 16)
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def distance(one: int, other: int) -> int:
    """How many of the 64 bits of two perceptual hashes differ; below about 8 it is the same picture."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()


#: Side of the square on which two pictures are compared, and the blur whose result is taken off before.
SIDE, BLUR = 32, 4
#: How much of a picture's border is cut off at most when its copy is looked for within it.
CUTS = (0.0, 0.025, 0.05, 0.075)
#: A picture's lightness without the coarse, around its mean, for each cut; and the sum of its squares.
Look: TypeAlias = tuple[tuple[NDArray[np.float64], float], ...]


def detail(image: Image.Image) -> int:
    """How much a picture shows: the standard deviation of its lightness, on 32 × 32 squares, from its surroundings, in
    grey levels. 0 for a plain wall or a finger on the lens, 6 for a gradient; a street has 10 to 35."""
    return min(round(float(_view(image).std())), 255)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures show the same: 1 the same pixels, about 0 two different scenes. Size, brightness, contrast
    and compression do not matter; a border cut off (up to :data:`CUTS`) is found.

    The correlation of their lightness after the coarse has been taken off: sky above and road below are common to all
    pictures of streets.
    """
    return alike(look(one), look(other))


def look(image: Image.Image) -> Look:
    """What :func:`alike` compares of a picture, 33 kB: made once, compared with many."""
    return tuple(_centred(_view(image, cut)) for cut in CUTS)


def alike(one: Look, other: Look) -> float:
    """:func:`likeness` of two pictures by their looks."""
    best = _correlation(one[0], other[0])
    for mine, others in zip(one[1:], other[1:], strict=True):
        best = max(best, _correlation(mine, other[0]), _correlation(one[0], others))
    return best


def _centred(view: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    view = view - view.mean()
    return view, float((view * view).sum())


def _view(image: Image.Image, cut: float = 0.0) -> NDArray[np.float64]:
    width, height = image.size
    box = (width * cut, height * cut, width * (1 - cut), height * (1 - cut))
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX, box=box)
    coarse = small.filter(ImageFilter.GaussianBlur(BLUR))
    return np.asarray(small, np.float64) - np.asarray(coarse, np.float64)


def _correlation(one: tuple[NDArray[np.float64], float], other: tuple[NDArray[np.float64], float]) -> float:
    size = float(np.sqrt(one[1] * other[1]))
    return float((one[0] * other[0]).sum()) / size if size else 0.0


def cover(data: bytes, boxes: Sequence[Box]) -> tuple[bytes, bytes, tuple[int, int]]:
    """A stored photo with those parts filled, small picture and size: the pixels are gone, not hidden."""
    with _decoding, Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        image = opened.convert("RGB")
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(box.pixels(*image.size), fill=FILL)
    jpeg = _encode(image, LONGEST)
    return jpeg, _encode(image, THUMB) if max(image.size) > THUMB else jpeg, image.size
