"""What may be entered for a meeting and a decision: each bound from both sides, in both languages, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings.inputs import FAR, MOST_UNITS, DecisionInput, MeetingInput, check_decision, check_meeting
from chuangcheng.people.models import Person, Unit

NOW = datetime(2026, 9, 15, 4, tzinfo=UTC)
TODAY = date(2026, 9, 15)
UNIT, OTHER = Unit(code="A", short_name="甲"), Unit(code="B", short_name="乙")
SECOND = timedelta(seconds=1)


def meeting(**more: Any) -> MeetingInput:
    return MeetingInput(**{"kind": "office", "title": "例会", "unit": UNIT, "starts_at": NOW, **more})


def decision(**more: Any) -> DecisionInput:
    return DecisionInput(**{"words": "整改", "lead": UNIT, "due_on": TODAY, **more})


def wrong(check: Any, given_row: Any, now: Any) -> list[tuple[str, str]]:
    """(field, code) of everything that is wrong."""
    try:
        check(given_row, now)
    except Refused as refused:
        assert refused.code == "common.invalid"
        assert all(problem.said("en").isascii() and problem.said("zh-hans") for problem in refused.fields)
        return [(problem.field, problem.code) for problem in refused.fields]
    return []


#: Changes to a sound meeting, what is wrong with it.
MEETINGS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"kind": "on_site"}, []),
    ({"kind": "topical"}, []),
    ({"kind": "levels"}, []),
    ({"kind": "morning"}, []),
    ({"kind": "headquarters"}, []),
    ({"kind": "theme"}, []),
    ({"kind": ""}, [("kind", "choice")]),
    ({"kind": "OFFICE"}, [("kind", "choice")]),
    ({"title": "长" * 120}, []),
    ({"title": "长" * 121}, [("title", "length")]),
    ({"title": ""}, [("title", "required")]),
    ({"title": " \t\n"}, [("title", "required")]),
    ({"title": "\u200b"}, [("title", "required")]),
    ({"title": "a\0b"}, [("title", "length")]),
    ({"place": ""}, []),
    ({"place": "长" * 120}, []),
    ({"place": "长" * 121}, [("place", "length")]),
    ({"place": "\0"}, [("place", "length")]),
    ({"starts_at": NOW + FAR - SECOND}, []),
    ({"starts_at": NOW + FAR}, [("starts_at", "far")]),
    ({"starts_at": NOW - FAR + SECOND}, []),
    ({"starts_at": NOW - FAR}, [("starts_at", "far")]),
    ({"units": (UNIT,) * MOST_UNITS}, []),
    ({"units": (UNIT,) * (MOST_UNITS + 1)}, [("units", "many")]),
    ({"kind": "x", "title": "", "place": "长" * 121, "starts_at": NOW + FAR}, [
        ("kind", "choice"), ("title", "required"), ("place", "length"), ("starts_at", "far"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "problems"), MEETINGS)
def test_a_meeting_is_looked_through(changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert wrong(check_meeting, meeting(**changes), NOW) == problems


#: Changes to a sound decision, what is wrong with it.
DECISIONS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"words": "字" * 2000}, []),
    ({"words": "字" * 2001}, [("words", "length")]),
    ({"words": ""}, [("words", "required")]),
    ({"words": " \n "}, [("words", "required")]),
    ({"words": "a\0"}, [("words", "length")]),
    ({"due_on": TODAY + timedelta(days=1)}, []),
    ({"due_on": TODAY - timedelta(days=1)}, [("due_on", "past")]),
    ({"due_on": TODAY + timedelta(days=5 * 366)}, []),
    ({"due_on": TODAY + timedelta(days=5 * 366 + 1)}, [("due_on", "far")]),
    ({"supports": (OTHER,)}, []),
    ({"supports": (UNIT,)}, [("supports", "lead")]),
    ({"supports": (OTHER, UNIT)}, [("supports", "lead")]),
    ({"words": "", "due_on": TODAY - timedelta(days=9), "supports": (UNIT,)}, [
        ("words", "required"), ("due_on", "past"), ("supports", "lead"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "problems"), DECISIONS)
def test_a_decision_is_looked_through(changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert wrong(check_decision, decision(**changes), TODAY) == problems


#: Changes that make another body, and those that do not.
BODIES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"id": UUID(int=7)}, True),
    ({"title": "别的"}, False),
    ({"kind": "theme"}, False),
    ({"place": "一楼"}, False),
    ({"unit": OTHER}, False),
    ({"starts_at": NOW + SECOND}, False),
    ({"units": (OTHER,)}, False),
    ({"persons": (Person(username="p"),)}, False),
    ({"chair": Person(username="p")}, False),
]


@pytest.mark.parametrize(("changes", "same"), BODIES)
def test_equal_bodies_are_equal(changes: dict[str, Any], same: bool) -> None:
    assert (meeting().body() == meeting(**changes).body()) is same


@settings(max_examples=25)
@given(st.permutations([Unit(code=str(number)) for number in range(6)]))
def test_the_order_of_units_says_nothing(units: list[Unit]) -> None:
    assert meeting(units=tuple(units)).body() == meeting(units=tuple(reversed(units))).body()


@settings(max_examples=25)
@given(st.text(max_size=130))
def test_any_title_is_taken_or_refused_by_name(title: str) -> None:
    assert {field for field, _code in wrong(check_meeting, meeting(title=title), NOW)} <= {"title"}
