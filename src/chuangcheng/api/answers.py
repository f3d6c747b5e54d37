"""Answers are dictionaries of plain values, dumped once: the shapes in ``schemas`` document them and tests hold both
against each other, so nothing is validated twice on the way out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse


def answer(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """``body`` as JSON; never kept by caches, since states change."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpResponse(
        data,
        status=status,
        content_type="application/json; charset=utf-8",
        headers={"Cache-Control": "no-store", "Content-Length": str(len(data)), **(headers or {})},
    )


def iso(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, or None."""
    return moment.astimezone(UTC).isoformat() if moment else None


def code_and_name(code: str | None, name: str | None) -> dict[str, str | None] | None:
    """A reference to a coded row, None when there is none."""
    return {"code": code, "name": name} if code else None
