"""What the imports of facts share: rows are staged and checked first, then applied in commits of a thousand.

A commit is whole or not there at all, and a row that is there already is left alone. So an import that was interrupted
is run again and goes on where it stopped; nothing needs to be remembered outside of the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID

from chuangcheng.history import outbox
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.people import rights

#: Rows in one commit.
BATCH = 1000
T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how many rows are done and how many there are."""


def permit(actor: Actor) -> None:
    """Whoever may run imports, and the system itself. Raises ``common.not_allowed``."""
    rights.require_or_system(actor, "imports.run")


def quiet(_done: int, _total: int) -> None:
    """Progress that tells nobody."""


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows in lists of :data:`BATCH`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def tell(topic: str, run: UUID, source: str, count: int) -> None:
    """One outbox row for a whole batch, in its transaction: imported facts notify nobody, but projections must know."""
    if count:
        outbox.emit(topic, ("import", run), {"source": source, "count": count})


def new_run() -> UUID:
    """The id under which the batches of one import speak of themselves."""
    return new_id()
