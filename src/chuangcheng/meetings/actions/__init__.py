"""Writing meetings: planning and calling them, holding them, what was decided, the minutes, quizzes."""

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
from chuangcheng.meetings.actions.quizzes import answer_quiz, open_quiz, set_questions, withdraw_quiz
from chuangcheng.meetings.inputs import DecisionInput, MeetingInput

__all__ = [
    "DecisionInput", "MeetingInput", "add_item", "amend_meeting", "answer_quiz", "build_agenda", "call_meeting",
    "cancel_meeting", "decide", "drop_decision", "drop_item", "hold_meeting", "issue_minutes", "note_read", "open_quiz",
    "plan_meeting", "postpone_meeting", "set_questions", "withdraw_quiz", "write_minutes",
]  # fmt: skip
