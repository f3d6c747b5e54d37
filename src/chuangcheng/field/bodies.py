"""What a page's own queue sends: JSON of a known shape and of modest size."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from chuangcheng.kernel.problems import FieldProblem, Refused

#: Words, numbers and declarations of photos; the photos themselves come apart.
LARGEST = 64 * 1024
Body = TypeVar("Body", bound=BaseModel)


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
