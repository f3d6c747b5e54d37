"""The city's units with their ledgers, and a way to plan meetings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.conftest import limits, play
from tests.tasks.conftest import ledger, make

if TYPE_CHECKING:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.meetings.models import Meeting

__all__ = ["ledger", "limits", "make", "plan", "play", "present"]
Plan = Callable[..., Any]


@pytest.fixture
def plan(ledger: dict[str, Any], personas: dict[str, Actor]) -> Plan:
    """Plans a meeting: ``plan(kind="office", days=2, actor="office", unit="office", units=("department",), **input)``."""
    from chuangcheng.kernel import clock
    from chuangcheng.meetings import actions

    def set_up(
        kind: str = "office", days: float = 2, actor: str = "office", unit: str = "office",
        units: tuple[str, ...] = ("department", "street"), **more: Any,
    ) -> Meeting:  # fmt: skip
        given: dict[str, Any] = {
            "kind": kind, "title": "周例会", "unit": ledger[unit], "starts_at": clock.now() + timedelta(days=days),
            "units": tuple(ledger[name] for name in units), "place": "三楼会议室", **more,
        }  # fmt: skip
        meeting, created = actions.plan_meeting(actor=personas[actor], given=actions.MeetingInput(**given))
        assert created
        return meeting

    return set_up


@pytest.fixture
def present(plan: Plan, personas: dict[str, Actor]) -> Plan:
    """Plans a meeting and holds it, an hour ago: ``present(**as for plan)``."""
    from chuangcheng.meetings import actions

    def hold(**more: Any) -> Meeting:
        meeting = plan(**{"days": -1 / 24, **more})
        return actions.hold_meeting(actor=personas[more.get("actor", "office")], meeting_id=meeting.pk)

    return hold
