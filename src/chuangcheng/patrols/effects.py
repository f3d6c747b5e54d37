"""What follows from a failed check after commit: the same item at the same site may have been put right before."""

from __future__ import annotations

from chuangcheng.cases import actions as cases
from chuangcheng.cases import relapse
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.patrols.models import Check
from chuangcheng.patrols.selectors import fixed_before


@on("case.filed")
def find_relapse(row: Outbox) -> None:
    """A case from a check is a relapse of the one that the same item at this site had, closed as fixed not long ago."""
    if row.payload.get("origin") != "check":
        return
    rows = Check.objects.filter(case=row.subject_id).select_related("visit", "item", "case")
    check = rows.order_by("happened_at", "id").first()
    if check is None or check.case is None:
        return
    first = fixed_before(check, check.case.filed_at - relapse.window())
    if first is not None:
        cases.mark_relapse(case_id=check.case.pk, first_id=first)
