"""API tokens: a post's key for programs, signed, with an end; nothing is stored.

A token dies with its day, with its post, with its person's account, or, for all tokens at once, with the home's
``secret`` key. It opens what it was made for and nothing else: a key that a partner's program holds to report trouble
reads no case.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from chuangcheng.kernel import clock

_SALT = "chuangcheng.people.tokens"
DAYS = 90
#: ``api``: everything the post may do over the JSON API. ``open311``: send service requests, nothing more.
#: ``hotline``: bring orders of 12345, read their replies, tell results of call-backs.
Use = Literal["api", "open311", "hotline"]


def issue(post_id: UUID, *, days: int = DAYS, use: Use = "api") -> str:
    """A token that acts from the post for ``days`` days. The caller has checked who may have it."""
    ends = int((clock.now() + timedelta(days=days)).timestamp())
    return _signer(use).sign_object({"post": post_id.hex, "ends": ends})


def post_id_of(token: str, *, use: Use = "api") -> UUID | None:
    """The post of a genuine token for that use whose time is not over; None for anything else."""
    try:
        claim = _signer(use).unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return UUID(claim["post"]) if claim["ends"] > clock.now().timestamp() else None


def _signer(use: Use) -> Signer:
    return Signer(salt=_SALT if use == "api" else f"{_SALT}.{use}")
