"""Meetings and their decisions as programs of staff read them: in sight alone, and no decision before it may be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest

from chuangcheng.api import meetings as api
from chuangcheng.kernel.ids import new_id
from chuangcheng.meetings import actions
from chuangcheng.meetings.selectors import FATES
from chuangcheng.meetings.states import MEETING
from tests.api.conftest import Caller, is_problem
from tests.meetings.conftest import Plan, ledger, limits, make, plan, play, present
from tests.tasks.conftest import TODAY

__all__ = ["ledger", "limits", "make", "plan", "play", "present"]
LIST = "/api/v1/meetings"
Tokens = Callable[[str], str]


@pytest.fixture
def decided(present: Plan, ledger: Any, personas: Any) -> Any:
    """A meeting of an hour ago at which one thing was decided; its minutes are written and not issued."""
    meeting = present()
    given = actions.DecisionInput(words="月底前清理占道经营", lead=ledger["department"], supports=(ledger["street"],),
                                  due_on=TODAY + timedelta(days=10))  # fmt: skip
    actions.decide(actor=personas["office"], meeting_id=meeting.pk, given=given)
    return actions.write_minutes(actor=personas["office"], meeting_id=meeting.pk, minutes="会议议定一项。")


def test_the_codes_are_those_of_the_tables() -> None:
    assert set(get_args(api.State)) == {state.code for state in MEETING.states}
    assert set(get_args(api.Fate)) == set(FATES)


def test_the_list(caller: Caller, tokens: Tokens, plan: Plan, personas: Any) -> None:
    first, second = plan(days=1, title="甲会"), plan(days=2, title="乙会", kind="headquarters", units=("street2",))
    office = caller.get(LIST, token=tokens("office")).json()
    assert [row["title"] for row in office["items"]] == ["乙会", "甲会"] and office["next"] is None
    row = api.MeetingRow.model_validate(office["items"][1])
    assert (row.id, row.number, row.kind, row.state, row.place) == (
        first.pk, first.number, "office", "planned", "三楼会议室",
    )  # fmt: skip
    assert row.unit.name == "创城办" and row.starts_at == first.starts_at and row.issued_at is None
    page = caller.get(f"{LIST}?limit=1", token=tokens("office")).json()
    rest = caller.get(f"{LIST}?limit=1&cursor={page['next']}", token=tokens("office")).json()
    assert [page["items"][0]["title"], rest["items"][0]["title"], rest["next"]] == ["乙会", "甲会", None]
    actions.call_meeting(actor=personas["office"], meeting_id=second.pk)
    for query, found in (
        ("state=called", ["乙会"]),
        ("kind=office", ["甲会"]),
        ("kind=moon", []),
        ("kind=%00moon", []),
    ):
        rows = caller.get(f"{LIST}?{query}", token=tokens("office")).json()["items"]
        assert [each["title"] for each in rows] == found, query
    assert [each["title"] for each in caller.get(LIST, token=tokens("street2")).json()["items"]] == ["乙会"]
    is_problem(caller.get(f"{LIST}/{second.pk}", token=tokens("street")), 404, "common.not_found")
    is_problem(caller.get(f"{LIST}?state=odd", token=tokens("office")), 422, "common.invalid")
    is_problem(caller.get(f"{LIST}?cursor=moon", token=tokens("office")), 422, "api.bad_cursor")
    is_problem(caller.get(LIST, token=tokens("grid")), 403, "common.not_allowed")
    assert caller.get(LIST).status_code == 401


def test_decisions_are_read_once_the_minutes_are_issued(
    caller: Caller, tokens: Tokens, decided: Any, personas: Any
) -> None:
    one, listed = f"{LIST}/{decided.pk}", f"{LIST}/{decided.pk}/decisions"
    office = api.MeetingOut.model_validate(caller.get(one, token=tokens("office")).json())
    assert office.state == "minuted" and {each.unit.name for each in office.invited} == {"城市管理局", "河东街道"}
    (found,) = office.decisions or []
    assert (found.words, found.fate, found.task, found.lead.name) == ("月底前清理占道经营", "noted", None, "城市管理局")
    before = caller.get(one, token=tokens("department")).json()
    assert before["decisions"] is None and caller.get(listed, token=tokens("department")).json() == {"items": []}
    actions.issue_minutes(actor=personas["office"], meeting_id=decided.pk)
    (given,) = caller.get(listed, token=tokens("department")).json()["items"]
    after = api.DecisionOut.model_validate(given)
    assert (after.fate, after.due_on, [unit.name for unit in after.supports]) == (
        "running", TODAY + timedelta(days=10), ["河东街道"],
    )  # fmt: skip
    assert after.task == after.id, "its task has the decision's id"
    assert caller.get(one, token=tokens("department")).json()["decisions"] == [given]
    for path in (one, listed):
        is_problem(caller.get(path, token=tokens("street2")), 404, "common.not_found")
        is_problem(caller.get(path, token=tokens("grid")), 403, "common.not_allowed")
        assert caller.get(path).status_code == 401
    is_problem(caller.get(f"{LIST}/{new_id()}", token=tokens("office")), 404, "common.not_found")
    is_problem(caller.get(f"{LIST}/moon", token=tokens("office")), 422, "common.invalid")
