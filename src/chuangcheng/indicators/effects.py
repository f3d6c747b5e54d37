"""What indicators do when lower rooms speak."""

from __future__ import annotations

from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.indicators import actions


@on("edition.published", "edition.carried")
def follow_edition(_: Outbox) -> None:
    """Indicators go over to a published edition's standards, also when heirs are settled later."""
    actions.follow_edition()
