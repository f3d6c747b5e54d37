"""A published small edition, and one site. Imports stand in the fixtures: Django is not set up when this is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chuangcheng.framework.models import Edition
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.sites.models import Site


@pytest.fixture
def edition(small_city: Any) -> Edition:
    from chuangcheng.framework.actions import load_edition, publish_edition
    from chuangcheng.kernel.actor import SYSTEM
    from tests.framework.editions import small

    return publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))


@pytest.fixture
def site(edition: Edition, small_city: Any, personas: dict[str, Actor]) -> Site:
    """永安巷 in the community 永安, answered for by 河东街道."""
    from chuangcheng.sites.actions import save_site

    return save_site(
        actor=personas["office"], code="D001", name="永安巷", kind_code="lane", unit=small_city.units["street"],
        lat=30.003, lon=120.002, address="永安路1号",
    )  # fmt: skip
