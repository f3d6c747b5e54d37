"""Process caches of reference data that every process drops soon after any of them has changed the data."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakSet

from chuangcheng.history.models import Version

T = TypeVar("T")
CHECK_EVERY = 2.0  # seconds
_caches: WeakSet[Cached[object]] = WeakSet()


def bump(name: str) -> None:
    """Mark the data called ``name`` as changed, in the caller's transaction.

    The mark is random instead of counted up: a process that loaded inside a transaction which was then rolled back
    must not take the next transaction's mark for its own.
    """
    mark = Version(name=name, number=1 + secrets.randbelow(2**31 - 1))
    Version.objects.bulk_create([mark], update_conflicts=True, unique_fields=["name"], update_fields=["number"])
    for cache in tuple(_caches):
        if cache.name == name:
            cache.look_again()


def hold(name: str) -> None:
    """Wait until no other transaction holds ``name``, and hold it to the end of this one: for work that only one
    process may do at a time."""
    Version.objects.bulk_create([Version(name=f"hold.{name}", number=0)], ignore_conflicts=True)
    Version.objects.select_for_update().get(name=f"hold.{name}")


def forget() -> None:
    """Empty every cache of this process (between tests, whose databases differ without a mark)."""
    for cache in tuple(_caches):
        cache.clear()


class Cached(Generic[T]):
    """A value loaded once and loaded again when its mark has moved, which is compared every two seconds at most."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name = name
        self._load = load
        self._lock = threading.RLock()
        self._held: tuple[int, T] | None = None
        self._look_at = 0.0
        _caches.add(self)  # type: ignore[arg-type]

    def get(self) -> T:
        """The present value; costs one query each two seconds."""
        held = self._held
        if held is not None and time.monotonic() < self._look_at:
            return held[1]
        with self._lock:
            return self._refreshed()

    def look_again(self) -> None:
        """Compare the mark at the next :meth:`get`."""
        self._look_at = 0.0

    def clear(self) -> None:
        """Load afresh at the next :meth:`get`."""
        self._held = None

    def _refreshed(self) -> T:
        self._look_at = time.monotonic() + CHECK_EVERY
        # The mark is read before the data: a change in between is then noticed next time instead of missed.
        mark = Version.objects.filter(name=self.name).values_list("number", flat=True).first() or 0
        if self._held is None or self._held[0] != mark:
            self._held = (mark, self._load())
        return self._held[1]
