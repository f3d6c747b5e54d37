"""Reading what a client sends, never more than is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from chuangcheng.api.places import is_exchanged
from chuangcheng.kernel.problems import Refused

JSON_LIMIT = 256 * 1024
CHUNK = 256 * 1024
_Model = TypeVar("_Model", bound=BaseModel)


class BadBody(Exception):
    """A body that is not as it should be: pydantic's ``errors``, and what a look at their neighbours adds."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


def read(request: HttpRequest, limit: int) -> bytes:
    """The raw body of at most ``limit`` bytes; a larger one is refused before it is read (``common.too_large``)."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared.isdigit():
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise Refused("api.length_required")
        return b""
    if int(declared) > limit:
        raise Refused("common.too_large", limit=_readable(limit))
    return request.read(limit + 1)


def read_chunks(request: HttpRequest, limit: int) -> Iterator[bytes]:
    """As :func:`read`, for what shall not stand in memory at once. The length is looked at before the first byte."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared.isdigit() and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Refused("api.length_required")
    if declared.isdigit() and int(declared) > limit:
        raise Refused("common.too_large", limit=_readable(limit))
    return iter(lambda: request.read(CHUNK), b"")


def read_model(request: HttpRequest, model: type[_Model]) -> _Model:
    """The JSON body as ``model``, parsed and checked in one pass, whatever its Content-Type says.

    Raises :class:`BadBody`, which the API answers with 400 (not JSON) or 422 (naming the fields).
    """
    data = read(request, JSON_LIMIT)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        found = [dict(entry) for entry in error.errors(include_url=False)]
        raise BadBody(found if found[0]["type"] == "json_invalid" else _tell_swapped(found, data)) from error


def _tell_swapped(found: list[dict[str, Any]], data: bytes) -> list[dict[str, Any]]:
    """A latitude beyond 90 beside a longitude that could be one was exchanged with it; pydantic sees one at a time."""
    body = json.loads(data)
    for error in found:
        if error["type"] in ("less_than_equal", "greater_than_equal") and error["loc"][-1] == "lat":
            beside = body
            for part in error["loc"][:-1]:
                beside = beside[part]
            if isinstance(beside.get("lon"), int | float) and is_exchanged(error["input"], beside["lon"]):
                error |= {"type": "swapped", "loc": error["loc"][:-1]}
    return found


def _readable(size: int) -> str:
    return f"{size // 1024 // 1024} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
