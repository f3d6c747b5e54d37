"""A loopback service, and a home that may speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.notices.loopback import Service, running
from tests.web.conftest import as_persona

__all__ = ["as_persona"]


@pytest.fixture
def inner(settings: Any) -> Any:
    """A home that may speak to addresses inside the own network, as this machine is one."""
    settings.CITY = replace(settings.CITY, private_targets=True, public_url="https://city.example/")
    return settings.CITY


@pytest.fixture
def service(inner: Any) -> Iterator[Service]:
    """A web service on this machine."""
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def fresh_tokens() -> None:
    """Tokens of applications are kept by the process, not by the database."""
    from chuangcheng.notices.channels import wecom_app

    wecom_app._tokens.clear()
