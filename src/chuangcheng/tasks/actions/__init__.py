"""Writing tasks: entering, working, reviewing, keeping, and those that come back."""

from chuangcheng.tasks.actions.entry import amend_task, arrange_task, create_task
from chuangcheng.tasks.actions.keeping import check_upkeep, extend_task, mark_relapse, void_task
from chuangcheng.tasks.actions.petitions import (
    ask_extension,
    decline_petition,
    endorse_petition,
    grant_petition,
    retract_petition,
)
from chuangcheng.tasks.actions.review import pass_task, send_back, strike_off, submit_task, uphold_task, withdraw_task
from chuangcheng.tasks.actions.routines import end_routine, make_due, set_routine
from chuangcheng.tasks.actions.working import add_comment, report_progress
from chuangcheng.tasks.inputs import TaskInput
from chuangcheng.tasks.proof import store_proof

__all__ = [
    "TaskInput", "add_comment", "amend_task", "arrange_task", "ask_extension", "check_upkeep", "create_task",
    "decline_petition", "end_routine", "endorse_petition", "extend_task", "grant_petition", "make_due", "mark_relapse",
    "pass_task", "report_progress", "retract_petition", "send_back", "set_routine", "store_proof", "strike_off",
    "submit_task", "uphold_task", "void_task", "withdraw_task",
]  # fmt: skip
