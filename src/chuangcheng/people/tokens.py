"""API tokens: a post's key for programs, signed, with an end; nothing is stored.

A token dies with its day, with its post, with its person's account, or, for all tokens at once, with the home's
``secret`` key.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from chuangcheng.kernel import clock

_SALT = "chuangcheng.people.tokens"
DAYS = 90


def issue(post_id: UUID, *, days: int = DAYS) -> str:
    """A token that acts from the post for ``days`` days. The caller has checked who may have it."""
    ends = int((clock.now() + timedelta(days=days)).timestamp())
    return Signer(salt=_SALT).sign_object({"post": post_id.hex, "ends": ends})


def post_id_of(token: str) -> UUID | None:
    """The post of a genuine token whose time is not over; None for anything else."""
    try:
        claim = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return UUID(claim["post"]) if claim["ends"] > clock.now().timestamp() else None
