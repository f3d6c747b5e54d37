"""Numbers people can say, handed out from blocks so that a report does not wait for a shared counter.

Where a block is reserved matters. SQLite has one writer, so the reservation joins the caller's transaction and the
block is shared with the process only once that has committed. On PostgreSQL it is committed at once over a connection
of its own: inside the caller's transaction the counter's row would stay locked until the end and could close a ring of
waiting transactions. Numbers are unique and grow; gaps are normal.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from chuangcheng.kernel import ids
from chuangcheng.kernel.clock import CITY_ZONE

BLOCK = 50
_RESERVE = (
    "INSERT INTO history_series (name, last) VALUES (%s, %s) "
    "ON CONFLICT (name) DO UPDATE SET last = history_series.last + excluded.last RETURNING last"
)

_lock = threading.Lock()
_pool: dict[str, deque[int]] = {}


class _Pending(threading.local):
    """Blocks reserved by this thread's open transaction, each with the callback that proves it still stands."""

    def __init__(self) -> None:
        self.blocks: dict[str, tuple[deque[int], Callable[[], None]]] = {}


_pending = _Pending()


def take(prefix: str, moment: datetime) -> str:
    """The next number of ``prefix`` on the city's day of ``moment``, such as ``SB20260915-000001``."""
    name = f"{prefix}{moment.astimezone(CITY_ZONE):%Y%m%d}"
    return ids.number(prefix, moment, _next(name))


def take_many(prefix: str, moment: datetime, count: int) -> list[str]:
    """The next ``count`` numbers at once, for imports: a block of their own, reserved like any other."""
    if count <= 0:
        return []
    name = f"{prefix}{moment.astimezone(CITY_ZONE):%Y%m%d}"
    block = _reserve_apart(name, count) if connection.vendor == "postgresql" else _reserve(connection, name, count)
    return [ids.number(prefix, moment, serial) for serial in block]


def forget() -> None:
    """Drop every block this process holds: after a fork, and when a test has emptied the database."""
    with _lock:
        _pool.clear()
    _pending.blocks.clear()


def _next(name: str) -> int:
    shared = _from_pool(name)
    if shared is not None:
        return shared
    block = _standing(name)
    if block:
        return block.popleft()
    if connection.vendor == "postgresql":
        _share(name, _reserve_apart(name))
        return _next(name)
    return _reserve_inside(name).popleft()


def _from_pool(name: str) -> int | None:
    with _lock:
        block = _pool.get(name)
        return block.popleft() if block else None


def _share(name: str, block: deque[int]) -> None:
    with _lock:
        _pool.setdefault(name, deque()).extend(block)


def _standing(name: str) -> deque[int] | None:
    """The open transaction's own block, unless the savepoint or transaction that reserved it was rolled back."""
    block, callback = _pending.blocks.get(name, (None, None))
    if any(hook[1] is callback for hook in connection.run_on_commit):
        return block
    _pending.blocks.pop(name, None)
    return None


def _reserve_inside(name: str) -> deque[int]:
    with transaction.atomic():
        block = _reserve(connection, name)

        def committed() -> None:
            _pending.blocks.pop(name, None)
            _share(name, block)

        first = block.popleft()
        _pending.blocks[name] = (block, committed)
        transaction.on_commit(committed)
    return deque([first])


def _reserve_apart(name: str, count: int = BLOCK) -> deque[int]:
    side = connection.copy()
    try:
        return _reserve(side, name, count)
    finally:
        side.close()


def _reserve(over: BaseDatabaseWrapper, name: str, count: int = BLOCK) -> deque[int]:
    with over.cursor() as cursor:
        cursor.execute(_RESERVE, [name, count])
        (last,) = cursor.fetchone()
    return deque(range(last - count + 1, last + 1))


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=forget)
