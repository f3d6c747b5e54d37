"""The draw of re-checks by itself: daily; what nobody looked at lapses, what came back before is dropped."""

from __future__ import annotations

from django.conf import settings

from chuangcheng.cases.actions.rechecks import draw_rechecks, drop_rechecks, lapse_rechecks
from chuangcheng.cases.models import Recheck
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify
from chuangcheng.people.selectors import holding


@periodic("cases.rechecks", 24 * 3600, needed=lambda: settings.CITY.recheck_share > 0)
def draw() -> int:
    """Closures since the last draw, and what fills up the last week; who may look learns how many wait."""
    now = clock.now()
    drawn = draw_rechecks(now=now)
    newest = Recheck.objects.order_by("-drawn_at").first() if drawn else None
    if newest:
        said = Label(f"抽中 {drawn} 件结案，请实地复核", f"{drawn} closures were drawn for a look on the spot")
        notify(
            key=f"rechecks:{now:%Y%m%d%H}",
            persons=holding("rechecks.answer", None),
            topic="recheck.drawn",
            subject=("recheck", newest.pk),
            text=said,
            url="/field/rechecks/",
        )
    return drawn


@periodic("cases.recheck_lapses", 3600)
def lapse() -> int:
    """Looks that nobody took in time."""
    return lapse_rechecks(now=clock.now())


@on("case.reopened")
def drop(row: Outbox) -> None:
    """Nobody need look any more whether it was fixed."""
    drop_rechecks(case_id=row.subject_id)
