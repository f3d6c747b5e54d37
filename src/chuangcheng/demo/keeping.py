"""What the demo city's people keep at their desks: views of lists, one of them shared, and a logged export."""

from __future__ import annotations

from collections.abc import Mapping

from chuangcheng.kernel.actor import Actor
from chuangcheng.people import jobs, saved
from chuangcheng.people.models import SavedView

#: (who, list, name, query, shared with the unit's posts).
VIEWS = (
    ("office", "cases", "超期未办结", "sort=due&status=overdue", True),
    ("office", "cases", "随手拍待派遣", "sort=due&source=portal&state=filed", False),
    ("office", "reports", "待受理", "sort=received&state=received", True),
    ("street", "cases", "待处置", "sort=due&state=handling", True),
    ("department", "cases", "即将超期", "sort=due&status=due_soon", False),
)


def keep(named: Mapping[str, Actor]) -> list[SavedView]:
    """Save the views of those who are there and log one export."""
    found = [
        saved.save_view(actor=named[who], listing=listing, name=name, query=query, shared=shared)
        for who, listing, name, query, shared in VIEWS
        if who in named
    ]
    if "office" in named:
        params = {"listing": "cases", "format": "xlsx", "query": "status=overdue"}
        jobs.note(actor=named["office"], kind="export", params=params, total=3)
    return found
