"""What the room sites learns of cases that came out of a deliberation."""

from __future__ import annotations

from collections.abc import Sequence

from chuangcheng.cases.compound_work import AGENDA_ITEM
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on_many
from chuangcheng.sites.deliberations import work

HOW = {"case.closed": "done", "case.reopened": "open", "case.voided": "void"}


@on_many(*HOW)
def follow_matter(rows: Sequence[Outbox]) -> None:
    """The matter is carried out when its case is closed, open again when it is reopened, free when it is void. What a
    case was closed without fixing is not carried out. Doing it twice changes nothing."""
    cases = Case.objects.filter(pk__in={row.subject_id for row in rows}, origin_kind=AGENDA_ITEM)
    known = {pk: (item, outcome) for pk, item, outcome in cases.values_list("pk", "origin_id", "outcome")}
    for row in rows:
        item, outcome = known.get(row.subject_id, (None, ""))
        how = HOW[row.topic]
        if item and (how != "done" or outcome == "fixed"):
            work.follow_case(item_id=item, case_id=row.subject_id, how=how)
