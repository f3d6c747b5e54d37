"""Full-text search over reports and cases by pairs of characters (:mod:`chuangcheng.history.pairs`).

The row's own text decides, so a row that is not indexed yet, or an entry that is stale, never changes an answer, only
its speed. Entries are written behind the outbox; rows that came after the newest entry are read themselves.

An entry's key is the number of its row without letters (``AJ20261122-000123`` → 20261122000123), which both databases
keep as an integer.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from chuangcheng.cases.models import Case, Report
from chuangcheng.history import pairs
from chuangcheng.history.models import Outbox
from chuangcheng.history.projections import Difference

Row = TypeVar("Row", Report, Case)
Subject = Report | Case
#: With more rows than this waiting to be indexed the index is of no use yet.
MOST_WAITING = 1_000
FIELDS = ("text", "address")
_CHUNK = 1000
INDEXES: dict[type[Subject], pairs.Index] = {
    Report: pairs.Index("cases_search_report", contentless=True),
    Case: pairs.Index("cases_search_case", contentless=True),
}
_PREFIXES: dict[type[Subject], str] = {Report: "SB", Case: "AJ"}
_NUMBER = re.compile(r"[A-Za-z]{2}\d[\d-]*")


def search(rows: QuerySet[Row], text: str) -> QuerySet[Row]:
    """The rows whose number begins with, or whose text or address contains, every word of ``text``."""
    words = pairs.words_of(text)
    for word in words:
        if _NUMBER.fullmatch(word):
            rows = rows.filter(number__startswith=word.upper())
        else:
            inside = pairs.holding(word, FIELDS)
            rows = rows.filter(inside | Q(number__istartswith=word) if word.isascii() else inside)
    asked = pairs.of_words(word for word in words if not _NUMBER.fullmatch(word))
    return _narrowed(rows, asked) if asked else rows


def _narrowed(rows: QuerySet[Row], asked: Sequence[str]) -> QuerySet[Row]:
    model = rows.model
    keys = INDEXES[model].matching(asked)
    waiting = _after(model, INDEXES[model].newest(), MOST_WAITING + 1)
    if keys is None or len(waiting) > MOST_WAITING:
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


def _pairs(row: Subject) -> list[str]:
    return pairs.of_text(f"{row.text}\n{row.address}")


def put(rows: Sequence[Row]) -> int:
    """Index rows of one kind in the caller's transaction; one that is indexed already stays. How many were new."""
    return INDEXES[type(rows[0])].put({key_of(row.number): _pairs(row) for row in rows}) if rows else 0


def put_texts(model: type[Subject], texts: Mapping[str, str]) -> int:
    """As :func:`put`, from words by the number of their row."""
    return INDEXES[model].put({key_of(number): pairs.of_text(text) for number, text in texts.items()})


def forget(rows: Iterable[Subject]) -> None:
    """Take rows out of the index. Their texts must still be there: SQLite's index can be told only what to remove."""
    for row in rows:
        INDEXES[type(row)].forget({key_of(row.number): _pairs(row)})


# As a projection.


def check() -> Iterator[Difference]:
    """Rows that the index does not know although it knows later ones, and entries of no row. Complaints are left out
    of it (:mod:`chuangcheng.cases.complaints`)."""
    for model, index in INDEXES.items():
        newest = index.newest()
        if newest is None:
            continue
        waiting = _waiting(model)
        known = index.keys()
        for number in _indexable(model).order_by("number").values_list("number", flat=True).iterator():
            if key_of(number) in known:
                known.discard(key_of(number))
            elif key_of(number) <= newest and number not in waiting:
                yield Difference(f"search {number}", "is not in the index")
        yield from (Difference(f"search {_number_of(model, key)}", "has no row behind it") for key in sorted(known))


def _indexable(model: type[Subject]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    return rows.exclude(complaint=True) if model is Report else rows


def _waiting(model: type[Subject]) -> set[str]:
    """The numbers of those rows whose effect has not run yet."""
    topic = "report.created" if model is Report else "case.filed"
    rows = Outbox.objects.filter(topic=topic, done_at=None).values_list("subject_id", flat=True)
    return set(model._default_manager.filter(pk__in=list(rows)).values_list("number", flat=True))


def rebuild() -> int:
    """Empty the index and fill it again; how many rows it holds then."""
    return _refill(Report) + _refill(Case)


def _refill(model: type[Row]) -> int:
    INDEXES[model].empty()
    rows = _indexable(model).only("number", *FIELDS).order_by("number").iterator(chunk_size=_CHUNK)
    written = 0
    while batch := list(itertools.islice(rows, _CHUNK)):
        written += put(batch)
    return written
