"""Categories, time limits and a player of moves for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # conftest is loaded before Django is set up
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.sites.models import Site
    from tests.cases.play import Play
    from tests.conftest import City


@pytest.fixture
def limits(db: None) -> None:
    """Three categories; limits: 1 working day for all, 4 working hours for litter, 2 hours at once if dangerous."""
    from chuangcheng.framework.models import Category, TimeRule

    for code, zh, kind in (
        ("06010", "暴露垃圾", "matter"), ("04001F", "行道树异常", "matter"), ("07003", "违规户外广告", "matter"),
    ):  # fmt: skip
        Category.objects.create(
            code=code, zh=zh, kind=kind, class_code=code[:2], class_zh="类", taxonomy="GB/T 47678.5-2026"
        )
    for prefix, condition, amount, unit in (
        ("", "default", 1, "work_days"), ("06010", "default", 4, "work_hours"), ("", "dangerous", 2, "urgent_hours"),
    ):  # fmt: skip
        TimeRule.objects.create(category_code=prefix, condition=condition, amount=Decimal(amount), unit=unit)


@pytest.fixture
def play(small_city: City, personas: dict[str, Actor], limits: None, noon: datetime) -> Iterator[Play]:
    """The player, at noon of a Tuesday."""
    from tests.cases.play import Play

    return Play(personas, small_city.units)


@pytest.fixture
def make_site(small_city: City) -> Callable[[str], Site]:
    """Makes a market in community 永安 that the named unit answers for."""
    from chuangcheng.framework.models import Edition, SiteKind
    from chuangcheng.sites.models import Site

    edition = Edition.objects.create(code="E", name_zh="体系", version="1")
    kind = SiteKind.objects.create(edition=edition, code="market", prefix="MK", zh="农贸市场")
    community = small_city.communities[0]

    def make(unit: str) -> Site:
        return Site.objects.create(
            code=f"S-{unit}", name="永安市场", kind_code="market", kind=kind, unit=small_city.units[unit],
            division=community, division_path=community.path, lat=30.002, lon=120.002,
        )  # fmt: skip

    return make
