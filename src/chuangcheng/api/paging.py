"""Keyset paging: the cursor names the last row seen, so page 400 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from ninja import Schema
from pydantic import Field

from chuangcheng.api.answers import answer
from chuangcheng.kernel.problems import Refused

DEFAULT = 50
LARGEST = 200
_Row = TypeVar("_Row", bound=Model)


def cursor(moment: datetime, row_id: UUID) -> str:
    """An opaque word for the row."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{row_id.hex}".encode()).decode().rstrip("=")


def parse(word: str) -> tuple[datetime, UUID]:
    """What :func:`cursor` packed; ``api.bad_cursor`` for anything else."""
    try:
        packed = base64.b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), altchars=b"-_", validate=True)
        text, _, row_id = packed.decode().partition("|")
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("naive")
        return moment, UUID(hex=row_id)
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise Refused("api.bad_cursor") from error


def after(rows: QuerySet[_Row], field: str, word: str | None) -> QuerySet[_Row]:
    """``rows`` newest first by ``field`` then id, from behind the cursor."""
    rows = rows.order_by(f"-{field}", "-id")
    if not word:
        return rows
    moment, row_id = parse(word)
    older: dict[str, Any] = {f"{field}__lt": moment}
    # The first filter bounds the index scan, the second settles equal times.
    return rows.filter(**{f"{field}__lte": moment}).filter(Q(**older) | Q(id__lt=row_id))


class PageQuery(Schema):
    """The part of a query that every list has."""

    limit: int = Field(DEFAULT, ge=1, le=LARGEST)
    cursor: str | None = None


def page(
    rows: QuerySet[_Row],
    field: str,
    query: PageQuery,
    columns: Sequence[str],
    shape: Callable[[dict[str, Any]], dict[str, Any]],
) -> HttpResponse:
    """``{"items", "next"}``, newest first by ``field``: one query for one page; ``shape`` turns the columns into an
    entry."""
    found = list(after(rows, field, query.cursor).values(*columns)[: query.limit + 1])
    shown, more = found[: query.limit], len(found) > query.limit
    following = cursor(shown[-1][field], shown[-1]["id"]) if more else None
    return answer({"items": [shape(row) for row in shown], "next": following})
