"""A key to create with, a client that holds it, one that holds none, and a city at noon."""

from __future__ import annotations

import pytest

from chuangcheng.kernel.actor import Actor
from tests.api.open311.client import Geo


@pytest.fixture
def key(personas: dict[str, Actor], noon: object) -> str:
    """A partner's key: made for the community's post, good for nothing else."""
    from chuangcheng.people.tokens import issue

    return issue(personas["community"].post_id, use="open311")


@pytest.fixture
def geo(key: str, category: object) -> Geo:
    """A client with a key."""
    return Geo(key)


@pytest.fixture
def reader() -> Geo:
    """A client without a key."""
    return Geo()


@pytest.fixture
def city(personas: dict[str, Actor], category: object, noon: object) -> dict[str, Actor]:
    """The personas in a city that can file cases, the clock held at noon."""
    return personas
