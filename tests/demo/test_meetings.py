"""The demo's meetings: every kind, decisions that became tasks, some of them done, one meeting ahead."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.demo.found import Cast
from chuangcheng.demo.meetings import PLOTS, Meetings
from chuangcheng.demo.stage import Stage
from chuangcheng.meetings import projections, selectors
from chuangcheng.meetings.kinds import current
from chuangcheng.meetings.models import Decision, Meeting
from chuangcheng.notices.actions import sink
from tests.conftest import NOON
from tests.sites.conftest import edition
from tests.tasks.conftest import ledger

__all__ = ["edition", "ledger"]


def play(cast: Cast, days: int) -> Stage:
    stage = Stage(random.Random(7), NOON - timedelta(days=days), NOON)
    Meetings(stage, cast, 7).schedule()
    with sink():
        stage.play(lambda _day: None, lambda _share, _text: None)
    return stage


@pytest.fixture
def cast(edition: Any, ledger: Any, personas: Any) -> Cast:
    """One department, one street, their sub-command, the office and a leader."""
    units = {"BM01": ledger["department"], "JD01": ledger["street"], "CCB": ledger["office"]}
    made = Cast(edition, units=units, named={name: personas[name] for name in ("office", "leader")})
    made.posted = {
        ("department", "BM01"): [personas["department"]], ("street", "JD01"): [personas["street"]],
        ("subcommand", "U-FZH1"): [personas["subcommand"]],
    }  # fmt: skip
    return made


def test_the_plots_show_every_kind_and_every_end() -> None:
    assert {plot.kind for plot in PLOTS} == set(current())
    assert {end for plot in PLOTS for _words, _days, end in plot.decisions} == {"d", "r", "-"}
    assert sum(plot.days < 0 for plot in PLOTS) == 1 and len(PLOTS) >= 12
    assert all(len(plot.decisions) <= plot.units for plot in PLOTS), "each decision has a lead of its own"
    assert all(len(plot.title) <= 120 and plot.place for plot in PLOTS)


def test_every_meeting_is_played(cast: Cast) -> None:
    stage = play(cast, 92)
    assert not stage.refused
    assert Meeting.objects.filter(state="issued").count() == len(PLOTS) - 1
    ahead = Meeting.objects.get(state="called")
    assert ahead.previous is not None and ahead.previous.title == "指挥部第六次会议"
    fates = {row.fate(NOON.date()) for row in Decision.objects.select_related("task")}
    assert fates >= {"done", "late", "running"} and "noted" not in fates
    assert selectors.asked_again(ahead)
    assert list(projections.check()) == []


def test_a_young_city_has_only_its_last_meetings(cast: Cast) -> None:
    assert not play(cast, 8).refused
    assert 1 <= Meeting.objects.count() < len(PLOTS)
