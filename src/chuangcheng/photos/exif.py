"""When and where a camera says a photo was taken. Unreadable EXIF is no EXIF: it never refuses a photo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.coords import to_wgs84

_TIMES = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)


def read(image: Image.Image) -> tuple[datetime | None, tuple[float, float] | None]:
    """Aware time and (lat, lon) in WGS-84 degrees, each None where the camera did not say."""
    try:
        tags = image.getexif()
        return taken_at(tags.get_ifd(ExifTags.IFD.Exif)), place(tags.get_ifd(ExifTags.IFD.GPSInfo))
    except (ValueError, TypeError, KeyError, IndexError, OSError, SyntaxError, ArithmeticError):
        return None, None


def taken_at(tags: Mapping[int, Any]) -> datetime | None:
    """The moment of the shot; a camera without an offset is taken to show the city's time."""
    for time_tag, offset_tag in _TIMES:
        text = str(tags.get(time_tag, "")).strip("\0 ")
        if not text:
            continue
        offset = str(tags.get(offset_tag, "")).strip("\0 ")
        try:
            moment = datetime.strptime(text + offset, "%Y:%m:%d %H:%M:%S" + ("%z" if offset else ""))  # noqa: DTZ007
        except ValueError:
            continue
        return moment if offset else moment.replace(tzinfo=CITY_ZONE)
    return None


def place(tags: Mapping[int, Any]) -> tuple[float, float] | None:
    """(lat, lon) in WGS-84; None for a place that cannot be, and for 0°/0°, which phones without a fix write."""
    if not {1, 2, 3, 4} <= tags.keys():
        return None
    lat, lon = _degrees(tags[2], tags[1], "S"), _degrees(tags[4], tags[3], "W")
    if not (abs(lat) <= 90 and abs(lon) <= 180) or (lat == 0 and lon == 0):
        return None
    datum = str(tags.get(ExifTags.GPS.GPSMapDatum, "")).upper()
    if "GCJ" in datum:
        lon, lat = to_wgs84(lon, lat, "gcj02")
    return lat, lon


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    """Degrees, minutes and seconds as one signed number; NaN when a denominator is zero."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    letter = reference.decode("ascii", "replace") if isinstance(reference, bytes) else str(reference)
    return math.copysign(value, -1 if letter.strip("\0 ").upper() == negative else 1)
