"""Writing meetings: planning and calling them, holding them, what was decided, the minutes."""

from chuangcheng.meetings.actions.holding import decide, drop_decision, hold_meeting, issue_minutes, write_minutes
from chuangcheng.meetings.actions.planning import (
    add_item,
    amend_meeting,
    build_agenda,
    call_meeting,
    cancel_meeting,
    drop_item,
    note_read,
    plan_meeting,
    postpone_meeting,
)
from chuangcheng.meetings.inputs import DecisionInput, MeetingInput

__all__ = [
    "DecisionInput", "MeetingInput", "add_item", "amend_meeting", "build_agenda", "call_meeting", "cancel_meeting",
    "decide", "drop_decision", "drop_item", "hold_meeting", "issue_minutes", "note_read", "plan_meeting",
    "postpone_meeting", "write_minutes",
]  # fmt: skip
