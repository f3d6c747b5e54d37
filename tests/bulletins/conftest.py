"""The world of the scoring tests, with a week behind it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.conftest import limits, play
from tests.tasks.conftest import ledger, make

__all__ = ["ledger", "limits", "make", "play", "week", "world"]


@pytest.fixture
def world(small_city: Any, personas: Any) -> Any:
    """A :class:`tests.scoring.world.World` in the small city."""
    from tests.scoring.world import make

    return make(small_city)


@pytest.fixture
def week(world: Any) -> Any:
    """The week of 2026-09-14 up to Tuesday noon, reckoned by hand in ``test_figures``."""
    from tests.bulletins.week import fill

    fill(world)
    return world
