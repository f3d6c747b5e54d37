"""Tasks that hang on a person, and who takes them over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people.handover import Held, holds
from chuangcheng.people.models import Person
from chuangcheng.people.successors import stays_open
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import TASK
from chuangcheng.tasks.steps import locked, note

stays_open("tasks", Label("任务", "Tasks"), lambda: (Task.objects.filter(state__in=TASK.open_states()), "lead"))
PARTS = {"owner": Label("责任人", "Person responsible"), "leader": Label("责任领导", "Leader responsible")}


@holds("tasks", Label("任务", "Tasks"))
class Tasks:
    """Open tasks by their owner and their leader."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """The most urgent first; who is both stands twice."""
        rows = Task.objects.filter(Q(owner__in=persons) | Q(leader__in=persons), state__in=TASK.open_states())
        for task in rows.order_by("due_on", "number"):
            for part, how in PARTS.items():
                person = getattr(task, f"{part}_id")
                if person in persons:
                    yield Held(person, f"{part}:{task.pk}", task.number, how, ("task", task.pk))

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """In every state alike, also under review: what is asked for and by when stays."""
        changes: dict[UUID, dict[str, UUID]] = {}
        for one in held:
            part, _, pk = one.ref.partition(":")
            changes.setdefault(UUID(pk), {})[f"{part}_id"] = successor.pk
        for task_id in sorted(changes, key=str):
            note(locked(task_id), "handed_over", actor, changes=changes[task_id])
