"""Identifiers: RFC 9562 UUIDs (ours are version 7, a client may send any), numbers for people, receipt codes."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from random import Random
from uuid import UUID

import uuid6

from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE

# No 0/O, 1/I/L: a citizen reads the code from a phone to a clerk.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


_seeded: ContextVar[Random | None] = ContextVar("chuangcheng_ids", default=None)


def new_id() -> UUID:
    """A fresh time-ordered UUIDv7."""
    source = _seeded.get()
    return UUID(str(uuid6.uuid7())) if source is None else _from(source)


@contextmanager
def seeded(source: Random) -> Iterator[None]:
    """Inside the block ids come from ``source`` and the injected clock: the same seed, the same demo city."""
    token = _seeded.set(source)
    try:
        yield
    finally:
        _seeded.reset(token)


def _from(source: Random) -> UUID:
    milliseconds = int(clock.now().timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | source.getrandbits(12) << 64 | 0b10 << 62 | source.getrandbits(62)
    return UUID(int=value)


def number(prefix: str, moment: datetime, serial: int) -> str:
    """A number people can say, such as ``SB20261122-000123``: the city's day, then a serial within it."""
    return f"{prefix}{moment.astimezone(CITY_ZONE):%Y%m%d}-{serial:06d}"


def receipt_code(key: bytes, report_id: UUID) -> str:
    """Eight characters that only the receipt's holder knows: a keyed digest, so nothing need be stored."""
    digest = hmac.digest(key, b"receipt:" + report_id.bytes, "sha256")
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:8])
