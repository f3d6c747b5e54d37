"""The demo's quick fixes: real actions, dice of their own, something to look at on the last morning."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from chuangcheng.cases import projections
from chuangcheng.cases.models import Case, QuickFix
from chuangcheng.demo import patrol, quarter
from chuangcheng.demo import run as demo
from chuangcheng.history.selectors import events_of
from chuangcheng.photos.models import Photo

AS_OF = date(2026, 9, 17)


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Five days with hardly anything else in them."""
    monkeypatch.setattr(demo, "DAYS", 5)
    monkeypatch.setattr(quarter, "INCIDENTS", 4)
    monkeypatch.setattr(patrol, "VISITS", 2)
    return demo.run(seed=11, as_of=AS_OF, progress=lambda _share, _text: None)


def some_each_day_some_come_back(city: dict[str, Any]) -> None:
    rows = QuickFix.objects.all()
    assert 12 <= rows.count() <= 20
    assert city["refused"] == {} or not any(code.startswith("quickfix") for code in city["refused"])
    back = rows.filter(state="relapsed", relapse__text__startswith="前一天刚清理过")
    assert back.count() == 3
    for row in back:
        assert row.relapse is not None and row.relapse.origin_kind == ""
        assert row.relapse.filed_at - row.fixed_at < timedelta(days=2)
        assert row.relapse.holder is not None
    assert set(rows.values_list("fixed_by__posts__role", flat=True)) <= {"grid", "community"}
    assert all(row.division_path and row.grid_id for row in rows), "each lies in a grid"


def everything_follows_from_history(city: dict[str, Any]) -> None:
    assert [str(found) for found in projections._check(QuickFix)] == []
    for row in QuickFix.objects.all():
        assert events_of("quickfix", row.pk).first().action == "quickfix.recorded"


def photos_are_there(city: dict[str, Any]) -> None:
    shown = QuickFix.objects.filter(photos_declared__gt=0)
    assert shown.exists() and not shown.exclude(photos_missing=0).exists()
    for row in shown:
        stored = Photo.objects.filter(owner_kind="quickfix", owner_id=row.pk, stored_at__isnull=False)
        assert stored.count() == row.photos_declared
        assert {photo.role for photo in stored} == {"after"}


def test_its_dice_are_its_own() -> None:
    """The same seed gives the same dice, and throwing them does not touch the city's."""
    one, other = random.Random("spot/7"), random.Random("spot/7")
    assert [one.random() for _ in range(3)] == [other.random() for _ in range(3)]
    assert random.Random("spot/8").random() != random.Random("spot/7").random()


def no_case_is_filed_but_for_what_came_back(city: dict[str, Any]) -> None:
    told = Case.objects.filter(text__startswith="前一天刚清理过")
    assert told.count() == 3
    assert settings.CITY.quickfix_share == 5


@pytest.mark.full
def test_the_quick_fixes_of_a_city(city: dict[str, Any]) -> None:
    """One city for all of it: founding it takes seconds."""
    some_each_day_some_come_back(city)
    everything_follows_from_history(city)
    photos_are_there(city)
    no_case_is_filed_but_for_what_came_back(city)
