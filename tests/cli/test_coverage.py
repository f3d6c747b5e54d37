"""``chuangcheng coverage`` on an open home: the figures, their rows, and the exit code."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from chuangcheng.cli import home
from chuangcheng.cli.commands import coverage
from chuangcheng.cli.output import Result
from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own database stands for the home."""
    monkeypatch.setattr(home, "open_ready_home", lambda: None)


def run(*options: str) -> Result:
    parser = argparse.ArgumentParser()
    coverage.arguments(parser)
    return coverage.run(parser.parse_args(options))


def test_the_published_edition_is_looked_at_and_found_wanting(small_city: Any) -> None:
    with pytest.raises(Refused, match=r"operations\.edition_missing"):
        run()
    edition = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    told = run()
    assert told.code == 1
    assert {"standards", "units", "orphans", "double_leads", "without_evidence"} <= {*told.data}
    assert (told.data["orphans"], len(told.data["orphans_rows"])) == (3, 3)
    assert any("F-1-1-1" in line for line in told.lines)
    assign_by_role(actor=SYSTEM, edition=edition)
    told = run("--edition", "TEST-1")
    assert (told.code, told.data["orphans"], told.data["units"]) == (0, 0, 3)
    assert any("F-1-1-1 U-990101" in line for line in told.lines)  # what the district lacks
    with pytest.raises(Refused, match=r"operations\.edition_missing"):
        run("--edition", "NONE")
