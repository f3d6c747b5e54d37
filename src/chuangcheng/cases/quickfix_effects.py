"""What becomes of a quick fix by itself: a new case at the same place tells that it did not last, and time runs out."""

from __future__ import annotations

from collections.abc import Sequence

from chuangcheng.cases.actions.quickfixes import lapse_looks, note_relapses
from chuangcheng.cases.models import Case
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on_many
from chuangcheng.kernel import clock


@on_many("case.filed")
def find_relapses(rows: Sequence[Outbox]) -> None:
    """A case of the same kind at the same place within 7 days: it was not fixed for long."""
    note_relapses(cases=list(Case.objects.filter(pk__in=[row.subject_id for row in rows])))


@periodic("cases.quickfix_looks", 3600)
def end_looks() -> int:
    """Second looks that nobody took in time."""
    return lapse_looks(now=clock.now())
