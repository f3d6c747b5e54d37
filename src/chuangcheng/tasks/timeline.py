"""The story of a task for its page: history rows with the words that were said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chuangcheng.cases.timeline import Entry
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.label import Label
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.states import PETITION, TASK, VERBS

DEEDS: dict[str, Label] = {
    "task.created": Label("下达任务", "Task set"),
    **{f"task.{verb}": TASK.move(move).label for move, (verb, _topic) in VERBS.items()},
    "task.endorsed": PETITION.move("endorse").label,
    "task.declined": PETITION.move("decline").label,
    "task.retracted": PETITION.move("retract").label,
    "task.commented": Label("留言", "Comment"),
    "task.handed_over": Label("交接", "Handed over"),
    "task.carried": Label("随测评标准换版", "Followed its standard into a new edition"),
    "task.requested": Label("由程序办理", "Done by a program"),
    "task.made_routine": Label("设为周期任务", "Made to come back"),
    "petition.asked": TASK.move("petition").label,
    "petition.endorsed": PETITION.move("endorse").label,
    **{f"petition.{state.code}": state.label for state in PETITION.states if state.final},
    "routine.set": Label("设置周期任务", "Recurring task set"),
    "routine.ended": Label("停止周期任务", "Recurring task ended"),
}


def of_task(task: Task, entries: Sequence[TaskEntry]) -> list[Entry]:
    """Every history row of a task, first to last."""
    said = {entry.seq: entry.words for entry in entries}
    return [_entry(event, said.get(event.seq, "")) for event in events_of("task", task.pk)]


def _entry(event: Event, words: str) -> Entry:
    label = DEEDS.get(event.action, Label(event.action, event.action))
    return Entry(
        at=event.happened_at, action=event.action, label=label, actor=event.actor_label, reason=_moved(event.after),
        note=words, unit="", outcome="", due_at=None,
    )  # fmt: skip


def _moved(after: dict[str, Any]) -> Label | None:
    """What a step changed that its words may not say: the share, the date."""
    if "number" in after:
        return None
    zh, en = [], []
    if after.get("share") is not None:
        zh.append(f"进展 {after['share']}%")
        en.append(f"{after['share']}% done")
    if after.get("due_on"):
        zh.append(f"时限 {after['due_on']}")
        en.append(f"due {after['due_on']}")
    if after.get("petition_on"):
        zh.append(f"申请延至 {after['petition_on']}")
        en.append(f"asked for {after['petition_on']}")
    return Label("，".join(zh), ", ".join(en)) if zh else None
