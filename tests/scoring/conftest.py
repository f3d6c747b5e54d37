"""The world of the scoring tests."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def world(small_city: Any, personas: Any) -> Any:
    """A :class:`tests.scoring.world.World` in the small city."""
    from tests.scoring.world import make

    return make(small_city)
