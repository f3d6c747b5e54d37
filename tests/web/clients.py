"""Signed-in browsers of the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from chuangcheng.kernel.actor import Actor


def sign_in(personas: dict[str, Actor]) -> Callable[[str], Client]:
    """Makes a client that is signed in as the named persona; every call a new one."""
    from django.test import Client

    from chuangcheng.people.models import Person

    def make(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(pk=personas[name].person_id))
        return client

    return make
