"""Full-text search over reports and cases: an index of Chinese character pairs, beside the rows it speaks of.

The index only narrows. Whatever it says, the row's own text decides, so a row that is not indexed yet, or an entry that
is stale, never changes an answer, only its speed. A word that stands in very many rows is not looked up at all: the
newest rows hold enough of it.

An entry's key is the number of its row without letters (``AJ20261122-000123`` → 20261122000123), which both databases
keep as an integer. SQLite holds a contentless FTS5 table, PostgreSQL a ``tsvector`` under GIN; neither has a row for
Django (``migrations/0002_search.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Q, QuerySet

from chuangcheng.cases.models import Case, Report
from chuangcheng.history.models import Outbox
from chuangcheng.history.projections import Difference
from chuangcheng.kernel.text import bigrams

Row = TypeVar("Row", Report, Case)
Subject = Report | Case
#: A word in more rows than this is found by reading the newest rows: of a million, one in five hundred has it then.
MOST_KEYS = 2_000
#: With more rows than this waiting to be indexed the index is of no use yet.
MOST_WAITING = 1_000
_CHUNK = 1000
_TABLES: dict[type[Subject], str] = {Report: "cases_search_report", Case: "cases_search_case"}
_PREFIXES: dict[type[Subject], str] = {Report: "SB", Case: "AJ"}
_NUMBER = re.compile(r"[A-Za-z]{2}\d[\d-]*")


def search(rows: QuerySet[Row], text: str) -> QuerySet[Row]:
    """The rows whose number begins with, or whose text or address contains, every word of ``text``."""
    words = text.replace("\0", "").split()
    for word in words:
        if _NUMBER.fullmatch(word):
            rows = rows.filter(number__startswith=word.upper())
        else:
            # Chinese knows no case, and not to fold it makes reading a row several times quicker.
            way = "icontains" if word.upper() != word.lower() else "contains"
            inside = Q(**{f"text__{way}": word}) | Q(**{f"address__{way}": word})
            rows = rows.filter(inside | Q(number__istartswith=word) if word.isascii() else inside)
    tokens = {token for word in words if not _NUMBER.fullmatch(word) for token in _pairs(word)}
    return _narrowed(rows, sorted(tokens)) if tokens else rows


def _pairs(text: str) -> Iterator[str]:
    """The pairs of Chinese characters; other words may stand anywhere within a longer one, which no index tells."""
    return (token for token in bigrams(text) if len(token) == 2 and not token.isascii())


def _narrowed(rows: QuerySet[Row], tokens: Sequence[str]) -> QuerySet[Row]:
    model = rows.model
    keys = _matching(model, tokens, MOST_KEYS + 1)
    waiting = _after(model, _newest(model), MOST_WAITING + 1)
    if len(keys) > MOST_KEYS or len(waiting) > MOST_WAITING:
        return rows
    numbers = [_number_of(model, key) for key in keys]
    return rows.filter(number__in=numbers + waiting)


def _after(model: type[Subject], newest: int | None, most: int) -> list[str]:
    """The numbers of rows that came after the newest entry: they wait for their effect and are read themselves."""
    later = model._default_manager.filter(number__gt=_number_of(model, newest) if newest else "")
    return list(later.order_by("number").values_list("number", flat=True)[:most])


def key_of(number: str) -> int:
    """The integer of a number such as ``AJ20261122-000123``."""
    return int(number[2:].replace("-", ""))


def _number_of(model: type[Subject], key: int) -> str:
    digits = str(key)
    return f"{_PREFIXES[model]}{digits[:8]}-{digits[8:]}"


def _text(row: Subject) -> str:
    return f"{row.text}\n{row.address}"


def _tokens(text: str) -> list[str]:
    return sorted(set(_pairs(text)))


# The index itself: what differs between the two databases stands here and in the migration.


def _matching(model: type[Subject], tokens: Sequence[str], limit: int) -> list[int]:
    table = _TABLES[model]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = " AND ".join(f'"{token}"' for token in tokens)
            cursor.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH %s LIMIT %s", [found, limit])  # noqa: S608
        else:
            found = " & ".join(f"'{token}'" for token in tokens)
            cursor.execute(f"SELECT key FROM {table} WHERE tokens @@ %s::tsquery LIMIT %s", [found, limit])  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


def _newest(model: type[Subject]) -> int | None:
    table, key = _TABLES[model], _key_column()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1")  # noqa: S608
        found = cursor.fetchone()
    return found[0] if found else None


def _key_column() -> str:
    return "rowid" if connection.vendor == "sqlite" else "key"


def put(rows: Sequence[Row]) -> int:
    """Index rows of one kind in the caller's transaction; one that is indexed already stays. How many were new."""
    return put_texts(type(rows[0]), {row.number: _text(row) for row in rows}) if rows else 0


def put_texts(model: type[Subject], texts: Mapping[str, str]) -> int:
    """As :func:`put`, from words by the number of their row."""
    fresh = {key_of(number): _tokens(text) for number, text in texts.items()}
    for key in _indexed(model, list(fresh)):
        del fresh[key]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sql = f"INSERT INTO {_TABLES[model]}(rowid, tokens) VALUES (%s, %s)"  # noqa: S608
            cursor.executemany(sql, [(key, " ".join(tokens)) for key, tokens in fresh.items()])
        else:
            sql = f"INSERT INTO {_TABLES[model]} VALUES (%s, array_to_tsvector(%s)) ON CONFLICT DO NOTHING"  # noqa: S608
            cursor.executemany(sql, list(fresh.items()))
    return len(fresh)


def _indexed(model: type[Subject], keys: Sequence[int]) -> list[int]:
    if not keys:
        return []
    column, holes = _key_column(), ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {_TABLES[model]} WHERE {column} IN ({holes})", list(keys))  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


def forget(rows: Iterable[Subject]) -> None:
    """Take rows out of the index. Their texts must still be there: SQLite's index can be told only what to remove."""
    with connection.cursor() as cursor:
        for row in rows:
            table, key = _TABLES[type(row)], key_of(row.number)
            if connection.vendor != "sqlite":
                cursor.execute(f"DELETE FROM {table} WHERE key = %s", [key])  # noqa: S608
            elif _indexed(type(row), [key]):
                sql = f"INSERT INTO {table}({table}, rowid, tokens) VALUES ('delete', %s, %s)"  # noqa: S608
                cursor.execute(sql, [key, " ".join(_tokens(_text(row)))])


# As a projection.


def check() -> Iterator[Difference]:
    """Rows that the index does not know although it knows later ones, and entries of no row. Complaints are left out
    of it (:mod:`chuangcheng.cases.complaints`)."""
    for model in _TABLES:
        newest = _newest(model)
        if newest is None:
            continue
        waiting = _waiting(model)
        known = set(_keys(model))
        rows = model._default_manager.exclude(complaint=True) if model is Report else model._default_manager.all()
        for number in rows.order_by("number").values_list("number", flat=True).iterator():
            if key_of(number) in known:
                known.discard(key_of(number))
            elif key_of(number) <= newest and number not in waiting:
                yield Difference(f"search {number}", "is not in the index")
        yield from (Difference(f"search {_number_of(model, key)}", "has no row behind it") for key in sorted(known))


def _waiting(model: type[Subject]) -> set[str]:
    """The numbers of those rows whose effect has not run yet."""
    topic = "report.created" if model is Report else "case.filed"
    rows = Outbox.objects.filter(topic=topic, done_at=None).values_list("subject_id", flat=True)
    return set(model._default_manager.filter(pk__in=list(rows)).values_list("number", flat=True))


def _keys(model: type[Subject]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_key_column()} FROM {_TABLES[model]}")  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


def rebuild() -> int:
    """Empty the index and fill it again; how many rows it holds then."""
    return _refill(Report) + _refill(Case)


def _refill(model: type[Row]) -> int:
    table = _TABLES[model]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")  # noqa: S608
        else:
            cursor.execute(f"TRUNCATE {table}")
    written = 0
    batch: list[Row] = []
    rows = model._default_manager.exclude(complaint=True) if model is Report else model._default_manager.all()
    for row in rows.only("number", "text", "address").order_by("number").iterator(chunk_size=_CHUNK):
        batch.append(row)
        if len(batch) == _CHUNK:
            written += put(batch)
            batch = []
    return written + put(batch)
