"""Which columns of a petition follow from its history, and the end of one that nobody needs any more."""

from __future__ import annotations

from chuangcheng.history.folding import Folded
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.states import PETITION

PETITIONS = Folded(Petition, (
    "task_id", "unit_id", "from_on", "wanted_on", "granted_on", "state", "stage", "asked_by_id", "asked_at",
    "passed_by_id", "decided_by_id", "decided_at",
))  # fmt: skip


def waiting_of(task: Task) -> Petition | None:
    """The petition that waits, under the task's lock; None if none does."""
    rows = Petition.objects.select_for_update(of=("self",)).select_related("unit")
    return rows.filter(task=task, state="waiting").first() if task.petition_on is not None else None


def lapse(task: Task, actor: Actor) -> None:
    """End the one that waits: the task's own step says why."""
    petition = waiting_of(task)
    if petition is not None:
        state = PETITION.next(petition.state, "lapse")
        PETITIONS.change(petition, state, actor, {"state": state, "stage": "", "decided_at": clock.now()})
