"""GeoReport's two forms of one answer: XML, and the JSON that the Spark convention makes of it.

In XML a list stands in an element of its own name and each entry in one of the singular; in JSON the list is bare.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse

FORMS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
#: List → its entry.
ENTRY = {
    "services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
    "values": "value", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
#: Characters that XML 1.0 cannot carry at all, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def answer(
    form: str, root: str, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """``body`` (lists, dictionaries, text, numbers, booleans, None) as a document whose root is called ``root``."""
    data = as_json(body) if form == "json" else as_xml(root, body)
    kept = {"Cache-Control": "no-store", "Content-Length": str(len(data)), **(headers or {})}
    return HttpResponse(data, status=status, content_type=FORMS[form], headers=kept)


def as_json(body: Any) -> bytes:
    """The bare content, as the Spark convention leaves the root's name out."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def as_xml(root: str, body: Any) -> bytes:
    """The same with every name spelt out, UTF-8 with its declaration."""
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + "".join(_element(root, body))).encode()


def _element(name: str, value: Any) -> Iterator[str]:
    if value is None or value in ("", []):
        yield f"<{name}/>"
        return
    yield f"<{name}>"
    if isinstance(value, list):
        for entry in value:
            yield from _element(ENTRY[name], entry)
    elif isinstance(value, dict):
        for inner, content in value.items():
            yield from _element(inner, content)
    else:
        yield _word(value)
    yield f"</{name}>"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("\ufffd", str(value)).translate(_ESCAPES)
