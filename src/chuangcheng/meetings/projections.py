"""Meetings and their decisions held against their chains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chuangcheng.cases.chronicle import plain
from chuangcheng.history.projections import Difference, register
from chuangcheng.meetings.models import Decision, Meeting
from chuangcheng.meetings.steps import FACTS, QUIZZES
from chuangcheng.tasks.projections import told


def _wrong() -> Iterator[tuple[Meeting, dict[str, Any], bool]]:
    """Meetings with the facts in which history differs, and whether their decisions do."""
    known = told("meeting", (*FACTS, "decisions"))
    stored: dict[Any, dict[str, list[str]]] = {}
    for pk, meeting_id, lead, due in Decision.objects.values_list("pk", "meeting_id", "lead_id", "due_on"):
        stored.setdefault(meeting_id, {})[str(pk)] = [str(lead), due.isoformat()]
    for meeting in Meeting.objects.order_by("pk").iterator(chunk_size=500):
        facts = known.pop(meeting.pk, {})
        decisions = facts.pop("decisions", {})
        wrong = {name: value for name, value in facts.items() if plain(getattr(meeting, name)) != value}
        if wrong or not facts or decisions != stored.get(meeting.pk, {}):
            yield meeting, wrong, decisions != stored.get(meeting.pk, {})


def check() -> Iterator[Difference]:
    """Every fact of a meeting that its chain tells otherwise."""
    for meeting, wrong, decided in _wrong():
        for name, value in wrong.items():
            stands = plain(getattr(meeting, name))
            yield Difference(f"meeting {meeting.pk}", f"{name} is {stands}, history says {value}")
        if decided:
            yield Difference(f"meeting {meeting.pk}", "its decisions are not those that were recorded")
        if not wrong and not decided:
            yield Difference(f"meeting {meeting.pk}", "history knows nothing of it")


def rebuild() -> int:
    """Put the columns right; a decision's words cannot be made again from history."""
    written = 0
    for meeting, wrong, _decided in list(_wrong()):
        if wrong:
            written += Meeting.objects.filter(pk=meeting.pk).update(**wrong)
    return written


register("meetings.meeting", check, rebuild)
QUIZZES.register("meetings")
