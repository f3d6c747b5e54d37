"""Many rows at once by one prepared statement, for imports that have built their rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model


def columns(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    """The fields whose columns :func:`insert` fills, in order: all but a number that the database hands out."""
    return tuple(field for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField")


def insert(model: type[Model], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of database-ready values in the order of :func:`columns`, in the caller's transaction. JSON values
    are given as text."""
    if not rows:
        return
    fields = columns(model)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    holes = ", ".join(_hole(field) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        # Table and column names come from our own models; every value is a parameter.
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", rows)  # noqa: S608


def _hole(field: Field[Any, Any]) -> str:
    return "%s::jsonb" if isinstance(field, JSONField) and connection.vendor == "postgresql" else "%s"
