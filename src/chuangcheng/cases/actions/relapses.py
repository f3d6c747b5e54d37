"""A new case found to be the relapse of a closed one, by the system; denied, once and for good, by a dispatcher."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import relapse
from chuangcheng.cases.locks import lock_case, permit
from chuangcheng.cases.models import Case
from chuangcheng.cases.states import DENIALS, UNCOUNTED
from chuangcheng.cases.steps import amend, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused


def find_relapses(*, case_ids: Sequence[UUID]) -> list[Case]:
    """Look which cases that were filed are relapses by category and place, and note it. Calling it again changes
    nothing. The first cases."""
    rows = Case.objects.filter(pk__in=case_ids, relapse_of=None, relapse_denied=False).only(*relapse.ASKED)
    found = ((case, relapse.first_of(case)) for case in rows.order_by("filed_at", "id"))
    noted = [mark_relapse(case_id=case.pk, first_id=first.pk) for case, first in found if first]
    return [first for first in noted if first]


def mark_relapse(*, case_id: UUID, first_id: UUID) -> Case | None:
    """Note that ``case_id`` is a relapse of ``first_id``, on both chains, unless it is known or was denied; the first
    case if it was noted now. The severity stays; the verifier must come from another unit from now on."""
    with transaction.atomic():
        pair = Case.objects.select_for_update().filter(pk__in=(case_id, first_id)).order_by("pk")
        rows = {row.pk: row for row in pair}
        case, first = rows[case_id], rows[first_id]
        if case.relapse_of_id or case.relapse_denied or case.state in UNCOUNTED or case.pk == first.pk:
            return None
        now = clock.now()
        changes = {"relapse_of_id": first.pk}
        write(amend(case, "relapse_found", SYSTEM, changes=changes, at=now, topic="case.relapsed"),
              {"of": str(first.pk)})  # fmt: skip
        write(amend(first, "relapsed", SYSTEM, facts={"case": case.pk}, at=now))
    return first


def deny_relapse(*, actor: Actor, case_id: UUID, reason_code: str, note: str = "") -> Case:
    """It is no relapse; nor will the system say so again."""
    with transaction.atomic():
        case = lock_case(actor, case_id)
        permit(actor, case, "deny_relapse")
        if case.relapse_of_id is None:
            raise Refused("case.no_relapse")
        if reason_code not in DENIALS:
            raise Refused("case.unknown_reason")
        changes = {"relapse_of_id": None, "relapse_denied": True}
        given: dict[str, object] = {"reason_code": reason_code}
        facts = {"case": case.relapse_of_id}
        write(
            step(case, "deny_relapse", actor, given=given, changes=changes, facts=facts, reason=reason_code, note=note)
        )
    return case
