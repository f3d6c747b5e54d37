"""What of citizens' reports may be shown to anybody (law 12): reviewed first, masked, and never more than the trouble.

Only reports that came in by an open door are ever shown. A call to 12345, a letter, a leader's instruction or the
finding of a covert visit was not said in public, so it is not told in public, whatever became of it.
"""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from chuangcheng.cases.models import Report, Source
from chuangcheng.history.models import Event

#: The doors at which people know that what they send may be published after review.
OPEN_DOORS = (Source.PORTAL.value, Source.OPEN311.value)
#: The states in which somebody has reviewed the report and taken it on.
REVIEWED = ("filed", "linked")


def published() -> QuerySet[Report]:
    """The reports that anybody may see, their words still to be masked. Contact data and photos are not part of it."""
    return Report.objects.filter(state__in=REVIEWED, source__in=OPEN_DOORS, case__isnull=False, complaint=False)


def is_published(state: str, source: str) -> bool:
    """Whether a report in this state, from this source, is among :func:`published`."""
    return state in REVIEWED and source in OPEN_DOORS


def with_last_change(rows: QuerySet[Report]) -> QuerySet[Report]:
    """``rows`` with ``changed_at``: when something happened last to the report's case (None before it has one)."""
    story = Event.objects.filter(subject_kind="case", subject_id=OuterRef("case_id")).order_by("-seq")
    return rows.annotate(changed_at=Subquery(story.values("recorded_at")[:1]))
