"""The demo's cycle: a nominee in the second year's self-check, whatever the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.cycle import selectors
from chuangcheng.demo import cycle
from chuangcheng.demo.found import Cast
from chuangcheng.kernel import clock
from tests.conftest import NOON
from tests.sites.conftest import edition

__all__ = ["edition"]


@pytest.mark.parametrize("days", [0, 15, 107, 330])
def test_a_nominee_in_the_second_self_check(edition: Any, personas: Any, days: int) -> None:
    with clock.at(NOON + timedelta(days=days)):
        made = cycle.play(Cast(edition, named={"office": personas["office"]}))
        at = selectors.position()
        assert at is not None and at.phase is not None
        assert (at.year, at.phase.kind, at.cycle.state) == (2, "self_check", "nominee")
        assert at.national_in and selectors.frozen() == [], "nothing stands in the way of the visitor"
        states = list(made.freezes.values_list("state", flat=True))
        assert sorted(states) == ["lifted", "set"]
        lists = selectors.checklist(made.phases.filter(year=1))
        assert all(line.is_done for lines in lists.values() for line in lines if not line.demand.figure)
