"""The small edition's site of the tests of sites, and a visit under way. Imports stand in the fixtures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.sites.conftest import edition, site  # noqa: F401

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.patrols.models import Visit
    from chuangcheng.sites.models import Site


@pytest.fixture
def visit(site: Site, personas: dict[str, Actor], noon: datetime) -> Visit:  # noqa: F811
    """An inspector's visit to 永安巷, under way."""
    from chuangcheng.patrols.actions import start_visit

    return start_visit(actor=personas["inspector"], site_id=site.pk, mode="patrol")
