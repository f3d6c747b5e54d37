"""A migrated home to copy, and one into which everything was imported."""

from __future__ import annotations

import pytest

from tests.homes import Home, home, migrated_home

__all__ = ["home", "migrated_home"]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The path of each kind's file."""
    from tests.cli import town

    folder = tmp_path_factory.mktemp("files")
    made = {kind: str(write(folder / name)) for kind, (name, write, _) in town.FILES.items()}
    return {**made, "requests311": str(town.requests(folder / "requests.csv.gz"))}


@pytest.fixture(scope="session")
def hall(migrated_home: Home, files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home into which everything was imported by commands, in the order of the manual. Copy it before changing it."""
    from tests.cli.town import run

    home = migrated_home.copy_to(tmp_path_factory.mktemp("hall") / "home")
    run(home, "import", "framework", "--sample", "--publish")
    for kind in ("divisions", "units", "sites", "hotline", "requests311"):
        run(home, "import", kind, files[kind])
    return home
