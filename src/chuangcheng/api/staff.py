"""Programs of staff sign in with ``Authorization: Bearer`` and a post's token; there is no session."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import post_of
from chuangcheng.people.selectors import actor_of
from chuangcheng.people.tokens import Use, post_id_of
from chuangcheng.web import limits


class TokenRequest(HttpRequest):
    """A request behind :class:`StaffToken`."""

    auth: Actor


class StaffToken(HttpBearer):
    """Turns the token into the actor of its post."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor; refuses with ``api.bad_token`` when the token, the post or the person has ended."""
        limits.check(request, "staff")
        return actor_of_token(token)


def actor_of_token(token: str, *, use: Use = "api") -> Actor:
    """The actor of a token made for that use; refuses with ``api.bad_token``."""
    return _actor(post_id_of(token, use=use), "api.bad_token")


def actor_of_key(key: str) -> Actor:
    """The actor behind an Open311 key: a token that opens nothing else. Refuses with ``open311.no_key``, or
    ``open311.bad_key`` when the key, the post or the person has ended."""
    if not key:
        raise Refused("open311.no_key")
    return _actor(post_id_of(key, use="open311"), "open311.bad_key")


def _actor(post_id: UUID | None, refusal: str) -> Actor:
    post = post_of(Actor(None, post_id, "")) if post_id else None
    if post is None:
        raise Refused(refusal)
    return actor_of(post)
