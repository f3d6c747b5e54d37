"""Reading petitions for more time: what is in sight, whose turn it is, and what each unit asked for and got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.policies import petition_refusal, task_rows
from chuangcheng.tasks.states import PETITION

STATES = tuple(state.code for state in PETITION.states)


def visible_to(actor: Actor) -> QuerySet[Petition]:
    """The petitions on tasks that the actor sees."""
    return Petition.objects.filter(task__in=Task.objects.filter(task_rows(actor)))


def turn_of(actor: Actor) -> QuerySet[Petition]:
    """The petitions that wait for the actor's post, as requests to strike off do."""
    post = rights.post_of(actor)
    held = rights.roles()[post.role].permissions if post else frozenset()
    rows = visible_to(actor).filter(state="waiting")
    if "tasks.decide" in held:
        return rows.filter(stage="office")
    if post is not None and "tasks.review" in held:
        return rows.filter(stage="subcommand", task__reviewer=post.unit_id)
    return rows.none()


def of_task(task: Task) -> list[Petition]:
    """All petitions on a task, the newest first, with what its page shows."""
    rows = task.petitions.select_related("unit", "entry", "answer", "asked_by", "decided_by")
    return list(rows.order_by("-asked_at", "-id"))


def moves_for(actor: Actor, task: Task) -> list[Move]:
    """The moves on what waits that this actor may take; none if nothing does."""
    petition = task.petitions.filter(state="waiting").select_related("unit").first() if task.petition_on else None
    if petition is None:
        return []
    offered = [move for move in PETITION.moves_from(petition.state) if move.name != "lapse"]
    return [move for move in offered if petition_refusal(actor, move.name, task, petition) is None]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many petitions of a unit stand how, how many were asked for after the date, and the days granted."""

    unit: Unit
    asked: int
    counts: dict[str, int]
    after_limit: int
    days: int


def by_unit(rows: QuerySet[Petition]) -> list[Tally]:
    """What each unit asked for and got, the most asked first, equal ones in official order."""
    late = Q(asked_on__gt=F("from_on"))
    figures = {code: Count("pk", filter=Q(state=code)) for code in STATES}
    dated = rows.annotate(asked_on=TruncDate("asked_at", tzinfo=CITY_ZONE)).order_by()
    found = dated.values("unit").annotate(asked=Count("pk"), late=Count("pk", filter=late), **figures)
    counted: dict[UUID, dict[str, Any]] = {row["unit"]: dict(row) for row in found}
    units = Unit.objects.in_bulk(list(counted))
    days = _granted_days(rows)
    tallies = [
        Tally(units[pk], row["asked"], {code: row[code] for code in STATES}, row["late"], days.get(pk, 0))
        for pk, row in counted.items()
    ]
    return sorted(tallies, key=lambda each: (-each.asked, each.unit.official_order, each.unit.code))


def _granted_days(rows: QuerySet[Petition]) -> dict[UUID, int]:
    """Days between two columns add up alike on every database only here."""
    found: dict[UUID, int] = {}
    granted: Any = rows.filter(state="granted").order_by().values_list("unit", "from_on", "granted_on")
    for unit, before, after in granted:
        found[unit] = found.get(unit, 0) + (after - before).days
    return found
