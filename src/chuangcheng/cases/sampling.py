"""Who is drawn for a second look: decided by a keyed digest of the row's id. Nobody without this home's key can foresee
or choose it, and anybody with the key can check that nobody was left out."""

from __future__ import annotations

from uuid import UUID

from chuangcheng.history.secrets import digest_of

WHOLE = 16**8


def is_drawn(purpose: str, row_id: UUID, percent: int) -> bool:
    """Whether the row is among the ``percent`` of a hundred that are looked at again. ``purpose`` keeps draws apart."""
    return lot(purpose, row_id) * 100 < percent * WHOLE


def lot(purpose: str, row_id: UUID | str) -> int:
    """The row's lot, evenly spread over 32 bits. ``row_id`` may be any text that names what is drawn."""
    return int(digest_of(f"draw.{purpose}", str(row_id))[:8], 16)
