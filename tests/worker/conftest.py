"""A migrated home to copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tables
from tests.homes import Home


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Made once; copy it before changing anything."""
    return Home(tables.copy_home(tmp_path_factory.mktemp("template") / "home"))


@pytest.fixture
def home(migrated_home: Home, tmp_path: Path) -> Home:
    """A migrated, empty home of the test's own."""
    return migrated_home.copy_to(tmp_path / "home")
