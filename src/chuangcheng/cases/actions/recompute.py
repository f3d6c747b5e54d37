"""Deadlines of open cases by the rules of today: never by itself, only when it is asked for."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.cases.building import clock_of
from chuangcheng.cases.deadlines import recomputed, rule_in_force
from chuangcheng.cases.links import shift
from chuangcheng.cases.models import Case
from chuangcheng.cases.status import RUNNING
from chuangcheng.cases.steps import amend, write
from chuangcheng.framework import selectors as framework
from chuangcheng.history import outbox
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.people import rights

TOPIC = "limits.recompute_asked"
MOVED = "case.due_moved"
PORTION = 200


def outdated() -> list[UUID]:
    """Open cases whose deadline was made by another version than a case of their kind would get today. Suspended ones
    are left alone: their clock stands."""
    running = Case.objects.filter(state__in=RUNNING, due_at__isnull=False).order_by()
    kinds = running.values_list("category__code", "condition", "due_rule").distinct()
    old = {kind for kind in kinds if _is_old(*kind)}
    rows = running.filter(due_rule__in={made_by for _, _, made_by in old}) if old else running.none()
    found = rows.values_list("pk", "category__code", "condition", "due_rule")
    return [pk for pk, *kind in found if tuple(kind) in old]


def _is_old(category: str | None, condition: str, made_by: str) -> bool:
    made = framework.time_rule_version(made_by)
    return made is not None and made.pk != framework.time_rule(category or "", condition).pk


def ask_recompute(*, actor: Actor) -> int:
    """Have the worker compute the deadlines of :func:`outdated` cases anew; how many there are now."""
    with transaction.atomic():
        rights.require_or_system(actor, "framework.edit")
        waiting = len(outdated())
        if waiting:
            post = str(actor.post_id) if actor.post_id else None
            outbox.emit(TOPIC, ("time_rule", new_id()), {"post": post})
    return waiting


def recompute_some(*, actor: Actor, limit: int = PORTION) -> int:
    """Compute up to ``limit`` outdated deadlines anew, each with its history row; how many."""
    rights.require_or_system(actor, "framework.edit")
    return sum(_recompute(actor, case_id) for case_id in outdated()[:limit])


def _recompute(actor: Actor, case_id: UUID) -> bool:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=case_id)
        rule = rule_in_force(case)
        if case.state not in RUNNING or case.due_at is None:
            return False  # somebody was faster
        clock = clock_of(recomputed(case, rule), rule)
        assert clock.due_at is not None
        changes = {"due_at": clock.due_at, "due_rule": clock.rule, "due_provisional": clock.provisional}
        touched = shift(case, clock.due_at)
        write(amend(case, "due_recomputed", actor, changes=changes, touched=touched, topic=MOVED))
    return True
