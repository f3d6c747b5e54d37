"""Earlier years of a filled home: the newest one copied inside the database, as often as asked for, all of it closed.

A copy's id follows from the original's and the year, so that links between tables still meet. The copied history keeps
the digests of its original: good enough to weigh, not to be verified.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

_CHUNK = 5000
#: Table → its columns that name a copied row, and how its rows of the newest year are found: from a number on.
_COPIED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("cases_case", ("id",), "WHERE source.number >= %s"),
    ("cases_assignment", ("id", "case_id"), "JOIN cases_case c ON c.id = source.case_id WHERE c.number >= %s"),
    ("cases_report", ("id", "case_id"), "WHERE source.number >= %s"),
    ("history_event", ("subject_id",), "JOIN cases_case c ON c.id = source.subject_id WHERE c.number >= %s"),
    ("history_event", ("subject_id",), "JOIN cases_report r ON r.id = source.subject_id WHERE r.number >= %s"),
)
_SEARCHED = (("cases_search_case", "cases_case", "AJ"), ("cases_search_report", "cases_report", "SB"))


def copy(years: int, progress: Callable[[int], None]) -> None:
    """Put ``years`` more years before the one that is there, with their reports, links, history and search index."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("bench_id", 2, _id, deterministic=True)
    with connection.cursor() as cursor:
        firsts = {prefix: _first(cursor, table) for _, table, prefix in _SEARCHED}
        for back in range(1, years + 1):
            for table, ids, newest in _COPIED:
                first = firsts["SB" if "report" in table or "r.number" in newest else "AJ"]
                cursor.execute(_insert(table, ids, newest, back), [first])
            progress(back)
        for index, table, prefix in _SEARCHED:
            _index(cursor, index, table, firsts[prefix], years)


def _first(cursor: Any, table: str) -> str:
    cursor.execute(f"SELECT min(number) FROM {table}")
    return str(cursor.fetchone()[0])


def _postgres() -> bool:
    return connection.vendor == "postgresql"


def _id(original: str | None, back: int) -> str | None:
    return hashlib.md5(f"{uuid.UUID(original)}{back}".encode(), usedforsecurity=False).hexdigest() if original else None


def _new_id(column: str, back: int) -> str:
    return f"md5({column}::text || '{back}')::uuid" if _postgres() else f"bench_id({column}, {back})"


def _earlier(moment: str, back: int) -> str:
    days = 365 * back
    return f"{moment} - interval '{days} days'" if _postgres() else f"datetime({moment}, '-{days} days')"


def _number(column: str, back: int) -> str:
    """The same serial, so many years earlier."""
    day = f"CAST(CAST(substr({column}, 3, 8) AS integer) - {back * 10000} AS text)"
    return f"substr({column}, 1, 2) || {day} || substr({column}, 11)"


def _insert(table: str, ids: tuple[str, ...], newest: str, back: int) -> str:
    """INSERT … SELECT of a table's newest year; the one parameter is the number from which on that is."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
    if "id" not in ids:  # the database counts by itself
        names.remove("id")
    values = {name: f"source.{name}" for name in names}
    values |= {name: _new_id(values[name], back) for name in ids}
    values |= {name: _earlier(values[name], back) for name in names if name.endswith(("_at", "_since"))}
    if "number" in values:
        values["number"] = _number(values["number"], back)
    values |= _ended(table, values, back)
    columns, chosen = ", ".join(f'"{name}"' for name in names), ", ".join(values[name] for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} source {newest}"


def _ended(table: str, values: dict[str, str], back: int) -> dict[str, str]:
    """What was open a year ago is closed by now, at its limit."""
    if table == "cases_case":
        due = _earlier("source.due_at", back)
        ends = {name: f"coalesce({values[name]}, {due})" for name in ("handled_at", "closed_at")}
        return {**ends, "state": "'closed'", "outcome": "'fixed'",
                "on_time": f"coalesce(source.on_time, {'TRUE' if _postgres() else '1'})"}  # fmt: skip
    return {"state": "'done'"} if table == "cases_assignment" else {}


def _index(cursor: Any, index: str, table: str, first: str, years: int) -> None:
    """The search index of the copies. SQLite's gives nothing back, so there the texts are read again."""
    if _postgres():
        key = int(first[2:].replace("-", ""))
        for back in range(1, years + 1):
            cursor.execute(f"INSERT INTO {index} SELECT key - {back * 10**10}, tokens FROM {index} "
                           f"WHERE key >= %s", [key])  # fmt: skip
        return
    from chuangcheng.kernel.text import bigrams

    known: dict[str, str] = {}
    for batch in _texts(cursor, table, first):
        for _, text in batch:
            known.setdefault(text, " ".join(sorted(set(bigrams(text)))))
        cursor.executemany(f"INSERT INTO {index}(rowid, tokens) VALUES (%s, %s)",
                           [(int(number[2:].replace("-", "")), known[text]) for number, text in batch])  # fmt: skip


def _texts(cursor: Any, table: str, first: str) -> Iterator[list[tuple[str, str]]]:
    """Numbers and texts of the copies, a chunk at a time."""
    last = ""
    while True:
        cursor.execute(f"SELECT number, text FROM {table} WHERE number < %s AND number > %s "
                       f"ORDER BY number LIMIT {_CHUNK}", [first, last])  # fmt: skip
        batch = cursor.fetchall()
        if not batch:
            return
        yield batch
        last = batch[-1][0]
