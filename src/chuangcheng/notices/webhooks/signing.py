"""Signatures as the "Standard Webhooks" specification (v1, symmetric) describes them, so that receivers can use its
ready-made libraries: HMAC-SHA256 over ``id.timestamp.body``, base64, behind ``v1,``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A fresh secret in the form that is shown to people."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sign(keys: Sequence[str], message_id: str, timestamp: int, body: str) -> str:
    """One signature a secret, blanks between: while a secret is being changed both hold."""
    return " ".join(f"v1,{_one(key, message_id, timestamp, body)}" for key in keys)


def headers(keys: Sequence[str], message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """What is sent with ``body``; ``timestamp`` in seconds, by which receivers refuse old messages."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(keys, message_id, timestamp, body),
    }


def _one(key: str, message_id: str, timestamp: int, body: str) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    signed = hmac.new(raw, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()
