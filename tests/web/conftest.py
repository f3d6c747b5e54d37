"""Signed-in clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # conftest is loaded before Django is set up
    from django.test import Client

    from chuangcheng.kernel.actor import Actor


@pytest.fixture
def as_persona(personas: dict[str, Actor], noon: datetime) -> Callable[[str], Client]:
    """``as_persona("office")`` is a client signed in as that persona, at noon of a Tuesday."""
    from tests.web.clients import sign_in

    return sign_in(personas)
