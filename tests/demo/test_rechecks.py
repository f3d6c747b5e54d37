"""The demo's re-checks, played over cases that are there already: founding a city takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tests.cases.conftest import limits, play  # noqa: F401
from tests.conftest import NOON

if TYPE_CHECKING:
    from tests.cases.play import Play


@dataclass
class Cast:
    """Inspectors."""

    inspectors: list[Any]

    def of(self, role: str, _unit: str) -> list[Any]:
        return self.inspectors if role == "inspector" else []


def test_drawn_looked_at_and_a_few_found(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    import random

    from chuangcheng.cases import projections
    from chuangcheng.cases.models import Case, Recheck
    from chuangcheng.demo.rechecks import FOUND, Rechecks
    from chuangcheng.demo.stage import Stage
    from chuangcheng.kernel import clock

    monkeypatch.setattr("chuangcheng.demo.rechecks.A_DAY", 1)
    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, recheck_share=100))
    end = NOON + timedelta(hours=-3, minutes=-30)
    stage = Stage(random.Random(1), end - timedelta(days=8), end)
    scene: Callable[[datetime], None] = lambda at: stage.at(at, lambda: play.closed() and None)  # noqa: E731
    for day in range(8):
        scene(end - timedelta(days=day, hours=9))
    looks = Rechecks(stage, Cast([play.by["office"]]), seed=3)  # type: ignore[arg-type]
    looks.schedule()
    stage.play(lambda _day: None, lambda _share, _text: None)
    states = list(Recheck.objects.order_by("drawn_at").values_list("state", flat=True))
    assert len(states) == 8 and states.count("fixed") >= 3 and states.count("waiting") >= 3, states
    with clock.at(end):
        looks.find_some()
    assert Recheck.objects.filter(state="not_fixed").count() == len(FOUND) == Case.objects.filter(state="filed").count()
    assert not stage.refused and [str(found) for found in projections._check(Recheck)] == []
