"""Canonical JSON, keyed digests, hash chains and Merkle roots."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

GENESIS = "0" * 64


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("naive time in canonical JSON")
        return value.isoformat()
    if isinstance(value, UUID | Fraction):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no blanks: equal content, equal bytes."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False
    ).encode()


def sha256(data: bytes) -> str:
    """Lower-case hex, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def keyed(key: bytes, purpose: str, value: Any) -> str:
    """HMAC-SHA256 of the canonical form under ``key``; ``purpose`` keeps digests of different uses apart."""
    return hmac.digest(key, purpose.encode() + b"\0" + canonical(value), "sha256").hex()


def chain(previous: str, row: dict[str, Any]) -> str:
    """The digest of a history row that follows ``previous`` (:data:`GENESIS` for the first)."""
    return sha256(previous.encode() + b"\0" + canonical(row))


def merkle_root(leaves: Sequence[str]) -> str:
    """The root over hex ``leaves`` in the given order; leaf and node hashes are told apart (RFC 6962 §2.1)."""
    if not leaves:
        return sha256(b"")
    level = [hashlib.sha256(b"\0" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()
