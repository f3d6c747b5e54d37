"""The same rows by hand: the SQL that the raw clients run, taken from the product's own queries where it can be."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models.sql import InsertQuery

from bench.tasks import PAGES, TEXT

Statement = tuple[str, list[Any], list[int]]


def three_rows() -> list[Statement]:
    """Report, history row and outbox row of one creation; each with the positions of its keys."""
    from chuangcheng.cases.building import build_report
    from chuangcheng.cases.inputs import ReportInput
    from chuangcheng.history.models import Outbox
    from chuangcheng.kernel.actor import CITIZEN
    from chuangcheng.places.locator import locate

    now = datetime.now(UTC)
    given = ReportInput(id=uuid.uuid4(), text=TEXT, source="portal", lat=30.005, lon=120.005, observed_at=now)
    report, event = build_report(given, actor=CITIZEN, number="RAW", received_at=now, located=locate(120.005, 30.005))
    outbox = Outbox(topic="bench.raw", subject_kind="report", subject_id=report.pk, created_at=now, due_at=now)
    keys = {"cases_report": {"id", "number"}, "history_event": {"subject_id"}, "history_outbox": {"subject_id"}}
    return [_insert(row, keys[row._meta.db_table]) for row in (report, event, outbox)]


def _insert(row: Any, keys: set[str]) -> Statement:
    fields = [field for field in row._meta.concrete_fields if not (field.primary_key and field.attname == "id"
              and row.pk is None)]  # fmt: skip
    query = InsertQuery(row.__class__)
    query.insert_values(fields, [row])
    ((sql, values),) = query.get_compiler(connection=connection).as_sql()
    return sql, [_plain(value) for value in values], [n for n, field in enumerate(fields) if field.attname in keys]


def one_report(ids: list[str]) -> tuple[str, list[list[Any]]]:
    """The report with its case by id."""
    from chuangcheng.cases.models import Report

    return _select(Report.objects.select_related("case"), ids)


def one_case(ids: list[str]) -> tuple[str, list[list[Any]]]:
    """The case with what it refers to by id."""
    from chuangcheng.cases.models import Case

    return _select(Case.objects.select_related("category", "holder", "division"), ids)


def _select(rows: Any, ids: list[str]) -> tuple[str, list[list[Any]]]:
    sql, values = rows.filter(pk=ids[0]).order_by().query.sql_with_params()
    where = [n for n, value in enumerate(values) if str(value).replace("-", "") == ids[0].replace("-", "")]
    choices = []
    for one in ids[:500]:
        row = [_plain(value) for value in values]
        for position in where:
            row[position] = uuid.UUID(one) if connection.vendor == "postgresql" else uuid.UUID(one).hex
        choices.append(row)
    return sql, choices


def fifty(model: Any, field: str, columns: tuple[str, ...]) -> tuple[str, list[list[Any]]]:
    """A page of 50 in the list's order and with the list's columns, from the positions that the clients walk."""
    rows = model.objects.order_by(f"-{field}", "-id")
    starts = list(rows.values_list(field, flat=True)[: 50 * PAGES : 50])
    sql, choices = "", []
    for start in starts:
        sql, values = rows.filter(**{f"{field}__lte": start}).values(*columns)[:50].query.sql_with_params()
        choices.append([_plain(value) for value in values])
    return sql, choices


def _plain(value: Any) -> Any:
    """A parameter as the driver takes it in another process (Django's wrappers hold back)."""
    if connection.vendor == "postgresql" and type(value).__module__.startswith("psycopg"):
        if isinstance(value, int):
            return int(value)
        return value.obj if isinstance(value.obj, bytes) else json.dumps(value.obj)
    if connection.vendor == "sqlite" and isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return bytes(value) if isinstance(value, memoryview) else value
