"""The day on one sheet: every figure is what its list shows, nothing is typed, own lines are few and one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.bulletins import daysheet, specs
from chuangcheng.bulletins.models import DayLine
from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import roles
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.conftest import NOON
from tests.tasks.conftest import TODAY, Make


@pytest.fixture
def busy(play: Play, make: Make, ledger: Any) -> dict[str, Case]:
    """A day of the street: cases handed out, due, late, flagged and closed; tasks set, due and late."""
    late, due = play.handling(), play.handling()
    Case.objects.filter(pk=late.pk).update(due_at=NOON - timedelta(days=2), flagged_at=NOON)
    Case.objects.filter(pk=due.pk).update(due_at=NOON + timedelta(hours=3))
    closed = play.closed()
    make("street", days=0)
    Task.objects.filter(pk=make("street").pk).update(due_on=TODAY - timedelta(days=1))
    make("department")
    return {"late": late, "due": due, "closed": closed}


def figures(sheet: daysheet.Sheet) -> dict[str, int]:
    return {line.spec.name: line.count for part in sheet.parts for line in part.lines}


def test_the_day_of_a_street(busy: dict[str, Case], personas: Any, ledger: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        sheet = daysheet.assemble(personas["street"], specs.Scope(ledger["street"]), TODAY)
    assert len(queries) <= 5
    found = figures(sheet)
    assert found == {
        "due": found["due"], "overdue": 1, "tasks_due": 1, "tasks_late": 1, "replies_due": 0, "meetings": 0, "received": 3,
        "tasks_set": 2, "ordered": 0, "flagged": 1, "visits": 0, "visits_failed": 0, "closed": 1, "quickfixes": 0,
        "tasks_moved": 0,
    }  # fmt: skip
    lines = {line.spec.name: line for part in sheet.parts for line in part.lines}
    assert lines["overdue"].rows == ((busy["late"].number, f"/desk/cases/{busy['late'].pk}/"),)
    assert lines["closed"].rows[0][0] == busy["closed"].number and lines["received"].more == 0
    assert "area=990100%2F990101%2F990101001%2F" in lines["received"].url
    assert f"unit={ledger['street'].pk}" in lines["tasks_set"].url and "set_from=2026-09-15" in lines["tasks_set"].url


def test_a_department_by_unit_the_office_by_all_and_another_street_nothing(
    busy: dict[str, Case], personas: Any, ledger: Any
) -> None:
    department = figures(daysheet.assemble(personas["department"], specs.Scope(ledger["department"]), TODAY))
    assert (department["received"], department["tasks_set"], department["tasks_late"]) == (0, 1, 0)
    whole = figures(daysheet.assemble(personas["office"], specs.Scope(), TODAY))
    assert (whole["received"], whole["tasks_set"], whole["overdue"]) == (3, 3, 1)
    other = daysheet.assemble(personas["street2"], specs.Scope(ledger["street2"]), TODAY)
    assert set(figures(other).values()) == {0}
    assert all(line.rows == () for part in other.parts for line in part.lines)
    assert daysheet.assemble(CITIZEN, specs.Scope(), TODAY).parts[0].lines == ()


def test_another_day_has_no_standing_figures(busy: dict[str, Case], personas: Any, ledger: Any) -> None:
    for days in (-1, 1):
        sheet = daysheet.assemble(personas["street"], specs.Scope(ledger["street"]), TODAY + timedelta(days=days))
        found = figures(sheet)
        assert not {"overdue", "tasks_late"} & set(found)
        assert (found["received"], found["tasks_set"], found["closed"]) == (0, 0, 0)
    with clock.at(NOON + timedelta(days=1)):
        again = figures(daysheet.assemble(personas["street"], specs.Scope(ledger["street"]), TODAY))
    assert (again["received"], again["closed"], again["flagged"]) == (3, 1, 1), "the day itself stays what it was"


def test_more_rows_than_are_named_are_counted(personas: Any, make: Make, ledger: Any) -> None:
    for _number in range(daysheet.SHOWN + 3):
        make("street")
    sheet = daysheet.assemble(personas["street"], specs.Scope(ledger["street"]), TODAY)
    line = next(line for part in sheet.parts for line in part.lines if line.spec.name == "tasks_set")
    assert (line.count, len(line.rows), line.more) == (11, 8, 3)


def test_lines_of_one_s_own(personas: Any, ledger: Any) -> None:
    street, unit = personas["street"], ledger["street"]
    line = daysheet.add_line(actor=street, unit=unit, day=TODAY, part="plan", words="  上午陪同测评组  ")
    sheet = daysheet.assemble(street, specs.Scope(unit), TODAY)
    assert [[own.words for own in part.own] for part in sheet.parts] == [["上午陪同测评组"], [], []]
    for wrong in ({"words": " "}, {"words": "长" * 81}, {"part": "week"}):
        with pytest.raises(Refused, match=r"common\.invalid"):
            daysheet.add_line(**{"actor": street, "unit": unit, "day": TODAY, "part": "plan", "words": "字", **wrong})
    for _number in range(5):
        daysheet.add_line(actor=street, unit=unit, day=TODAY, part="dispatch", words="字")
    with pytest.raises(Refused, match=r"common\.invalid"):
        daysheet.add_line(actor=street, unit=unit, day=TODAY, part="plan", words="第七条")
    assert daysheet.add_line(actor=street, unit=unit, day=TODAY + timedelta(days=1), part="plan", words="明天")
    with pytest.raises(Refused, match=r"common\.not_found"):
        daysheet.drop_line(actor=street, line_id=uuid4())
    with pytest.raises(Refused, match=r"bulletins\.other_unit"):
        daysheet.drop_line(actor=personas["street2"], line_id=line.pk)
    daysheet.drop_line(actor=street, line_id=line.pk)
    assert DayLine.objects.count() == 6


#: Who writes on whose sheet: the refusal, "" = allowed.
WRITERS = [
    ("office", "office", ""),
    ("office", "street", ""),
    ("subcommand", "subcommand", ""),
    ("subcommand", "department", "bulletins.other_unit"),
    ("district", "district", ""),
    ("department", "department", ""),
    ("department", "street", "bulletins.other_unit"),
    ("street", "street", ""),
    ("street", "street2", "bulletins.other_unit"),
    ("community", "community", ""),
    ("leader", "office", "common.not_allowed"),
    ("auditor", "office", "common.not_allowed"),
    ("inspector", "office", "common.not_allowed"),
    ("grid", "street", "common.not_allowed"),
]


@pytest.mark.parametrize(("who", "unit", "refusal"), WRITERS)
def test_who_writes_on_a_sheet(personas: Any, ledger: Any, who: str, unit: str, refusal: str) -> None:
    given = {"actor": personas[who], "unit": ledger[unit], "day": TODAY, "part": "plan", "words": "字"}
    if not refusal:
        assert daysheet.add_line(**given).unit == ledger[unit]
        return
    with pytest.raises(Refused) as refused:
        daysheet.add_line(**given)
    assert refused.value.code == refusal


#: Scope, whose area is counted by place.
AREAS = [
    ("office", ""),
    ("subcommand", ""),
    ("district", "990100/990101/"),
    ("department", ""),
    ("street", "990100/990101/990101001/"),
    ("street2", "990100/990101/990101002/"),
    ("community", ""),
]


@pytest.mark.parametrize(("unit", "path"), AREAS)
def test_streets_and_districts_are_counted_by_area(ledger: Any, unit: str, path: str) -> None:
    scope = specs.Scope(ledger[unit])
    assert scope.path == path
    by_unit = {"unit": str(ledger[unit].pk)}
    assert scope.query(specs.CASES) == ({"area": path} if path else by_unit)
    assert scope.query(specs.TASKS) == by_unit
    assert specs.Scope().query(specs.CASES) == {} and specs.Scope().path == ""


def test_every_figure_of_the_table_is_sound() -> None:
    from django.urls import reverse

    from chuangcheng.people.rights import declared

    used = {name for _label, names in daysheet.PARTS.values() for name in names}
    assert used <= set(specs.SPECS)
    for name, spec in specs.SPECS.items():
        assert spec.name == name and spec.label.zh and spec.label.en
        assert reverse(spec.kind.page) and reverse(spec.kind.one, args=[uuid4()])
        assert spec.kind.right in declared() and any(spec.kind.right in role.permissions for role in roles().values())
        assert bool(spec.days) == bool(spec.window), name


def test_weeks_and_days_begin_at_the_city_s_midnight() -> None:
    first, end = specs.week_of(TODAY - timedelta(days=1))
    assert (first.isoformat(), end.isoformat()) == ("2026-09-14T00:00:00+08:00", "2026-09-21T00:00:00+08:00")
    assert specs.midnights(TODAY, TODAY)[0] == specs.midnights(TODAY, TODAY)[1]


def test_re_checks_stand_on_the_day_they_are_due_and_on_the_day_of_the_look(
    play: Play, personas: Any, ledger: Any, settings: Any
) -> None:
    from chuangcheng.cases import actions
    from chuangcheng.cases.models import Recheck
    from tests.cases.play import picture

    settings.CITY = replace(settings.CITY, recheck_share=100)
    case = play.closed()
    actions.draw_rechecks(now=NOON)
    row = Recheck.objects.get(case=case)
    due = row.due_at.astimezone(clock.CITY_ZONE).date()

    def lines(who: str, day: Any, unit: str | None = None) -> dict[str, daysheet.Line]:
        sheet = daysheet.assemble(personas[who], specs.Scope(ledger[unit] if unit else None), day)
        return {line.spec.name: line for part in sheet.parts for line in part.lines if "rechecks" in line.spec.name}

    found = lines("office", due)["rechecks_due"]
    assert (found.count, found.rows) == (1, ((row.number, f"/desk/rechecks/{row.pk}/"),))
    assert all(word in found.url for word in ("/desk/rechecks/?", "state=waiting", f"due_from={due}", f"due_to={due}"))
    assert lines("office", due, "street")["rechecks_due"].count == 1, "by the area of the street"
    assert lines("office", due + timedelta(days=1))["rechecks_due"].count == 0
    own = lines("street", due, "street").get("rechecks_due")
    assert own is None or own.count == 0, "who did the work does not learn what waits"
    assert lines("department", due).get("rechecks_due") is None or lines("department", due)["rechecks_due"].count == 0
    actions.answer_recheck(actor=personas["office"], recheck_id=row.pk, fixed=True, photo=picture())
    assert lines("office", due)["rechecks_due"].count == 0, "it does not wait any more"
    done = lines("office", TODAY)["rechecks"]
    assert done.rows == found.rows and f"answered_from={TODAY}" in done.url
