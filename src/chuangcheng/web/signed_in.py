"""Who is signed in, as the :class:`~chuangcheng.kernel.actor.Actor` that actions take."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.people.models import Person, Post
from chuangcheng.people.selectors import actor_of, posts_of

__all__ = ["POST_KEY", "ActorMiddleware", "StaffRequest", "actor_of", "current_post"]

POST_KEY = "post"


class StaffRequest(HttpRequest):
    """A request after :class:`ActorMiddleware`."""

    user: Person
    actor: Actor
    post: Post | None
    posts: list[Post]
    htmx: HtmxDetails


class ActorMiddleware:
    """Puts ``request.posts``, ``request.post`` (the one chosen in this session, else the first) and
    ``request.actor``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: StaffRequest) -> HttpResponse:
        request.posts = posts_of(request.user) if request.user.is_authenticated else []
        request.post = current_post(request)
        request.actor = actor_of(request.post) if request.post else CITIZEN
        return self._get_response(request)


def current_post(request: StaffRequest) -> Post | None:
    """The valid post chosen in the session, else the first valid one."""
    chosen = request.session.get(POST_KEY) if request.posts else None
    return next((post for post in request.posts if str(post.pk) == chosen), request.posts[0] if request.posts else None)
