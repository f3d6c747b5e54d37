"""A campaign of the department that the street supports. Imports stand in the fixtures, as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chuangcheng.campaigns.models import Campaign
    from chuangcheng.kernel.actor import Actor

TODAY = date(2026, 9, 15)
FIRST, LAST = date(2026, 8, 1), date(2026, 11, 9)  # a hundred days; 45 of them have passed
Make = Callable[..., Any]


@pytest.fixture
def scheme(small_city: Any, noon: Any) -> Callable[..., Any]:
    """What is entered: ``scheme(title=…)``; a hundred days of the department, supported by the street."""
    from chuangcheng.campaigns.actions import CampaignInput

    def given(**more: Any) -> CampaignInput:
        units = small_city.units
        usual = {
            "title": "老旧小区改造攻坚", "lead": units["department"], "supports": (units["street"],),
            "from_on": FIRST, "until_on": LAST, "theme": "补齐基础设施短板",
        }  # fmt: skip
        return CampaignInput(**{**usual, **more})

    return given


@pytest.fixture
def campaign(scheme: Any, personas: dict[str, Actor]) -> Make:
    """``campaign(targets=[{…}], running=True, **plan)``: a campaign with targets (one of 0 to 1000 without more)."""
    from chuangcheng.campaigns import actions

    def make(targets: Any = ({},), running: bool = True, **more: Any) -> Campaign:
        row, _new = actions.create_campaign(actor=personas["office"], given=scheme(**more))
        for values in targets:
            given = actions.TargetInput(**{"name": "改造小区", "measure": "count", "goal": Decimal(1000), **values})
            actions.save_target(actor=personas["office"], campaign_id=row.pk, given=given)
        if running:
            actions.move_campaign(actor=personas["office"], campaign_id=row.pk, move="start")
            row.refresh_from_db()
        return row

    return make
