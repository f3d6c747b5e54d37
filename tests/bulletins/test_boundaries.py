"""Where a week begins and ends: at the city's midnights, whatever the server's clock or UTC says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chuangcheng.bulletins import actions, figures
from chuangcheng.bulletins.models import Weekly
from chuangcheng.cases.models import Report
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from chuangcheng.scoring.models import DailyTotal
from tests.bulletins.week import MONDAY

LATER = datetime.fromisoformat("2026-11-01T09:00:00+08:00")
#: (instant, the Monday of the week that it belongs to). The city is eight hours ahead of UTC.
INSTANTS = [
    ("2026-09-13T23:59:59.999999+08:00", "2026-09-07"),
    ("2026-09-14T00:00:00+08:00", "2026-09-14"),
    ("2026-09-13T15:59:59+00:00", "2026-09-07"),
    ("2026-09-13T16:00:00+00:00", "2026-09-14"),
    ("2026-09-14T00:30:00+08:00", "2026-09-14"),  # in UTC still Sunday
    ("2026-09-20T23:59:00+08:00", "2026-09-14"),
    ("2026-09-20T15:59:59.999999+00:00", "2026-09-14"),
    ("2026-09-21T00:00:00+08:00", "2026-09-21"),
]


def counted(world: Any, name: str) -> dict[str, int]:
    """The figure in each of three weeks, looked at long afterwards."""
    with clock.at(LATER):
        weeks = [MONDAY + timedelta(days=7 * step) for step in (-1, 0, 1)]
        return {week.isoformat(): figures.assemble(world.edition, week)[name]["value"] for week in weeks}


def only(week: str) -> dict[str, int]:
    return {day: int(day == week) for day in ("2026-09-07", "2026-09-14", "2026-09-21")}


@pytest.mark.parametrize(("instant", "week"), INSTANTS)
def test_a_report_belongs_to_the_week_of_its_city_s_day(world: Any, instant: str, week: str) -> None:
    at = datetime.fromisoformat(instant)
    Report.objects.create(
        number="SB1", body_digest="", state="received", source="portal", text="有垃圾", observed_at=at, received_at=at
    )
    assert counted(world, "reports_received") == only(week)


@pytest.mark.parametrize(("instant", "week"), INSTANTS)
def test_a_case_belongs_to_the_weeks_of_its_days(world: Any, instant: str, week: str) -> None:
    """Filed, due and closed at one instant: three figures, one week."""
    at = datetime.fromisoformat(instant)
    case = world.case(filed_at=at, state="closed", outcome="fixed", closed_at=at, on_time=True, category=None)
    type(case).objects.filter(pk=case.pk).update(due_at=at)
    for name in ("cases_filed", "cases_closed", "cases_due", "cases_on_time"):
        assert counted(world, name) == only(week), name


@pytest.mark.parametrize(("instant", "week"), INSTANTS)
def test_a_visit_belongs_to_the_week_in_which_it_ended(world: Any, instant: str, week: str) -> None:
    world.site("M1")
    visit = world.visit("M1", {"I1": "A", "I2": "B"}, score="83")
    at = datetime.fromisoformat(instant)
    type(visit).objects.filter(pk=visit.pk).update(started_at=at - timedelta(days=1), finished_at=at)
    for name in ("visits", "sites_visited", "failed_checks"):
        assert counted(world, name) == only(week), name


def test_a_visit_under_way_or_given_up_counts_nowhere(world: Any) -> None:
    world.site("M1")
    for state in ("open", "abandoned"):
        visit = world.visit("M1", {"I1": "A"}, score="100")
        type(visit).objects.filter(pk=visit.pk).update(state=state)
    assert set(counted(world, "visits").values()) == {0}
    assert set(counted(world, "checks").values()) == {0}


@pytest.mark.parametrize(
    ("now", "assembled"),
    [
        ("2026-09-20T23:59:59+08:00", "2026-09-07"),  # Sunday night: the week before the one that runs
        ("2026-09-21T00:00:00+08:00", "2026-09-14"),
        ("2026-09-20T16:00:00+00:00", "2026-09-14"),  # the same instant
        ("2026-09-21T07:00:00+08:00", "2026-09-14"),  # in UTC still Sunday
        ("2026-09-27T23:59:00+08:00", "2026-09-14"),
        ("2027-01-04T00:10:00+08:00", "2026-12-28"),
    ],
)
def test_the_worker_assembles_the_week_that_has_just_ended(world: Any, now: str, assembled: str) -> None:
    with clock.at(datetime.fromisoformat(now)):
        weekly = actions.assemble_last_week()
    assert weekly is not None
    assert weekly.week_start.isoformat() == assembled


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-09-20T23:59:59+08:00", False), ("2026-09-21T00:00:00+08:00", True)]
)
def test_a_week_may_be_assembled_from_its_first_midnight_on(world: Any, personas: Any, now: str, allowed: bool) -> None:
    from chuangcheng.kernel.problems import Refused

    with clock.at(datetime.fromisoformat(now)):
        if allowed:
            assert actions.assemble_week(actor=personas["office"], week_start=date(2026, 9, 21)).issue == 1
        else:
            with pytest.raises(Refused, match=r"bulletins\.future"):
                actions.assemble_week(actor=personas["office"], week_start=date(2026, 9, 21))


def test_what_is_overdue_is_so_at_the_week_s_last_midnight(world: Any) -> None:
    """One falls due in the last second of Sunday, one with the first of Monday, one is filed only then."""
    midnight = datetime.fromisoformat("2026-09-21T00:00:00+08:00")
    for due, filed in ((-1, -3600), (0, -3600), (-1, 1)):
        case = world.case(filed_at=midnight + timedelta(seconds=filed))
        type(case).objects.filter(pk=case.pk).update(due_at=midnight + timedelta(seconds=due))
    with clock.at(LATER):
        assert figures.assemble(world.edition, MONDAY)["cases_overdue"]["value"] == 1
        assert figures.assemble(world.edition, MONDAY + timedelta(days=7))["cases_overdue"]["value"] == 3


def test_the_change_is_reckoned_from_the_newest_day_before_the_week(week: Any) -> None:
    for day, points in ((date(2026, 9, 12), 10.0), (date(2026, 9, 14), 99.0), (date(2026, 8, 1), 1.0)):
        DailyTotal.objects.create(edition=week.edition, day=day, points=points, coverage=0.8)
    with clock.at(datetime.fromisoformat("2026-09-15T12:00:00+08:00")):
        found = figures.assemble(week.edition, MONDAY)
        assert found["score_change"]["value"] == round(found["score"]["value"] - 60.0, 2)  # the thirteenth's


@pytest.mark.parametrize(("joins", "sites"), [(False, ["M1"]), (True, [])])
def test_what_was_not_put_right_yet_has_not_relapsed(world: Any, joins: bool, sites: list[str]) -> None:
    """This week's check joined the case of the check before, which was closed only afterwards; or had its own."""
    world.site("M1")
    before = world.visit("M1", {"I2": "C#"}, days_ago=10).checks.get()
    case = world.case(check=before, state="closed", outcome="fixed", closed_at=LATER, on_time=True)
    again = world.visit("M1", {"I2": "B"}, days_ago=0.5).checks.get()
    if joins:
        type(again).objects.filter(pk=again.pk).update(case=case)
    else:
        world.case(check=again)
    with clock.at(LATER):
        found = figures.assemble(world.edition, MONDAY)["relapses"]["value"]
    assert [row["site"] for row in found] == sites


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_follow_the_order_of_assembly_and_stay(world: Any, personas: Any) -> None:
    mondays = [MONDAY - timedelta(days=7 * weeks) for weeks in (0, 2, 1)]
    with clock.at(LATER):
        made = [actions.assemble_week(actor=personas["office"], week_start=day) for day in mondays]
        assert [weekly.issue for weekly in made] == [1, 2, 3]
        again = [actions.assemble_week(actor=personas["office"], week_start=day) for day in reversed(mondays)]
    assert [weekly.issue for weekly in again] == [3, 2, 1]
    assert {weekly.pk for weekly in made} == {weekly.pk for weekly in again}
    assert Weekly.objects.count() == 3


def test_a_new_edition_counts_from_one(world: Any, personas: Any) -> None:
    from chuangcheng.framework.models import Edition

    with clock.at(LATER):
        actions.assemble_week(actor=personas["office"], week_start=MONDAY)
        Edition.objects.filter(pk=world.edition.pk).update(state="frozen")
        Edition.objects.create(code="NEXT", name_zh="新体系", version="2", state="published")
        versions.forget()
        fresh = actions.assemble_week(actor=personas["office"], week_start=MONDAY)
    assert (fresh.issue, fresh.edition.code, Weekly.objects.count()) == (1, "NEXT", 2)
