"""A nominee in the second year: the cycle began on 2025-05-01, noon of 2026-09-15 is its second self-check."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.sites.conftest import edition

if TYPE_CHECKING:
    from chuangcheng.cycle.models import Cycle

__all__ = ["cycle", "edition"]
TODAY = date(2026, 9, 15)


@pytest.fixture
def cycle(edition: Any, personas: Any, noon: Any) -> Cycle:
    from chuangcheng.cycle.actions import begin_cycle, change_status

    begun = begin_cycle(
        actor=personas["office"], name="第七届全国文明城市", starts_on=date(2025, 5, 1), edition=edition
    )
    return change_status(actor=personas["office"], cycle_id=begun.pk, move="nominate", on=date(2025, 6, 18))
