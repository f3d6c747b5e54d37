"""Reading what a client sends, never more than is allowed."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest
from pydantic import BaseModel

from chuangcheng.kernel.problems import Refused

JSON_LIMIT = 256 * 1024
_Model = TypeVar("_Model", bound=BaseModel)


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


def read_model(request: HttpRequest, model: type[_Model]) -> _Model:
    """The JSON body as ``model``, parsed and checked in one pass, whatever its Content-Type says.

    Raises pydantic's ValidationError, which the API answers with 400 (not JSON) or 422 (naming the fields).
    """
    return model.model_validate_json(read(request, JSON_LIMIT))


def _readable(size: int) -> str:
    return f"{size // 1024 // 1024} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
