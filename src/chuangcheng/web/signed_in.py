"""Who is signed in, as the :class:`~chuangcheng.kernel.actor.Actor` that actions take."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.people.models import Person, Post
from chuangcheng.people.rights import is_valid, roles

POST_KEY = "post"


class StaffRequest(HttpRequest):
    """A request after :class:`ActorMiddleware`."""

    user: Person
    actor: Actor
    post: Post | None


class ActorMiddleware:
    """Puts ``request.actor`` and ``request.post``: the post chosen in this session, else the person's first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: StaffRequest) -> HttpResponse:
        request.post = current_post(request) if request.user.is_authenticated else None
        request.actor = actor_of(request.post) if request.post else CITIZEN
        return self._get_response(request)


def current_post(request: StaffRequest) -> Post | None:
    """The valid post chosen in the session, else the first valid one."""
    posts = [
        post
        for post in request.user.posts.select_related("unit", "division", "person").order_by("id")
        if is_valid(post)
    ]
    chosen = request.session.get(POST_KEY)
    return next((post for post in posts if chosen and post.id == UUID(chosen)), posts[0] if posts else None)


def actor_of(post: Post) -> Actor:
    """The actor who acts from ``post``; the label names the post, not the person."""
    return Actor(post.person_id, post.id, f"{post.unit.short_name} · {post.title or roles()[post.role].label.zh}")
