"""``chuangcheng weekly``: the city's report and the summaries of units, in this process."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from chuangcheng.bulletins.models import Summary, Weekly
from chuangcheng.cli import home, main
from chuangcheng.kernel import clock
from tests.conftest import NOON
from tests.scoring.conftest import world

__all__ = ["world"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command on the test's own database; (exit code, stdout)."""
    monkeypatch.setattr(home, "choose", lambda _options: None)
    monkeypatch.setattr(home, "open_ready_home", lambda: None)

    def call(*arguments: str) -> tuple[int, str]:
        with clock.at(NOON):
            code = main.main(["weekly", *arguments])
        return code, capsys.readouterr().out

    return call


def test_the_summaries_of_all_units(run: Any, small_city: Any) -> None:
    code, out = run("--units", "--json")
    found = json.loads(out)
    assert code == 0 and found.pop("seconds") >= 0
    assert found == {"week": "2026-09-07", "units": 4, "written": 4, "edited": 0, "handed_in": 0}
    assert json.loads(run("--units", "--json")[1])["written"] == 0
    code, out = run("--units", "--week", "2026-09-14")
    assert code == 0 and "4" in out and Summary.objects.filter(week_start=date(2026, 9, 14)).count() == 4


def test_the_city_s_report(run: Any, world: Any) -> None:
    code, out = run("--json")
    assert code == 0 and json.loads(out)["issue"] == 1 and Weekly.objects.get().week_start == date(2026, 9, 7)


@pytest.mark.parametrize(("week", "code"), [("2026-09-15", 1), ("2026-09-21", 1)])
def test_weeks_that_cannot_be_are_refused(run: Any, small_city: Any, week: str, code: int) -> None:
    assert run("--units", "--week", week)[0] == code and not Summary.objects.exists()
