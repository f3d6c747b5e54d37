"""The small edition's site, the player of cases, and signed-in phones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.cases.conftest import limits, play  # noqa: F401
from tests.patrols.conftest import visit  # noqa: F401
from tests.sites.conftest import edition, site  # noqa: F401

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor


@pytest.fixture
def phone(personas: dict[str, Actor]) -> Callable[[str], Client]:
    """The phone of a persona."""
    from chuangcheng.people.models import Person

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(
            Person.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed_in
