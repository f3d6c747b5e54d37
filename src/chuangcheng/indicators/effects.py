"""What indicators do when lower rooms speak."""

from __future__ import annotations

from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.indicators import actions


@on("edition.published")
def follow_edition(_: Outbox) -> None:
    """Indicators go over to the new edition's standards. Doing it twice changes nothing."""
    actions.follow_edition()
