"""What a page's own queue sends: JSON of a known shape and of modest size, then the photos it declared."""

from __future__ import annotations

import re
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from chuangcheng.kernel.problems import FieldProblem, Refused

#: Words, numbers and declarations of photos; the photos themselves come apart.
LARGEST = 64 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
Body = TypeVar("Body", bound=BaseModel)


def photo(request: HttpRequest, sha256: str) -> bytes:
    """The raw bytes of a photo. Refused before they are read: ``common.too_large``, ``common.not_found`` for what is no
    hash."""
    limit = settings.CITY.photo_max_mb * 1024 * 1024
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared.isdecimal() or int(declared) > limit:
        raise Refused("common.too_large", limit=f"{settings.CITY.photo_max_mb} MB")
    if not _SHA256.fullmatch(sha256):
        raise Refused("common.not_found")
    return request.read(limit + 1)


def read(request: HttpRequest, shape: type[Body]) -> Body:
    """The body as ``shape``. Refused: ``common.too_large``; ``common.invalid`` with each field to blame."""
    if len(request.body) > LARGEST:
        raise Refused("common.too_large", limit="64 KB")
    try:
        return shape.model_validate_json(request.body)
    except ValidationError as error:
        problems = (
            FieldProblem(".".join(str(part) for part in each["loc"]), each["type"], each["msg"])
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise Refused("common.invalid", fields=tuple(problems)) from error
