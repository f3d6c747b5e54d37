"""Pictures made for the tests; the HEIC was encoded from a generated image, because our reader cannot write."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

#: 64 × 48, left half red, right half blue; EXIF 2026-09-15 11:30 +08:00, N 30°00'36" E 120°00'36".
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAACMAAgAAAAACBQABAAAAAAAAANwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAA"
    "ABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAABB21kYXQAAAAfKAGvC2D15YOv//LK9+oog6FZlX/z/QPdj/+1qIn04AAAAAZFeGlm"
    "AABNTQAqAAAACAADARIAAwAAAAEAAQAAh2kABAAAAAEAAAAyiCUABAAAAAEAAABsAAAAAAACkAMAAgAAABQAAABQkBEAAgAAAAcA"
    "AABkAAAAADIwMjY6MDk6MTUgMTE6MzA6MDAAKzA4OjAwAAAABAABAAIAAAACTgAAAAACAAUAAAADAAAAogADAAIAAAACRQAAAAAE"
    "AAUAAAADAAAAugAAAAAAAAAeAAAAAQAAAAAAAAABAAAAJAAAAAEAAAB4AAAAAQAAAAAAAAABAAAAJAAAAAE="
)


def scene(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """A dark field with a bright rectangle in its upper left: its orientation can be told."""
    image = Image.new("RGB", size, (20, 40, 60))
    image.paste((240, 230, 200), (0, 0, size[0] // 3, size[1] // 4))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of an image."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(
    *,
    time: str = "2026:09:15 11:30:00",
    offset: str = "+08:00",
    gps: dict[int, Any] | None = None,
    orientation: int | None = None,
) -> Image.Exif:
    """EXIF as a phone writes it."""
    tags = Image.Exif()
    tags[0x010F] = "Maker of phones"
    if orientation:
        tags[0x0112] = orientation
    inner = tags.get_ifd(0x8769)
    if time:
        inner[0x9003] = time
    if offset:
        inner[0x9011] = offset
    if gps:
        tags.get_ifd(0x8825).update(gps)
    return tags


def gps(lat: tuple[float, float, float], north: str, lon: tuple[float, float, float], east: str) -> dict[int, Any]:
    """The four tags of a position."""
    return {1: north, 2: lat, 3: east, 4: lon}
