"""Full-text search over documents: an index of Chinese character pairs, as for cases (:mod:`chuangcheng.cases.search`).

The index only narrows; the document's own words decide, so both databases give the same answer. It is written with the
document, in one transaction: documents are few. SQLite holds an FTS5 table, PostgreSQL a ``tsvector`` under GIN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Q, QuerySet

from chuangcheng.history.projections import Difference
from chuangcheng.kernel.text import bigrams
from chuangcheng.library.models import Document

TABLE = "library_search"
FIELDS = ("title", "number", "reference", "remarks", "current__content")
MOST_KEYS = 2_000  # with more, reading the rows is as quick
MOST_PAIRS = 60_000  # of one document; PostgreSQL keeps a megabyte of them


def words_of(text: str) -> list[str]:
    """What somebody typed, as the words that must all be there."""
    return text.replace("\0", "").split()


def search(rows: QuerySet[Document], text: str) -> QuerySet[Document]:
    """The documents that hold every word of ``text`` in their title, numbers, remarks or the current version's text."""
    words = words_of(text)
    for word in words:
        # Chinese knows no case, and not to fold it makes reading a row several times quicker.
        way = "icontains" if word.upper() != word.lower() else "contains"
        inside = Q()
        for field in FIELDS:
            inside |= Q(**{f"{field}__{way}": word})
        rows = rows.filter(inside)
    pairs = sorted({pair for word in words for pair in _pairs(word)})
    keys = _matching(pairs) if pairs else None
    return rows if keys is None else rows.filter(Q(serial__in=keys) | Q(indexed=False))


def _pairs(text: str) -> Iterator[str]:
    return (token for token in bigrams(text) if len(token) == 2 and not token.isascii())


def text_of(document: Document) -> str:
    """Everything that is searched."""
    content = document.current.content if document.current else ""
    return "\n".join((document.title, document.reference, document.remarks, content))


def put(document: Document) -> None:
    """Index a document anew, in the caller's transaction."""
    tokens = sorted(set(_pairs(text_of(document))))
    fits = len(tokens) <= MOST_PAIRS
    _delete([document.serial])
    if fits:
        _insert(document.serial, tokens)
    if fits != document.indexed:
        document.indexed = fits
        document.save(update_fields=["indexed"])


# What differs between the two databases stands here and in the migration.


def _key() -> str:
    return "rowid" if connection.vendor == "sqlite" else "key"


def _matching(pairs: Sequence[str]) -> list[int] | None:
    """The keys of documents that hold all pairs; None for too many."""
    if connection.vendor == "sqlite":
        wanted = " AND ".join(f'"{pair}"' for pair in pairs)
        sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s LIMIT %s"  # noqa: S608
    else:
        wanted = " & ".join(f"'{pair}'" for pair in pairs)
        sql = f"SELECT key FROM {TABLE} WHERE tokens @@ %s::tsquery LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [wanted, MOST_KEYS + 1])
        found = [key for (key,) in cursor.fetchall()]
    return None if len(found) > MOST_KEYS else found


def _insert(serial: int, tokens: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"INSERT INTO {TABLE}(rowid, tokens) VALUES (%s, %s)", [serial, " ".join(tokens)])  # noqa: S608
        else:
            cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, array_to_tsvector(%s))", [serial, list(tokens)])  # noqa: S608


def _delete(serials: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {_key()} = %s", [(serial,) for serial in serials])  # noqa: S608


def _keys() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_key()} FROM {TABLE}")  # noqa: S608
        return {key for (key,) in cursor.fetchall()}


# As a projection.


def check() -> Iterator[Difference]:
    """Documents that the index does not know, and entries of none."""
    wanted = set(Document.objects.filter(indexed=True).values_list("serial", flat=True))
    known = _keys()
    yield from (Difference(f"library search {key}", "is not in the index") for key in sorted(wanted - known))
    yield from (Difference(f"library search {key}", "has no document behind it") for key in sorted(known - wanted))


def rebuild() -> int:
    """Empty the index and fill it again; how many documents it holds then."""
    _delete(sorted(_keys()))
    for document in Document.objects.select_related("current").order_by("serial").iterator(chunk_size=100):
        put(document)
    return len(_keys())
