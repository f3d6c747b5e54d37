"""Programs of staff sign in with ``Authorization: Bearer`` and a post's token; there is no session."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import post_of
from chuangcheng.people.selectors import actor_of
from chuangcheng.people.tokens import post_id_of
from chuangcheng.web import limits


class TokenRequest(HttpRequest):
    """A request behind :class:`StaffToken`."""

    auth: Actor


class StaffToken(HttpBearer):
    """Turns the token into the actor of its post."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor; refuses with ``api.bad_token`` when the token, the post or the person has ended."""
        limits.check(request, "staff")
        post_id = post_id_of(token)
        post = post_of(Actor(None, post_id, "")) if post_id else None
        if post is None:
            raise Refused("api.bad_token")
        return actor_of(post)
