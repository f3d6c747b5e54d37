"""One injected `now`: pages, deadlines and history all ask here, so a whole quarter can be replayed in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("chuangcheng_clock", default=None)
_offset = timedelta()


def now() -> datetime:
    """The present instant in UTC, or the one set by :func:`at`."""
    return _frozen.get() or datetime.now(UTC) + _offset


def real() -> datetime:
    """The machine's own time in UTC, whatever the city's clock says: for leases between processes and ages of files."""
    return datetime.now(UTC)


def today() -> datetime:
    """Midnight of the city's present day, as an aware local time."""
    return now().astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) inside the block, for this thread or task only."""
    if moment.tzinfo is None:
        raise ValueError("the clock takes an aware time")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def start_at(moment: datetime | None) -> None:
    """Let the whole process's clock run on from ``moment``; ``None`` returns to real time."""
    global _offset
    _offset = timedelta() if moment is None else moment - datetime.now(UTC)
