"""What stands on the agenda by itself: who owes what, in which order, with the rows behind it; who sees which meeting;
kinds as data; figures of a year."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import actions, agenda, kinds, selectors
from chuangcheng.meetings.models import Meeting
from chuangcheng.people.models import Person
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY, Make

EVERY = """version = 1
[kinds.all]
zh = "全部"
en = "All"
agenda = ["flagged", "overdue", "arbitrating", "tasks", "unknown"]
"""


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that asks for all that can be collected."""
    found = kinds.parse(tomllib.loads(EVERY))
    monkeypatch.setattr(kinds, "current", lambda: found)
    monkeypatch.setattr("chuangcheng.meetings.inputs.current", lambda: found)


def owed(meeting: Meeting) -> list[tuple[str, str, int]]:
    return [(row.source, row.unit.short_name if row.unit else "", row.count) for row in meeting.items.all()]


def test_the_most_indebted_stand_first_and_only_the_invited(
    everything: None, plan: Plan, make: Make, play: Play, personas: Any
) -> None:
    for unit, number in (("department", 1), ("street", 3), ("street2", 2)):
        for _each in range(number):
            task = make(unit)
            Task.objects.filter(pk=task.pk).update(due_on=TODAY - timedelta(days=2))
    make("street")  # not late
    case = play.handling()
    Case.objects.filter(pk=case.pk).update(flagged_at=NOON, due_at=NOON - timedelta(days=1))
    Case.objects.filter(pk=play.handling().pk).update(flagged_at=None)
    waiting = play.handling()
    Case.objects.filter(pk=waiting.pk).update(state="arbitrating", arbiter=waiting.holder)
    every = plan(kind="all", units=())
    assert owed(every) == [
        ("flagged", "河东街道", 1), ("overdue", "河东街道", 1), ("arbitrating", "河东街道", 1),
        ("tasks", "河东街道", 3), ("tasks", "河西街道", 2), ("tasks", "城市管理局", 1),
    ]  # fmt: skip
    some = plan(kind="all", units=("department", "street2"))
    assert owed(some) == [("tasks", "河西街道", 2), ("tasks", "城市管理局", 1)]
    behind = selectors.rows_behind(personas["office"], every.items.all())
    for item in every.items.all():
        assert len(behind[item.pk]) == item.count == len(item.rows)
    assert {row.kind for rows in behind.values() for row in rows} == {"case", "task"}
    with CaptureQueriesContext(connection) as queries:
        selectors.rows_behind(personas["office"], every.items.all())
    assert len(queries) <= 4
    own = selectors.rows_behind(personas["street2"], every.items.all())
    assert sum(map(len, own.values())) == 2  # the others' debts are named by unit and number, not shown


def test_many_units_are_cut_and_many_rows_counted(everything: None, plan: Plan, make: Make, monkeypatch: Any) -> None:
    monkeypatch.setattr(agenda, "MOST", 1)
    monkeypatch.setattr(agenda, "KEPT", 2)
    for unit in ("street", "street", "street", "department"):
        Task.objects.filter(pk=make(unit).pk).update(due_on=TODAY - timedelta(days=2))
    item = plan(kind="all", units=()).items.get()
    assert (item.count, len(item.rows)) == (3, 2)


def test_instructions_that_nobody_answered(plan: Plan, personas: Any, ledger: Any) -> None:
    from chuangcheng.cases import actions as cases

    leader = Person.objects.get(username="leader")
    given = cases.InstructionInput(
        id=new_id(), leader_id=leader.pk, text="请限期整改", unit_ids=(ledger["street"].pk, ledger["department"].pk),
        given_on=TODAY, due_on=TODAY + timedelta(days=1),
    )  # fmt: skip
    row, _new = cases.enter_instruction(actor=personas["office"], given=given)
    assert owed(plan(kind="levels")) == []
    with clock.at(NOON + timedelta(days=4)):
        late = plan(kind="levels")
        assert owed(late) == [("instructions", "城市管理局", 1), ("instructions", "河东街道", 1)]
        behind = selectors.rows_behind(personas["street"], late.items.all())
    assert [(each.kind, each.number) for rows in behind.values() for each in rows] == [("instruction", row.number)] * 2


SEES = [
    # who, convened by, invited, state, sees
    ("office", "subcommand", ("street",), "planned", True),
    ("leader", "subcommand", ("street",), "planned", True),
    ("auditor", "subcommand", (), "called", True),
    ("subcommand", "subcommand", (), "planned", True),
    ("subcommand", "office", ("department",), "called", True),  # its line
    ("department", "office", ("department",), "planned", False),
    ("department", "office", ("department",), "called", True),
    ("department", "office", ("street",), "called", False),
    ("street", "office", ("street",), "postponed", True),
    ("street", "office", ("community",), "held", True),  # its area
    ("street", "office", ("street2",), "issued", False),
    ("district", "office", ("street2",), "issued", True),
    ("community", "office", ("street",), "called", False),
    ("community", "office", ("community",), "cancelled", True),
    ("grid", "office", ("street",), "called", False),
    ("inspector", "office", ("street",), "called", False),
]


@pytest.mark.parametrize(("who", "unit", "units", "state", "sees"), SEES)
def test_who_sees_which(
    plan: Plan, personas: Any, who: str, unit: str, units: tuple[str, ...], state: str, sees: bool
) -> None:
    meeting = plan(unit=unit, units=units)
    Meeting.objects.update(state=state)
    assert selectors.visible_to(personas[who]).exists() is sees
    if sees:
        assert selectors.get_meeting_for(personas[who], meeting.pk) == meeting
    else:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_meeting_for(personas[who], meeting.pk)
    assert not selectors.visible_to(CITIZEN).exists()


def test_persons_see_what_they_are_invited_to(plan: Plan, personas: Any) -> None:
    chaired = plan(units=(), chair=Person.objects.get(username="community"))
    named = plan(units=(), persons=(Person.objects.get(username="street2"),))
    Meeting.objects.update(state="called")
    assert [*selectors.visible_to(personas["community"])] == [chaired]
    assert [*selectors.visible_to(personas["street2"])] == [named]


def test_minutes_are_for_all_once_they_are_issued(present: Plan, personas: Any) -> None:
    meeting = present()
    assert selectors.reads_minutes(personas["office"], meeting)
    assert not selectors.reads_minutes(personas["street"], meeting)
    meeting.state = "issued"
    assert selectors.reads_minutes(personas["street"], meeting)


def test_buttons_follow_state_time_and_right(plan: Plan, personas: Any) -> None:
    meeting = plan()

    def buttons(who: str) -> list[str]:
        return [move.name for move in selectors.moves_for(personas[who], meeting)]

    assert buttons("office") == ["call", "build", "amend", "postpone", "cancel"]
    assert buttons("street") == buttons("subcommand") == []
    with clock.at(NOON + timedelta(days=3)):
        assert "hold" in buttons("office")


def test_figures_of_a_year(present: Plan, plan: Plan, personas: Any, ledger: Any) -> None:
    for days in (-1, -40, -41):
        present(kind="on_site", days=days)
    plan(kind="on_site", days=3)
    meeting = present(kind="topical", days=-2)
    for unit in ("street", "department"):
        given = actions.DecisionInput(words="整改", lead=ledger[unit], due_on=TODAY)
        actions.decide(actor=personas["office"], meeting_id=meeting.pk, given=given)
    actions.write_minutes(actor=personas["office"], meeting_id=meeting.pk, minutes="纪要")
    actions.issue_minutes(actor=personas["office"], meeting_id=meeting.pk)
    Task.objects.filter(lead=ledger["street"]).update(state="struck_off")
    rows = selectors.visible_to(personas["office"])
    with CaptureQueriesContext(connection) as queries:
        found = {tally.kind.code: (tally.held, tally.decisions, tally.done) for tally in selectors.tallies(rows, 2026)}
    assert len(queries) == 2
    assert found == {**dict.fromkeys(kinds.current(), (0, 0, 0)), "on_site": (3, 0, 0), "topical": (1, 2, 1)}
    assert selectors.by_month(rows, 2026) == {
        "on_site": [0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0], "topical": [0] * 8 + [1, 0, 0, 0],
    }  # fmt: skip
    assert selectors.by_month(rows, 2025) == {}
    week = selectors.between(rows, NOON - timedelta(days=3), NOON + timedelta(days=4))
    assert [row.kind for row in week] == ["topical", "on_site", "on_site"]


def test_the_built_in_kinds_hold_the_four_dispatches() -> None:
    found = kinds.current()
    assert [found[code].label.zh for code in ("on_site", "topical", "levels", "morning")] == [
        "现场调度", "专题调度", "分级调度", "晨巡调度",
    ]  # fmt: skip
    assert {code for code, kind in found.items() if kind.on_site} == {"on_site", "morning"}
    assert found["on_site"].year == 250 and found["headquarters"].year == 12
    every = {source for kind in found.values() for source in kind.agenda}
    assert every <= set(agenda.sources()), "nothing is asked for that nobody collects"
    assert kinds.kind_of("gone").label.zh == "gone" and kinds.kind_of("gone").agenda == ()


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "KeyError"),
    ({"kinds": {}}, "there is none"),
    ({"kinds": {"a": {"zh": "甲", "en": "A"}}}, "agenda"),
    ({"kinds": {"a": {"en": "A", "agenda": []}}}, "zh"),
    ({"kinds": {"a" * 17: {"zh": "甲", "en": "A", "agenda": []}}}, "ValueError"),
    ({"kinds": {"a": {"zh": "甲", "en": "A", "agenda": [], "year": -1}}}, "ValueError"),
    ({"kinds": {"a": {"zh": "甲", "en": "A", "agenda": [], "year": "many"}}}, "many"),
    ({"kinds": ["a"]}, "AttributeError"),
]


@pytest.mark.parametrize(("document", "what"), BAD)
def test_a_wrong_file_of_kinds_says_what_is_wrong(document: dict[str, Any], what: str) -> None:
    with pytest.raises(Refused) as refused:
        kinds.parse(document)
    assert refused.value.code == "meeting.bad_kinds" and what in refused.value.message("en")


def test_a_city_s_own_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    from dataclasses import replace

    monkeypatch.setattr(settings, "CITY", replace(settings.CITY, home=tmp_path))
    assert "on_site" in kinds.current()
    own = tmp_path / "meetings.toml"
    own.write_text(EVERY, encoding="utf-8")
    assert list(kinds.current()) == ["all"] == list(kinds.current())
    for second, wrong in enumerate(("kinds = 1", "[")):
        own.write_text(wrong, encoding="utf-8")
        os.utime(own, (second, second))
        assert list(kinds.current()) == ["all"], "a slip of the pen leaves what stood"
    assert "meetings.toml is not used" in caplog.text
    own.unlink()
    assert "on_site" in kinds.current()
