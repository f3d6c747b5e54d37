"""Every move of a task by one name, with what it needs, tried and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks import actions
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.steps import FACTS

Run = Callable[..., object]

#: Move → the action and all that it needs, so that nothing but rights and state can stand against it.
MOVES: dict[str, tuple[Run, dict[str, Any]]] = {
    "progress": (actions.report_progress, {"words": "已开工", "share": 40}),
    "submit": (actions.submit_task, {"words": "已完成"}),
    "withdraw": (actions.withdraw_task, {}),
    "pass": (actions.pass_task, {"words": "属实"}),
    "strike_off": (actions.strike_off, {"words": "同意"}),
    "send_back": (actions.send_back, {"words": "照片不清"}),
    "uphold": (actions.uphold_task, {"words": "保持", "days": 30}),
    "check": (actions.check_upkeep, {"words": "仍然整洁"}),
    "relapse": (actions.mark_relapse, {"words": "又有积存"}),
    "amend": (actions.amend_task, {"goal": "日产日清"}),
    "arrange": (actions.arrange_task, {"measure": "错峰清运"}),
    "postpone": (actions.extend_task, {"words": "连续降雨"}),
    "petition": (actions.ask_extension, {"words": "管线迁改尚未完成"}),
    "void": (actions.void_task, {"words": "与他项合并"}),
}
#: The same for a petition that waits.
ANSWERS: dict[str, tuple[Run, dict[str, Any]]] = {
    "endorse": (actions.endorse_petition, {"words": "情况属实"}),
    "grant": (actions.grant_petition, {"words": "同意"}),
    "decline": (actions.decline_petition, {"words": "理由不足"}),
    "retract": (actions.retract_petition, {}),
}
DATED = {"relapse": 60, "postpone": 40, "petition": 50}


def move(name: str, actor: Actor, task_id: UUID, **instead: Any) -> object:
    """Take a move with all that it needs; ``instead`` says otherwise."""
    action, given = MOVES.get(name) or ANSWERS[name]
    due = {"due_on": clock.today().date() + timedelta(days=DATED[name])} if name in DATED else {}
    return action(actor=actor, task_id=task_id, **{**given, **due, **instead})


def held(task_id: UUID) -> tuple[Any, ...]:
    """All that a move may leave behind: the row, its words, history and what was told upwards."""
    row = Task.objects.filter(pk=task_id).values(*FACTS, "problem", "measure", "goal", "chain_seq").get()
    return (
        row, TaskEntry.objects.filter(task=task_id).count(), Event.objects.count(), Outbox.objects.count(),
        sorted(Task.supports.through.objects.filter(task=task_id).values_list("unit_id", flat=True), key=str),
    )  # fmt: skip


def tried(name: str, actor: Actor, task_id: UUID, **instead: Any) -> str:
    """What comes of a move, then everything as before: "" or the code of the refusal, which leaves nothing behind."""
    before = held(task_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                move(name, actor, task_id, **instead)
        except Refused as refused:
            assert held(task_id) == before, f"{name} was refused and left something"
            return refused.code
        assert held(task_id) != before, f"{name} was taken and left nothing"
        transaction.set_rollback(True)
    return ""
