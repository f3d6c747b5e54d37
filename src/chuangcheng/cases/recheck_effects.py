"""The draw of re-checks by itself: daily; what nobody looked at lapses, what came back before is dropped."""

from __future__ import annotations

from django.conf import settings

from chuangcheng.cases.actions.rechecks import draw_rechecks, drop_rechecks, lapse_rechecks
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock


@periodic("cases.rechecks", 24 * 3600, needed=lambda: settings.CITY.recheck_share > 0)
def draw() -> int:
    """Closures since the last draw, and what fills up the last week."""
    return draw_rechecks(now=clock.now())


@periodic("cases.recheck_lapses", 3600)
def lapse() -> int:
    """Looks that nobody took in time."""
    return lapse_rechecks(now=clock.now())


@on("case.reopened")
def drop(row: Outbox) -> None:
    """Nobody need look any more whether it was fixed."""
    drop_rechecks(case_id=row.subject_id)
