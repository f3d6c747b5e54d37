"""QR codes of our own addresses, as SVG for the screen and paper and as PNG for a word processor."""

from __future__ import annotations

import io

import qrcode
from django.conf import settings
from django.http import HttpRequest
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q

QUIET = 4  # modules of white around the code (ISO/IEC 18004)


def modules(text: str) -> list[list[bool]]:
    """The code's squares, the quiet zone included. A quarter of a sticker may be dirty (level Q)."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def svg(text: str) -> str:
    """One path on a white ground; it scales to any paper."""
    rows = modules(text)
    size = len(rows)
    dark = "".join(_run(y, row) for y, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{dark}" fill="#000"/></svg>'
    )


def _run(y: int, row: list[bool]) -> str:
    """A row's dark squares, neighbours as one stroke."""
    parts, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            parts.append(f"M{start} {y}h{x - start}v1H{start}z")
            start = None
    return "".join(parts)


def png(text: str, scale: int = 12) -> bytes:
    """Black on white, ``scale`` pixels a square."""
    rows = modules(text)
    image = Image.new("1", (len(rows), len(rows)), 1)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x, y), 0)
    file = io.BytesIO()
    image.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
    return file.getvalue()


def public_address(request: HttpRequest, path: str) -> str:
    """The address that stands in a printed code: the city's public one where it is set, else this request's."""
    base = settings.CITY.public_url.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)
