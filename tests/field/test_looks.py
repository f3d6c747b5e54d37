"""The second look on the phone: a unit learns nothing of its own, neither from the page nor from a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.ids import new_id
from tests.cases.play import LITTER, POINT

if TYPE_CHECKING:
    from chuangcheng.cases.models import QuickFix
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Phone = Callable[[str], Client]


@pytest.fixture
def pair(play: Play, monkeypatch: pytest.MonkeyPatch) -> list[QuickFix]:
    """Two by the district: one that was not drawn, one that was."""
    from chuangcheng.cases import actions

    rows = []
    for percent in (0, 100):
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, quickfix_share=percent))
        given = actions.QuickFixInput(id=new_id(), category_code=LITTER, **POINT)
        rows.append(actions.record_quickfix(actor=play.by["district"], given=given)[0])
    return rows


def test_the_page_of_ones_own_names_no_limit(pair: list[QuickFix], phone: Phone) -> None:
    own, other = phone("district"), phone("inspector")
    for row in pair:
        page = own.get(reverse("field:look", args=[row.pk])).content.decode()
        assert "不由您回看" in page and "回看期限" not in page
    drawn = other.get(reverse("field:look", args=[pair[1].pk])).content.decode()
    assert "回看期限" in drawn and "又出现了，立案" in drawn


@pytest.mark.parametrize("held", ["yes", "no"])
def test_a_refusal_is_the_same_drawn_or_not(pair: list[QuickFix], phone: Phone, held: str) -> None:
    answers = [
        phone("district").post(
            reverse("field:look", args=[row.pk]), {"held": held}, headers={"Accept": "application/json"}
        )
        for row in pair
    ]
    assert answers[0].status_code == answers[1].status_code >= 400
    for row, state in zip(pair, ("recorded", "sampled"), strict=True):
        row.refresh_from_db()
        assert row.state == state
