"""Every address has a policy, and is walked as every persona: nobody sees an error page or what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

SIGNED_IN = "signed_in"  # for anybody who is signed in, whatever the post
#: Addresses that need no sign-in, each with its reason.
OPEN = {
    "healthz": "a load balancer asks",
    "readyz": "a load balancer asks",
    "set_language": "the language of the sign-in page",
}
OPEN_SPACES = {"portal", "api-v1", "open311"}  # citizens; the API checks its own tokens
LIBRARY = ("allauth.", "django.views.i18n")


def _patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        else:
            yield spaces, pattern


def addresses() -> list[tuple[tuple[str, ...], URLPattern]]:
    """Every address of the project with the name spaces it stands in."""
    return list(_patterns(get_resolver()))


def test_every_address_has_a_policy() -> None:
    bare = []
    for spaces, pattern in addresses():
        view = pattern.callback
        known = (
            pattern.name in OPEN
            or (spaces and spaces[0] in OPEN_SPACES)
            or getattr(view, "permission", None)
            or getattr(view, "__module__", "").startswith(LIBRARY)
        )
        if not known:
            bare.append(f"{spaces} {pattern.pattern} {pattern.name}")
    assert bare == []


def _walkable() -> list[tuple[str, str]]:
    """(name, address) of every page that can be asked for with GET, ids filled by ones that do not exist."""
    found = []
    for spaces, pattern in addresses():
        if not spaces or spaces[0] not in {"desk", "field"} or not pattern.name:
            continue
        values = {
            name: str(uuid4()) if "uuid" in type(converter).__name__.lower() else "1"
            for name, converter in pattern.pattern.converters.items()
        }
        found.append((f"{spaces[0]}:{pattern.name}", reverse(f"{spaces[0]}:{pattern.name}", kwargs=values)))
    return found


class Walk:
    """One signed-in browser a persona."""

    def __init__(self, roles_held: dict[str, frozenset[str]]) -> None:
        self.held = roles_held
        self.views = {f"{spaces[0]}:{p.name}": p.callback for spaces, p in addresses() if spaces}
        self.clients = {role: self._sign_in(role) for role in roles_held}

    @staticmethod
    def _sign_in(role: str) -> Client:
        from chuangcheng.people.models import Person

        client = Client()
        person = Person.objects.get(username=role)
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def allowed(self, role: str, name: str) -> bool:
        """What the page's policy says of the role."""
        permission = getattr(self.views[name], "permission", "")
        return permission == SIGNED_IN or permission in self.held[role]

    def wrong(self, role: str, name: str, address: str) -> list[str]:
        """The page asked for by the role: nothing, or what is wrong with the answer."""
        status = self.clients[role].get(address).status_code
        expected = {200, 302, 404, 405} if self.allowed(role, name) else {403, 405}
        return [] if status in expected else [f"{role} {name}: {status}"]


@pytest.fixture
def walk(personas: dict[str, object]) -> Walk:
    """Of all personas."""
    from chuangcheng.people.models import Post
    from chuangcheng.people.rights import roles

    posts = Post.objects.filter(person__username__in=personas).select_related("person")
    return Walk({post.person.username: frozenset(roles()[post.role].permissions) for post in posts})


@pytest.mark.django_db
def test_every_page_answers_one_who_may_and_one_who_may_not(walk: Walk) -> None:
    """By turns, so that each persona meets many pages."""
    pages, wrong = _walkable(), []
    assert len(pages) > 15
    for turn, (name, address) in enumerate(pages):
        may = [role for role in walk.held if walk.allowed(role, name)]
        for group in (may, [role for role in walk.held if role not in may]):
            if group:
                wrong += walk.wrong(group[turn % len(group)], name, address)
    assert wrong == []


@pytest.mark.full
@pytest.mark.django_db
def test_every_page_answers_every_persona(walk: Walk) -> None:
    assert len(walk.held) > 10
    assert [line for role in walk.held for page in _walkable() for line in walk.wrong(role, *page)] == []


@pytest.mark.django_db
def test_nobody_passes_without_sign_in() -> None:
    client = Client()
    for name, address in _walkable():
        response = client.get(address)
        assert response.status_code in {302, 401, 403, 405}, name
