"""The table of figures, row by row: which case, task, reply, visit or quick fix counts for which unit in which days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.bulletins import daysheet, specs, summarising, summary_text
from chuangcheng.bulletins.models import Summary
from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.people.models import Unit
from chuangcheng.tasks.models import Task, TaskEntry
from tests.cases.play import Play
from tests.tasks.conftest import Make

MONDAY = date(2026, 9, 14)
FIRST, END = specs.week_of(MONDAY)
INSIDE = FIRST + timedelta(days=1)
SECOND = timedelta(microseconds=1)
NOW = END + timedelta(hours=1)


def counted(name: str, unit: Any) -> int:
    """How many rows the figure counts for the unit in the week, by the grouped query."""
    spec = specs.SPECS[name]
    rows = spec.rows(spec.kind.model._default_manager.all(), FIRST, END, NOW)
    found = rows.order_by().values(whose=spec.kind.unit).annotate(n=Count("pk"))
    by_unit = {row["whose"]: row["n"] for row in found}
    assert rows.filter(spec.kind.of(unit)).count() == by_unit.get(unit.pk, 0), "both ways of asking agree"
    return int(by_unit.get(unit.pk, 0))


#: Figure, what the case is like, whether it counts.
CASES: list[tuple[str, dict[str, Any], int]] = [
    ("received", {"dispatched_at": FIRST}, 1),
    ("received", {"dispatched_at": FIRST - SECOND}, 0),
    ("received", {"dispatched_at": END - SECOND}, 1),
    ("received", {"dispatched_at": END}, 0),
    ("received", {"dispatched_at": None}, 0),
    ("received", {"dispatched_at": INSIDE, "state": "void"}, 0),
    ("received", {"dispatched_at": INSIDE, "state": "merged"}, 0),
    ("received", {"dispatched_at": INSIDE, "state": "suspended"}, 0),
    ("received", {"dispatched_at": INSIDE, "state": "closed"}, 1),
    ("due", {"due_at": FIRST}, 1),
    ("due", {"due_at": END}, 0),
    ("due", {"due_at": FIRST - SECOND}, 0),
    ("due", {"due_at": None}, 0),
    ("due", {"due_at": INSIDE, "state": "closed"}, 1),
    ("due", {"due_at": INSIDE, "state": "void"}, 0),
    ("closed", {"state": "closed", "closed_at": INSIDE}, 1),
    ("closed", {"state": "closed", "closed_at": FIRST - SECOND}, 0),
    ("closed", {"state": "closed", "closed_at": END}, 0),
    ("closed", {"state": "handling", "closed_at": INSIDE}, 0),  # opened again since
    ("on_time", {"state": "closed", "closed_at": INSIDE, "on_time": True}, 1),
    ("on_time", {"state": "closed", "closed_at": INSIDE, "on_time": None}, 1),  # without a limit nobody is late
    ("on_time", {"state": "closed", "closed_at": INSIDE, "on_time": False}, 0),
    ("on_time", {"state": "closed", "closed_at": END, "on_time": True}, 0),
    ("reworked", {"state": "closed", "closed_at": INSIDE, "rework_count": 1}, 1),
    ("reworked", {"state": "closed", "closed_at": INSIDE, "rework_count": 0}, 0),
    ("reworked", {"state": "verified", "closed_at": INSIDE, "rework_count": 2}, 0),
    ("rectified", {"state": "closed", "closed_at": INSIDE, "source": "patrol"}, 1),
    ("rectified", {"state": "closed", "closed_at": INSIDE, "source": "portal"}, 0),
    ("rectified", {"state": "closed", "closed_at": END, "source": "patrol"}, 0),
    ("flagged", {"flagged_at": INSIDE}, 1),
    ("flagged", {"flagged_at": FIRST - SECOND}, 0),
    ("flagged", {"flagged_at": None}, 0),
    ("overdue", {"due_at": NOW - SECOND}, 1),
    ("overdue", {"due_at": NOW}, 0),
    ("overdue", {"due_at": FIRST - timedelta(days=90)}, 1),
    ("overdue", {"due_at": FIRST, "state": "suspended"}, 0),
    ("overdue", {"due_at": FIRST, "state": "closed"}, 0),
    ("overdue", {"due_at": None}, 0),
]


def test_which_cases_count(play: Play, ledger: Any) -> None:
    case = play.handling()
    clear = {"state": "handling", "dispatched_at": None, "due_at": None, "closed_at": None, "flagged_at": None,
             "on_time": None, "handled_at": None, "rework_count": 0, "source": "portal"}  # fmt: skip
    wrong = []
    for name, changes, number in CASES:
        Case.objects.filter(pk=case.pk).update(**{**clear, **changes})
        if counted(name, ledger["street"]) != number or counted(name, ledger["street2"]) != 0:
            wrong.append((name, changes))
    assert wrong == []


#: Holder, responsible unit, whose it is.
OWNERS = [
    ("street", "street", "street"),
    ("street", "department", "street"),
    ("department", "street", "department"),
    ("", "street", "street"),  # closed: nobody holds it, who answered for it did it
    ("", "department", "department"),
    ("", "", ""),
]


def test_whose_a_case_is(play: Play, ledger: Any) -> None:
    case = play.handling()
    for holder, responsible, owner in OWNERS:
        units = {"holder": ledger.get(holder), "responsible": ledger.get(responsible)}
        Case.objects.filter(pk=case.pk).update(dispatched_at=INSIDE, **units)
        assert {name: counted("received", ledger[name]) for name in ("street", "department", "street2")} == {
            name: int(name == owner) for name in ("street", "department", "street2")
        }  # fmt: skip


#: Figure, what the task is like, whether it counts.
TASKS: list[tuple[str, dict[str, Any], int]] = [
    ("tasks_due", {"due_on": MONDAY}, 1),
    ("tasks_due", {"due_on": MONDAY - timedelta(days=1)}, 0),
    ("tasks_due", {"due_on": MONDAY + timedelta(days=6)}, 1),
    ("tasks_due", {"due_on": MONDAY + timedelta(days=7)}, 0),
    ("tasks_due", {"due_on": MONDAY, "state": "upheld"}, 1),  # an upkeep check
    ("tasks_set", {"created_at": FIRST}, 1),
    ("tasks_set", {"created_at": FIRST - SECOND}, 0),
    ("tasks_set", {"created_at": END}, 0),
    ("tasks_ended", {"state": "struck_off", "ended_on": MONDAY}, 1),
    ("tasks_ended", {"state": "struck_off", "ended_on": MONDAY + timedelta(days=6)}, 1),
    ("tasks_ended", {"state": "struck_off", "ended_on": MONDAY + timedelta(days=7)}, 0),
    ("tasks_ended", {"state": "void", "ended_on": MONDAY}, 0),
    ("tasks_ended", {"state": "under_way", "ended_on": None}, 0),
    ("tasks_late", {"due_on": NOW.astimezone(CITY_ZONE).date() - timedelta(days=1)}, 1),
    ("tasks_late", {"due_on": NOW.astimezone(CITY_ZONE).date()}, 0),
    ("tasks_late", {"due_on": MONDAY, "state": "in_review"}, 0),
    ("tasks_late", {"due_on": MONDAY, "state": "upheld"}, 1),
    ("tasks_late", {"due_on": MONDAY, "state": "struck_off"}, 0),
    ("tasks_moved", {}, 0),
]


def test_which_tasks_count(make: Make, ledger: Any) -> None:
    task = make("street")
    clear = {"state": "under_way", "due_on": date(2027, 1, 1), "created_at": END + timedelta(days=9), "ended_on": None}
    wrong = []
    for name, changes, number in TASKS:
        Task.objects.filter(pk=task.pk).update(**{**clear, **changes})
        if counted(name, ledger["street"]) != number or counted(name, ledger["department"]) != 0:
            wrong.append((name, changes))
    assert wrong == []


#: Verb, when it was said, whether the task moved.
SAID = [
    ("progressed", FIRST, 1),
    ("progressed", END - SECOND, 1),
    ("progressed", FIRST - SECOND, 0),
    ("progressed", END, 0),
    ("commented", INSIDE, 0),
    ("submitted", INSIDE, 0),
]


def test_which_tasks_moved(make: Make, ledger: Any) -> None:
    task = make("street")
    for number, (verb, at, moved) in enumerate(SAID, 90):
        TaskEntry.objects.all().delete()
        for twice in (0, 100):  # said twice, moved once
            TaskEntry.objects.create(task=task, seq=number + twice, verb=verb, words="x", made_at=at)
        assert counted("tasks_moved", ledger["street"]) == moved, (verb, at)


def test_two_weeks_in_one_query_are_told_apart(make: Make, ledger: Any, django_assert_num_queries: Any) -> None:
    days = {
        0: INSIDE,
        1: FIRST,
        2: FIRST - SECOND,
        3: FIRST - timedelta(days=7),
        4: FIRST - timedelta(days=7, seconds=1),
    }
    for at in days.values():
        Task.objects.filter(pk=make("street").pk).update(created_at=at)
    with clock.at(NOW), django_assert_num_queries(1):
        found = summarising._two_weeks(specs.SPECS["tasks_set"], MONDAY)
    assert {unit: (len(ids), last) for unit, (ids, last) in found.items()} == {ledger["street"].pk: (2, 2)}


#: Name, its page, the days' filter, other filters: what links promise for years.
ADDRESSES = [
    ("received", "/desk/cases/", "dispatched", {"counted": "yes"}),
    ("due", "/desk/cases/", "due", {"counted": "yes"}),
    ("closed", "/desk/cases/", "closed", {"state": "closed"}),
    ("on_time", "/desk/cases/", "closed", {"status": "done"}),
    ("reworked", "/desk/cases/", "closed", {"state": "closed", "reworked": "yes"}),
    ("rectified", "/desk/cases/", "closed", {"state": "closed", "source": "patrol"}),
    ("flagged", "/desk/cases/", "flagged", {}),
    ("overdue", "/desk/cases/", "", {"status": "overdue"}),
    ("tasks_due", "/desk/tasks/", "due", {}),
    ("tasks_set", "/desk/tasks/", "set", {}),
    ("tasks_moved", "/desk/tasks/", "moved", {}),
    ("tasks_ended", "/desk/tasks/", "ended", {"state": "struck_off"}),
    ("tasks_late", "/desk/tasks/", "", {"late": "overdue"}),
    ("more_asked", "/desk/tasks/petitions/", "asked", {}),
    ("more_granted", "/desk/tasks/petitions/", "decided", {"state": "granted"}),
    ("visits", "/desk/visits/", "finished", {}),
    ("visits_failed", "/desk/visits/", "finished", {"failed": "yes"}),
    ("quickfixes", "/desk/quickfixes/", "fixed", {}),
    ("ordered", "/desk/instructions/", "entered", {}),
    ("replies_due", "/desk/instructions/", "due", {}),
    ("replies", "/desk/instructions/", "replied", {}),
    ("replies_met", "/desk/instructions/", "replied", {"due": "met"}),
    ("rechecks_due", "/desk/rechecks/", "due", {"state": "waiting"}),
    ("rechecks", "/desk/rechecks/", "answered", {}),
    ("meetings", "/desk/meetings/", "starts", {}),
]


@pytest.mark.parametrize(("name", "path", "days", "query"), ADDRESSES)
def test_where_the_rows_stand(name: str, path: str, days: str, query: dict[str, str]) -> None:
    from urllib.parse import parse_qsl, urlsplit

    found = urlsplit(specs.SPECS[name].url({"unit": "7"}, MONDAY, MONDAY + timedelta(days=7)))
    period = {f"{days}_from": "2026-09-14", f"{days}_to": "2026-09-20"} if days else {}
    assert (found.path, dict(parse_qsl(found.query))) == (path, {"unit": "7", **query, **period})


def test_the_addresses_are_all_written_out() -> None:
    assert [name for name, *_rest in ADDRESSES] == [*specs.SPECS]


FIGURES = st.fixed_dictionaries(
    {name: st.lists(st.integers(0, 5000), min_size=2, max_size=2) for name in summarising.NAMES}
)


def summary(figures: dict[str, list[Any]]) -> Summary:
    unit = Unit(code="A", name="甲单位", short_name="甲")
    made = datetime(2026, 9, 21, tzinfo=CITY_ZONE)
    return Summary(unit=unit, week_start=MONDAY, figures=figures, assembled_at=made, due_at=made)


@settings(max_examples=25)
@given(FIGURES)
def test_sentences_and_table_say_the_same(figures: dict[str, list[int]]) -> None:
    row = summary(figures)
    said = [piece for _heading, pieces in summary_text.sentences(row) for piece in pieces if piece.url]
    lines = {line.name: line for line in summary_text.compared(row)}
    assert sorted(int(piece.text) for piece in said) == sorted(now for now, _last in figures.values())
    for name, (now, last) in figures.items():
        line = lines[name]
        assert (int(line.now), int(line.before), int(line.change)) == (now, last, now - last)
        assert line.url in {piece.url for piece in said}


@settings(max_examples=25)
@given(st.lists(FIGURES, min_size=1, max_size=5))
def test_sums_are_sums(many: list[dict[str, list[int]]]) -> None:
    rows = [summary(figures) for figures in many]
    sums = summary_text.totals(rows)
    for name in summarising.NAMES:
        assert sums[name] == [sum(row[name][at] for row in many) for at in (0, 1)]
    table = summary_text.compose_all(rows, MONDAY).sections[1].table
    assert table is not None and [len(line) for line in table.rows] == [len(table.headers)] * len(rows)


@settings(max_examples=25)
@given(FIGURES, st.sampled_from(sorted(summarising.NAMES)))
def test_what_is_unknown_is_a_dash_or_left_out(figures: dict[str, list[Any]], name: str) -> None:
    figures = {**figures, name: [figures[name][0], None]}
    line = next(line for line in summary_text.compared(summary(figures)) if line.name == name)
    assert (line.before, line.change) == ("—", "")
    gone = {key: value for key, value in figures.items() if key != name}
    assert name not in {line.name for line in summary_text.compared(summary(gone))}
    assert summary_text.compose(summary(gone)).sections


@settings(max_examples=25)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_days_are_the_city_s_whole_days(day: date, length: int) -> None:
    first, end = specs.midnights(day, day + timedelta(days=length))
    assert end - first == timedelta(days=length) and first.astimezone(CITY_ZONE).date() == day
    assert (first.astimezone(CITY_ZONE).hour, end.astimezone(CITY_ZONE).hour) == (0, 0)


def test_the_parts_of_a_day_name_each_figure_once() -> None:
    names = [name for _label, listed in daysheet.PARTS.values() for name in listed]
    assert len(names) == len(set(names)) and set(daysheet._STANDING) <= set(names)
    assert [label.zh for label, _listed in daysheet.PARTS.values()] == ["今日计划", "今日调度", "今日督查"]
