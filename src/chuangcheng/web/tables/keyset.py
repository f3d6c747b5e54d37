"""Paging by key: a page starts after the last row of the one before, so page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Q, QuerySet, Value
from django.db.models.functions import Coalesce

KEY = "listing_key"


@dataclass(frozen=True)
class Order:
    """By which field, which way, and what stands for nothing in a nullable one."""

    field: str
    descending: bool
    null_as: object = None

    def keyed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with their key beside them."""
        column = F(self.field)
        expression: F | Coalesce = column
        if self.null_as is not None:
            expression = Coalesce(column, Value(self.null_as, output_field=self._field(rows)))
        keyed: QuerySet[Any] = rows.annotate(**{KEY: expression})
        return keyed

    def _field(self, rows: QuerySet[Any]) -> Field[Any, Any]:
        field: Field[Any, Any] = rows.model._meta.get_field(self.field)
        return field

    def parse(self, rows: QuerySet[Any], raw: object) -> object:
        """The key's value from its text; ValidationError for another type."""
        return self._field(rows).to_python(raw)


@dataclass(frozen=True)
class Page:
    """The rows of one page and the cursors to its neighbours (empty where there is none)."""

    rows: list[Any]
    after: str
    before: str


def fetch(rows: QuerySet[Any], order: Order, size: int, *, after: str = "", before: str = "") -> Page:
    """One page of ``rows``. A cursor that does not parse counts as none: an old link shows the first page."""
    rows = order.keyed(rows)
    cursor = _decode(rows, order, before or after)
    backwards = bool(before and cursor)
    down = order.descending != backwards
    if cursor:
        way = "lt" if down else "gt"
        key, pk = cursor
        # The first condition follows from the second, but only the first lets an index begin in the middle.
        rows = rows.filter(**{f"{KEY}__{way}e": key})
        rows = rows.filter(Q(**{f"{KEY}__{way}": key}) | Q(**{KEY: key, f"pk__{way}": pk}))
    mark = "-" if down else ""
    found = list(rows.order_by(f"{mark}{KEY}", f"{mark}pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        found,
        after=_encode(found[-1]) if found and has_next else "",
        before=_encode(found[0]) if found and has_previous else "",
    )


def _encode(row: Any) -> str:
    key = getattr(row, KEY)
    text = key.isoformat() if isinstance(key, date | datetime) else key
    return base64.urlsafe_b64encode(json.dumps([text, str(row.pk)], default=str).encode()).decode().rstrip("=")


def _decode(rows: QuerySet[Any], order: Order, cursor: str) -> tuple[object, object] | None:
    if not cursor:
        return None
    try:
        raw, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key, row = order.parse(rows, raw), rows.model._meta.pk.to_python(pk)
        text = str(key).encode()  # half a surrogate pair is JSON, but no text a database takes
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    return None if key is None or row is None or b"\0" in text else (key, row)
