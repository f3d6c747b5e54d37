"""The demo's campaigns: eleven with readings, money and a thousand sub-actions, nothing refused, rows as history tells."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.campaigns import selectors
from chuangcheng.campaigns.models import Campaign, MoneyEntry, Reading, SubAction
from chuangcheng.demo.campaigns import ROWS, Campaigns
from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Stage
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.notices.actions import sink
from tests.conftest import NOON
from tests.demo.test_tasks import cast
from tests.sites.conftest import edition
from tests.tasks.conftest import ledger

__all__ = ["cast", "edition", "ledger"]


def play(cast: Cast, days: int) -> Stage:
    stage = Stage(random.Random(7), NOON - timedelta(days=days), NOON)
    Campaigns(stage, cast, 7).schedule()
    with sink():
        stage.play(lambda _day: None, lambda _share, _text: None)
    return stage


def test_the_numbers_of_the_plan() -> None:
    assert (len(ROWS), sum(row[5] for row in ROWS)) == (11, 1057)
    assert Counter(row[0] for row in ROWS) == {"siege": 6, "uplift": 5}


@pytest.mark.full
def test_a_quarter_of_campaigns(cast: Cast) -> None:
    stage = play(cast, 92)
    assert stage.refused == Counter()
    assert (Campaign.objects.count(), SubAction.objects.count()) == (11, 1057)
    assert Reading.objects.count() == 6 * sum(len(row[6]) for row in ROWS)
    assert MoneyEntry.objects.filter(flagged=True).count() == 2
    with clock.at(NOON):
        lines = selectors.overview(selectors.visible_to(cast.named["office"]), clock.today().date())
    codes = Counter(line.code for line in lines)
    assert codes["behind"] >= 3 and codes["reached"] == 1 and lines[0].lag > 0
    for name in ("campaign", "target", "sub_action"):
        assert list(registered()[f"campaigns.{name}"].check()) == []


def test_a_young_city_has_none(cast: Cast, personas: Any) -> None:
    assert play(cast, 3).refused == Counter() and not Campaign.objects.exists() and personas
