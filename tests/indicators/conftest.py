"""The sample edition, published and assigned, and one indicator. Imports stand in the fixtures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chuangcheng.framework.models import Edition
    from chuangcheng.indicators.models import Indicator


@pytest.fixture
def sample(small_city: Any) -> Edition:
    from chuangcheng.framework.actions import assign_by_role, load_sample, publish_edition
    from chuangcheng.kernel.actor import SYSTEM

    edition = publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
    assign_by_role(actor=SYSTEM, edition=edition)
    return edition


@pytest.fixture
def sewage(small_city: Any, noon: datetime) -> Indicator:
    """污水集中处理率: at least 95 %, delivered by 城市管理局."""
    from chuangcheng.indicators.actions import define_indicator
    from chuangcheng.kernel.actor import SYSTEM

    return define_indicator(
        actor=SYSTEM, code="SEWAGE", zh="污水集中处理率", unit_of_measure="ratio",
        scoring={"kind": "threshold", "op": ">=", "target": 0.95}, source_unit=small_city.units["department"],
    )  # fmt: skip
