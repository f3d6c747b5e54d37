"""Work that takes more than one: the office's flags, supporting units, steps, and what a unit claims itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from chuangcheng.cases import actions
from chuangcheng.cases.actions.planning import StepInput
from chuangcheng.cases.claims import claimable
from chuangcheng.cases.models import Case
from chuangcheng.demo.found import Cast
from chuangcheng.kernel import clock
from chuangcheng.people.models import Unit

URGED = "群众多次反映，请主要负责人到现场督办。"
STEPS = ("现场勘查，设置围挡", "清理整治", "恢复原状，请居民代表看过")


def play(cast: Cast) -> None:
    """At the end of the quarter, by the real actions."""
    now = clock.now()
    handled = (
        Case.objects.filter(state="handling", holder__kind="street").select_related("holder").order_by("due_at", "pk")
    )
    for case in handled.filter(due_at__lt=now)[:2]:
        actions.flag_case(actor=cast.named["office"], case_id=case.pk, note=URGED, until=now + timedelta(days=2))
    for case in handled.filter(due_at__gt=now + timedelta(days=1))[:3]:
        _share(cast, case, now)
    for (role, _), actors in sorted(cast.posted.items(), key=lambda posted: posted[0]):
        claimed = claimable(actors[0]).order_by("filed_at", "pk").first() if role == "department" else None
        if claimed:
            actions.claim_case(actor=actors[0], case_id=claimed.pk)
            break


def _share(cast: Cast, case: Case, now: datetime) -> None:
    """The street leads, a department supports, and three steps say who does what until when."""
    actor = next(iter(cast.of("street", case.holder.code)), None) if case.holder else None
    helper = Unit.objects.filter(kind="department").order_by("official_order", "code").first()
    if actor is None or helper is None or case.holder is None or case.due_at is None:
        return
    actions.add_co(actor=cast.named["office"], case_id=case.pk, unit_id=helper.pk)
    third = (case.due_at - now) // len(STEPS)  # rounded down: the last step may not lie behind the case's limit
    units = (case.holder.pk, helper.pk, case.holder.pk)
    plan = [
        StepInput(name, unit or helper.pk, now + third * n)
        for n, (name, unit) in enumerate(zip(STEPS, units, strict=True), 1)
    ]
    actions.plan_steps(actor=actor, case_id=case.pk, steps=plan)
    first = case.substeps.order_by("place").first()
    if first:
        actions.finish_step(actor=actor, case_id=case.pk, step_id=first.pk)
