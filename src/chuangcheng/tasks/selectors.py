"""Reading tasks: each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from chuangcheng.framework.models import Standard
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.tasks.models import Task, TaskEntry
from chuangcheng.tasks.policies import refusal, task_rows
from chuangcheng.tasks.states import OWED, RUNNING, TASK

SOON = timedelta(days=7)
#: A task given more time so often is marked.
OFTEN = 2


def visible_to(actor: Actor) -> QuerySet[Task]:
    """The tasks that the actor sees: led, supported or reviewed by the post's units, or in its area."""
    return Task.objects.filter(task_rows(actor))


def get_task_for(actor: Actor, task_id: UUID) -> Task:
    """One task with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related("lead__division", "reviewer", "standard", "leader", "owner", "routine")
    task = rows.filter(pk=task_id).first()
    if task is None:
        raise Refused("common.not_found")
    return task


def moves_for(actor: Actor, task: Task) -> list[Move]:
    """The moves that the state allows and this actor may take, in the table's order."""
    return [move for move in TASK.moves_from(task.state) if refusal(actor, move.name, task) is None]


def overdue(today: date) -> Q:
    """Tasks whose unit is late, an upkeep check that nobody made included."""
    return Q(state__in=RUNNING, due_on__lt=today)


def due_soon(today: date) -> Q:
    """Tasks due within a week, today included."""
    return Q(state__in=RUNNING, due_on__gte=today, due_on__lte=today + SOON)


def near(today: date) -> Q:
    """Tasks that are late or due within a week: what a unit looks at first."""
    return Q(state__in=RUNNING, due_on__lte=today + SOON)


def slipped(today: date) -> Q:
    """Running tasks beyond what was promised at first, by an extension or by being late."""
    return Q(state__in=OWED, due_on__gt=F("first_due_on")) | Q(state__in=OWED, due_on__lt=today)


def extended(which: str) -> Q:
    """Tasks given more time: ``yes`` once or more, ``often``; ``waiting``: their unit asks for it now."""
    if which == "waiting":
        return Q(petition_on__isnull=False)
    return Q(extensions__gte=OFTEN if which == "often" else 1)


def moved(first: datetime, end: datetime) -> Q:
    """Tasks on which progress was reported from ``first`` (included) to ``end`` (excluded)."""
    said = TaskEntry.objects.filter(verb="progressed", made_at__gte=first, made_at__lt=end)
    return Q(pk__in=said.values("task"))


def waiting_for(actor: Actor) -> QuerySet[Task]:
    """Requests to strike off whose turn is the actor's."""
    post = rights.post_of(actor)
    if post is None:
        return Task.objects.none()
    held = rights.roles()[post.role].permissions
    if "tasks.decide" in held:
        return visible_to(actor).filter(state="in_review", stage="office")
    if "tasks.review" in held:
        return visible_to(actor).filter(state="in_review", stage="subcommand", reviewer=post.unit_id)
    return Task.objects.none()


def standing(today: date) -> dict[str, Q]:
    """How tasks stand: running, overdue, due soon, in review. One may stand in several."""
    return {
        "running": Q(state__in=(*OWED, "in_review")), "overdue": overdue(today), "soon": due_soon(today),
        "in_review": Q(state="in_review"),
    }  # fmt: skip


def counts(rows: QuerySet[Task], today: date) -> dict[str, int]:
    """How many stand how; one query."""
    return rows.aggregate(**{name: Count("pk", filter=which) for name, which in standing(today).items()})


def entry_for(actor: Actor, entry_id: UUID) -> TaskEntry:
    """An entry of a task that the actor sees, or ``common.not_found``."""
    entry = TaskEntry.objects.select_related("task").filter(pk=entry_id, task__in=visible_to(actor)).first()
    if entry is None:
        raise Refused("common.not_found")
    return entry


def of_standard(actor: Actor, standard: Standard) -> QuerySet[Task]:
    """The tasks that a standard led to, those still open first."""
    return visible_to(actor).filter(standard=standard).select_related("lead").order_by("ended_on", "due_on")


def by_numbers(actor: Actor, numbers: Sequence[str]) -> list[Task]:
    """Tasks by their numbers; ``task.unknown_task`` names nothing more, so that numbers cannot be tried out."""
    found = list(visible_to(actor).filter(number__in=numbers))
    if len(found) != len(set(numbers)):
        raise Refused("task.unknown_task")
    return found


@dataclass(frozen=True, slots=True)
class Debt:
    """What a unit owes 欠账: tasks late now, the oldest date passed, the days late of all of them together; and how
    many of its running tasks slipped, by how many days in all; how many were given more time, and :data:`OFTEN`."""

    unit: Unit
    running: int
    late: int
    oldest: date | None
    late_days: int
    slipped: int
    slip_days: int
    extended: int
    often: int


def debts(rows: QuerySet[Task], today: date | None = None) -> list[Debt]:
    """The debt list 要账: units with late or slipped tasks, the most late days first."""
    day = today or clock.today().date()
    found: dict[UUID, list[Task]] = {}
    only = ("lead_id", "state", "due_on", "first_due_on", "ended_on", "extensions")
    for task in rows.filter(state__in=RUNNING).order_by().only(*only):
        found.setdefault(task.lead_id, []).append(task)
    units = Unit.objects.in_bulk(list(found))
    owed = [_debt(units[pk], tasks, day) for pk, tasks in found.items()]
    listed = [debt for debt in owed if debt.late or debt.slipped]
    return sorted(listed, key=lambda debt: (-debt.late_days, -debt.slip_days, debt.unit.official_order, debt.unit.code))


def _debt(unit: Unit, tasks: list[Task], today: date) -> Debt:
    late = [task.due_on for task in tasks if task.is_overdue(today)]
    slips = [days for task in tasks if task.state in OWED and (days := task.slip(today))]
    return Debt(unit, len(tasks), len(late), min(late, default=None), sum((today - day).days for day in late),
                len(slips), sum(slips), sum(task.extensions > 0 for task in tasks),
                sum(task.extensions >= OFTEN for task in tasks))  # fmt: skip
