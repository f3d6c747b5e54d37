"""How good the suggestions were: what became of each, from history, beside what was measured when they were learned."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from chuangcheng.cases.models import Report
from chuangcheng.cases.triage.rows import Advised, advised, filings
from chuangcheng.history.models import Event

DAYS = 90
MOST_TURNED = 30  # lines of the table of corrections


@dataclass(frozen=True, slots=True)
class Live:
    """The filings of a span of time: how many, how many had a suggestion, how many of these were filed as suggested."""

    since: datetime
    filed: int
    advised: int
    taken: int
    turned: list[tuple[str, str, int]]  # suggested, filed instead, how often; the commonest first

    @property
    def coverage(self) -> float | None:
        """The share that had a suggestion."""
        return self.advised / self.filed if self.filed else None

    @property
    def changed(self) -> int:
        """How many were filed under another category than suggested."""
        return self.advised - self.taken

    @property
    def accuracy(self) -> float | None:
        """The share of suggestions that were taken."""
        return self.taken / self.advised if self.advised else None


def live(now: datetime, days: int = DAYS) -> Live:
    """What became of the suggestions of the last ``days`` (the latest 20,000 filings at most)."""
    since = now - timedelta(days=days)
    events = filings(since)
    found = list(advised(events))
    turned = Counter((one.suggested, one.filed) for one in found if not one.taken)
    ranked = [(*pair, times) for pair, times in sorted(turned.items(), key=lambda item: (-item[1], item[0]))]
    return Live(since, events.count(), len(found), sum(one.taken for one in found), ranked[:MOST_TURNED])


def behind(rows: QuerySet[Report], figure: str, now: datetime, days: int = DAYS) -> QuerySet[Report]:
    """Of ``rows`` those behind a figure of :func:`live`: ``filed``, ``advised``, ``taken``, ``turned``, or one pair of
    codes ``06010-06042`` (suggested, filed). Any other figure has none."""
    since = now - timedelta(days=days)
    if figure == "filed":
        events = Event.objects.filter(action="report.filed", happened_at__gte=since, subject_id=OuterRef("pk"))
        return rows.filter(Exists(events))
    return rows.filter(pk__in=[one.report_id for one in advised(filings(since)) if _counts(figure, one)])


def _counts(figure: str, one: Advised) -> bool:
    if figure == "advised":
        return True
    if figure in {"taken", "turned"}:
        return one.taken == (figure == "taken")
    return not one.taken and figure == f"{one.suggested}-{one.filed}"
