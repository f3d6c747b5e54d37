"""What the framework does by itself: names of people do not stay in plans and imported tables longer than needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from chuangcheng.framework.models import DutyBatch, EditionState, NamedDuty, Upload
from chuangcheng.history.duties import periodic
from chuangcheng.kernel import clock

#: Where a name in a file can no longer become the person of a duty.
_OVER = (EditionState.FROZEN, EditionState.DROPPED)


@periodic("framework.names", 24 * 3600)
def forget_names() -> None:
    """Once a day, by the setting ``names_days``."""
    sweep_names(made_before=clock.now() - timedelta(days=settings.CITY.names_days))


def sweep_names(*, made_before: datetime) -> dict[str, int]:
    """Delete tables that were uploaded and changes of the matrix (who made them, what they were made from) of before
    that moment, and the persons' names beside imported duties of before then, or of an edition that changes no more.

    The duties, their history and the units' names stay. How many of each.
    """
    named = NamedDuty.objects.exclude(person="")
    return {
        "uploads": Upload.objects.filter(made_at__lte=made_before).delete()[0],
        "batches": DutyBatch.objects.filter(made_at__lte=made_before).delete()[0],
        "names": named.filter(Q(made_at__lte=made_before) | Q(standard__edition__state__in=_OVER)).update(person=""),
    }
