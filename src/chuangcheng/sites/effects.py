"""What sites do when lower rooms speak."""

from __future__ import annotations

from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.sites import actions


@on("edition.published")
def follow_edition(_: Outbox) -> None:
    """Sites take their kinds' checklists from the new edition. Doing it twice changes nothing."""
    actions.follow_edition()
