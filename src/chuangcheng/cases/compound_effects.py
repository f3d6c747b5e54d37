"""What the room sites learns of cases that came out of a deliberation."""

from __future__ import annotations

from chuangcheng.cases.compound_work import AGENDA_ITEM
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.sites.deliberations import work

HOW = {"case.closed": "done", "case.reopened": "open", "case.voided": "void"}


@on(*HOW)
def follow_matter(row: Outbox) -> None:
    """The matter is carried out when its case is closed, open again when it is reopened, free when it is void. What a
    case was closed without fixing is not carried out. Doing it twice changes nothing."""
    cases = Case.objects.filter(pk=row.subject_id, origin_kind=AGENDA_ITEM)
    how = HOW[row.topic]
    for pk, item, outcome in cases.values_list("pk", "origin_id", "outcome"):
        if item and (how != "done" or outcome == "fixed"):
            work.follow_case(item_id=item, case_id=pk, how=how)
