"""Rights of the room tasks, and whose ledgers a post sees."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post, Unit
from chuangcheng.people.rights import Permission, Scope, declare
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import STAGES, TASK

declare(
    Permission("tasks.view", Label("查看任务", "See tasks")),
    Permission("tasks.edit", Label("下达和修改任务", "Set and change tasks")),
    Permission("tasks.report", Label("填报任务进展", "Report on tasks")),
    Permission("tasks.review", Label("审核销号申请", "Review requests to strike off")),
    Permission("tasks.decide", Label("销号、延期和作废任务", "Strike off, extend and void tasks")),
)


def task_rows(actor: Actor, permission: str = "tasks.view") -> Q:
    """The tasks in reach: led by the scope's units, their line or units of its area; reviewed by its units. Seeing
    reaches those too which they support."""
    scope = rights.scope(actor, permission)
    if scope.everything or actor == SYSTEM:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    rows = Q(lead__in=rights.with_line(scope)) | Q(reviewer__in=scope.units)
    for path in scope.paths:
        rows |= Q(lead__division__path__startswith=path)
    if permission == "tasks.view":
        supported = Task.supports.through.objects.filter(unit__in=scope.units)
        rows |= Q(pk__in=supported.values("task_id"))
    return rows


def leads(scope: Scope, unit: Unit) -> bool:
    """Whether the scope reaches a unit as the lead of a task."""
    path = unit.division.path if unit.division else ""
    return scope.reaches(unit_id=unit.pk, path=path) or unit.pk in rights.with_line(scope)


def allow_lead(actor: Actor, unit: Unit) -> None:
    """Setting tasks for this unit. Refused: ``common.not_allowed``, ``task.other_unit``."""
    if actor != SYSTEM and not leads(rights.scope_of(rights.require(actor, "tasks.edit")), unit):
        raise Refused("task.other_unit", unit=unit.short_name)


def refusal(actor: Actor, move: str, task: Task) -> Refused | None:
    """Why this actor may not take the move on this task, the state apart; None if nothing stands against it. The
    system may do everything."""
    if actor == SYSTEM:
        return None
    permission = TASK.move(move).permission
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, permission):
        return Refused("common.not_allowed", permission=rights.declared()[permission].label)
    if move in _OF_REVIEW:
        return _review_refusal(post, move, task)
    reaches = _reports(post, task) if permission == "tasks.report" else leads(rights.scope_of(post), task.lead)
    return None if reaches else Refused("task.other_unit", unit=task.lead.short_name)


def allow(actor: Actor, move: str, task: Task) -> None:
    """Raise what stands against it."""
    found = refusal(actor, move, task)
    if found is not None:
        raise found


_OF_REVIEW = ("pass", "send_back", "strike_off", "uphold")


def _reports(post: Post, task: Task) -> bool:
    """The unit that leads a task reports on it, or one above in its area: not whoever watches its line."""
    path = task.lead.division.path if task.lead.division else ""
    return task.lead_id == post.unit_id or path.startswith(rights.scope_of(post).paths)


def _review_refusal(post: Post, move: str, task: Task) -> Refused | None:
    """Unit, sub-command, office: each at its own turn, and nobody passes what they asked for or passed before."""
    decides = "tasks.decide" in rights.roles()[post.role].permissions
    if task.state != "in_review":
        return None if decides else Refused("task.not_your_turn", stage=STAGES["office"])
    is_turn = decides if task.stage == "office" else task.reviewer_id == post.unit_id
    if not is_turn and not (move == "send_back" and decides):
        return Refused("task.not_your_turn", stage=STAGES[task.stage])
    if move == "pass" and task.stage == "office":
        return Refused("task.last_stage")
    if post.person_id in (task.submitted_by_id, task.passed_by_id) and move != "send_back":
        return Refused("task.own_work")
    return None
