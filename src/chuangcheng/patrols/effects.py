"""What follows from a failed check after commit: the same item at the same site may have been put right before."""

from __future__ import annotations

from collections.abc import Sequence

from chuangcheng.cases import actions as cases
from chuangcheng.cases import relapse
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on_many
from chuangcheng.patrols.models import Check
from chuangcheng.patrols.selectors import fixed_before


@on_many("case.filed")
def find_relapse(rows: Sequence[Outbox]) -> None:
    """A case from a check is a relapse of the one that the same item at this site had, closed as fixed not long ago."""
    filed = {row.subject_id for row in rows if row.payload.get("origin") == "check"}
    if not filed:
        return
    checks = Check.objects.filter(case__in=filed).select_related("visit", "item", "case")
    for check in checks.order_by("happened_at", "id"):
        if check.case is None or check.case.pk not in filed:
            continue
        filed.remove(check.case.pk)  # its first check opened it
        first = fixed_before(check, check.case.filed_at - relapse.window())
        if first is not None:
            cases.mark_relapse(case_id=check.case.pk, first_id=first)
