"""Full-text search over documents by pairs of characters (:mod:`chuangcheng.history.pairs`).

The document's own words decide. The index is written with the document, in one transaction: documents are few.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from chuangcheng.history import pairs
from chuangcheng.history.projections import Difference
from chuangcheng.library.models import Document

INDEX = pairs.Index("library_search")
FIELDS = ("title", "number", "reference", "remarks", "current__content")
MOST_PAIRS = 60_000  # of one document; PostgreSQL keeps a megabyte of them


def search(rows: QuerySet[Document], text: str) -> QuerySet[Document]:
    """The documents that hold every word of ``text`` in their title, numbers, remarks or the current version's text."""
    words = pairs.words_of(text)
    for word in words:
        rows = rows.filter(pairs.holding(word, FIELDS))
    asked = pairs.of_words(words)
    keys = INDEX.matching(asked) if asked else None
    return rows if keys is None else rows.filter(Q(serial__in=keys) | Q(indexed=False))


def text_of(document: Document) -> str:
    """Everything that is searched."""
    content = document.current.content if document.current else ""
    return "\n".join((document.title, document.reference, document.remarks, content))


def put(document: Document) -> None:
    """Index a document anew, in the caller's transaction."""
    found = pairs.of_text(text_of(document))
    fits = len(found) <= MOST_PAIRS
    INDEX.forget({document.serial: ()})
    if fits:
        INDEX.put({document.serial: found})
    if fits != document.indexed:
        document.indexed = fits
        document.save(update_fields=["indexed"])


# As a projection.


def check() -> Iterator[Difference]:
    """Documents that the index does not know, and entries of none."""
    wanted = set(Document.objects.filter(indexed=True).values_list("serial", flat=True))
    known = INDEX.keys()
    yield from (Difference(f"library search {key}", "is not in the index") for key in sorted(wanted - known))
    yield from (Difference(f"library search {key}", "has no document behind it") for key in sorted(known - wanted))


def rebuild() -> int:
    """Empty the index and fill it again; how many documents it holds then."""
    INDEX.empty()
    for document in Document.objects.select_related("current").order_by("serial").iterator(chunk_size=100):
        put(document)
    return len(INDEX.keys())
