"""A file in parts (RFC 9110, 14): iPhones play a video only from a server that answers a single range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

BLOCK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def ranged(request: HttpRequest, path: Path, content_type: str, tag: str) -> HttpResponseBase:
    """The whole file, or the one range that was asked for: 206, or 416 where the file has nothing of it. Several
    ranges, other units and a range of another version (``If-Range``) get the whole. ``tag`` names the content."""
    size = path.stat().st_size
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    asked = found if found and (found[1] or found[2]) else None
    if request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        asked = None
    response: HttpResponseBase
    if asked is None:
        response = FileResponse(path.open("rb"), content_type=content_type)
    else:
        response = _part(path, content_type, size, *_bounds(asked, size))
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = f'"{tag}"'
    return response


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte; the first lies behind the last where there is nothing."""
    first, last = asked[1][:18], asked[2][:18]
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(path: Path, content_type: str, size: int, first: int, last: int) -> HttpResponseBase:
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_blocks(path, first, last - first + 1), status=206, content_type=content_type)
    response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.headers["Content-Length"] = str(last - first + 1)
    return response


def _blocks(path: Path, first: int, count: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while count and (block := file.read(min(BLOCK, count))):
            count -= len(block)
            yield block
