"""Rights of the room tasks, and whose ledgers a post sees."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post, Unit
from chuangcheng.people.rights import Permission, Scope, declare
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.states import PETITION, STAGES, TASK

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
    system may do everything, but nobody moves a date past a petition that waits."""
    if move in _OF_DATES and task.petition_on is not None:
        return Refused("task.petition_waits", number=task.number)
    if actor == SYSTEM:
        return None
    permission = TASK.move(move).permission
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, permission):
        return Refused("common.not_allowed", permission=rights.declared()[permission].label)
    if move in _OF_REVIEW:
        return _review_refusal(post, move, task)
    if move == "petition" and task.supports.filter(pk=post.unit_id).exists():
        return None
    reaches = _reports(post, task) if permission == "tasks.report" else leads(rights.scope_of(post), task.lead)
    return None if reaches else Refused("task.other_unit", unit=task.lead.short_name)


def allow(actor: Actor, move: str, task: Task) -> None:
    """Raise what stands against it."""
    found = refusal(actor, move, task)
    if found is not None:
        raise found


_OF_REVIEW = ("pass", "send_back", "strike_off", "uphold")
_OF_DATES = ("petition", "postpone")


def _reports(post: Post, task: Task) -> bool:
    """The unit that leads a task reports on it, or one above in its area: not whoever watches its line."""
    path = task.lead.division.path if task.lead.division else ""
    return task.lead_id == post.unit_id or path.startswith(rights.scope_of(post).paths)


def _review_refusal(post: Post, move: str, task: Task) -> Refused | None:
    """Unit, sub-command, office: each at its own turn, and nobody passes what they asked for or passed before."""
    decides = "tasks.decide" in rights.roles()[post.role].permissions
    if task.state != "in_review":
        return None if decides else Refused("task.not_your_turn", stage=STAGES["office"])
    done = (task.submitted_by_id, task.passed_by_id)
    return _turn_refusal(post, task, task.stage, done, passes=move == "pass", back=move == "send_back")


def _turn_refusal(
    post: Post, task: Task, stage: str, done: tuple[UUID | None, ...], *, passes: bool, back: bool
) -> Refused | None:
    """``done``: the persons who asked and who passed it on; ``back``: the move gives it back to the unit."""
    decides = "tasks.decide" in rights.roles()[post.role].permissions
    is_turn = decides if stage == "office" else task.reviewer_id == post.unit_id
    if not is_turn and not (back and decides):
        return Refused("task.not_your_turn", stage=STAGES[stage])
    if passes and stage == "office":
        return Refused("task.last_stage")
    return Refused("task.own_work") if post.person_id in done and not back else None


def petition_refusal(actor: Actor, move: str, task: Task, petition: Petition) -> Refused | None:
    """Why this actor may not take the move on a petition that waits; None if nothing stands against it. The way is
    that of a request to strike off; the unit that asked takes it back."""
    if actor == SYSTEM:
        return None
    permission = PETITION.move(move).permission
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, permission):
        return Refused("common.not_allowed", permission=rights.declared()[permission].label)
    if move == "retract":
        return None if post.unit_id == petition.unit_id else Refused("task.other_unit", unit=petition.unit.short_name)
    done = (petition.asked_by_id, petition.passed_by_id)
    return _turn_refusal(post, task, petition.stage, done, passes=move == "endorse", back=move == "decline")
