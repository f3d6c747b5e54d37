"""The facts of one week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from chuangcheng.cases.models import Report
from chuangcheng.kernel import clock
from chuangcheng.scoring import projector
from chuangcheng.scoring.models import DailyTotal
from tests.scoring.world import NOW

MONDAY = date(2026, 9, 14)


def report(world: Any, hours_ago: float, state: str = "received") -> Report:
    """A report received so many hours before Tuesday noon."""
    at = NOW - timedelta(hours=hours_ago)
    return Report.objects.create(
        number=world.number("SB"),
        body_digest="",
        state=state,
        source="portal",
        text="有垃圾",
        observed_at=at,
        received_at=at,
    )


def fill(world: Any) -> None:
    """Reports, cases, visits and scores of the week that began 36 hours before."""
    for hours, state in ((1, "received"), (2, "filed"), (3, "linked"), (4, "not_accepted"), (37, "filed")):
        report(world, hours, state)
    units, garbage = world.city.units, world.categories["06010"]
    hour = timedelta(hours=1)
    world.case(filed_at=NOW - hour, category=garbage, due_days=1)
    world.case(filed_at=NOW - 2 * hour, category=garbage, community=2)
    # due this week: one closed in time, one closed late, one overdue and open
    closed = {"state": "closed", "outcome": "fixed", "closed_at": NOW - hour}
    world.case(due_days=-0.5, on_time=True, **closed)
    world.case(due_days=-0.5, on_time=False, rework_count=1, **closed)
    world.case(due_days=-0.5, holder=units["street"])
    world.case(due_days=-9, holder=units["street"])
    world.case(due_days=-9, holder=units["department"])
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    old = world.visit("M1", {"I1": "A", "I2": "C#"}, days_ago=20)
    put_right = {"state": "closed", "outcome": "fixed", "closed_at": NOW - timedelta(days=15), "on_time": True}
    world.case(check=old.checks.get(item__code="I2"), **put_right)
    world.visit("M1", {"I1": "A", "I2": "B", "I3": "NA"}, days_ago=1, score="83")
    world.visit("M2", {"I1": "A", "I2": "C#"}, days_ago=0.5, score="50")
    world.project()
    DailyTotal.objects.create(edition=world.edition, day=date(2026, 9, 13), points=60.0, coverage=0.8)


def assemble(world: Any, actor: Any) -> Any:
    """The draft of that week, on Tuesday noon."""
    from chuangcheng.bulletins import actions

    with clock.at(NOW):
        projector.project()
        return actions.assemble_week(actor=actor, week_start=MONDAY)
