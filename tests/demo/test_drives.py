"""The demo's attainment drive: places in every grade, nothing refused, rows as history tells them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from chuangcheng.campaigns.models import Drive, DriveAssessment, DrivePlace
from chuangcheng.demo.drives import ITEMS, Drives
from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Stage
from chuangcheng.history.projections import registered
from chuangcheng.notices.actions import sink
from tests.conftest import NOON
from tests.demo.test_tasks import cast
from tests.sites.conftest import edition
from tests.tasks.conftest import ledger

__all__ = ["cast", "edition", "ledger"]


def test_a_quarter_of_assessments(cast: Cast) -> None:
    stage = Stage(random.Random(7), NOON - timedelta(days=92), NOON)
    Drives(stage, cast, 7).schedule()
    with sink():
        stage.play(lambda _day: None, lambda _share, _text: None)
    assert stage.refused == Counter()
    assert Drive.objects.get().items == [item.as_json() for item in ITEMS]
    assert DrivePlace.objects.count() == 3 and DriveAssessment.objects.filter(kind="self").count() >= 2
    for name in ("drive", "drive_place", "drive_gap"):
        assert list(registered()[f"campaigns.{name}"].check()) == []


def test_the_checklist_is_worth_a_hundred_points() -> None:
    found: Any = sum(item.weight for item in ITEMS)
    assert found == 100
