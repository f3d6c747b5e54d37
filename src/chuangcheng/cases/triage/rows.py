"""What there is to learn from: reports whose case was confirmed by the work done, and the names of the categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from chuangcheng.cases.models import Assignment, Outcome, Report
from chuangcheng.framework import selectors as framework
from chuangcheng.history.models import Event
from chuangcheng.kernel.triage.learning import Example

#: The latest so many; of one category so many at most, so that what is common does not drown what is rare.
MOST_ROWS, MOST_A_CATEGORY = 20_000, 400
#: A dispatcher who filed under another category than suggested told us something: such a row counts twice.
CORRECTED = 2.0


@dataclass(frozen=True, slots=True)
class Advised:
    """What was suggested when a report was filed, as its history tells: the code, the probability in percent (None
    where a rule decided without a model) and the model's number."""

    report_id: str
    suggested: str
    filed: str
    percent: int | None
    model: int

    @property
    def taken(self) -> bool:
        """Whether it was filed as suggested."""
        return self.suggested == self.filed


def filings(since: datetime | None = None, limit: int = MOST_ROWS) -> QuerySet[Event]:
    """The latest filings of reports, from history; newest first."""
    events = Event.objects.filter(action="report.filed").order_by("-happened_at", "-id")
    return (events.filter(happened_at__gte=since) if since else events)[:limit]


def advised(events: QuerySet[Event]) -> Iterator[Advised]:
    """Those of the filings that had a suggestion."""
    for subject, after in events.values_list("subject_id", "after"):
        if told := after.get("suggested"):
            yield Advised(str(subject), told["code"], told["filed"], told["percent"], told["model"])


def confirmed() -> QuerySet[Report]:
    """Reports whose case stands behind its category: closed as fixed, or filed against the suggestion and not void; and
    nobody has sent it back for a wrong category. Newest first."""
    wrong = Assignment.objects.filter(case=OuterRef("case"), return_reason="wrong_category")
    return (
        Report.objects.filter(state__in=("filed", "linked"), case__category__kind="matter")
        .filter(Q(case__state="closed", case__outcome=Outcome.FIXED) | Q(case__state__in=_UNDER_WAY))
        .exclude(Exists(wrong))
        .order_by("-received_at", "-id")
    )


_UNDER_WAY = ("filed", "dispatched", "handling", "handled", "verified", "suspended")


def examples() -> list[Example]:
    """The confirmed reports, of running cases only those that correct a suggestion."""
    corrected = {one.report_id for one in advised(filings()) if not one.taken}
    rows = confirmed().values_list("id", "text", "case__category__code", "case__state", "case_id")
    held: Counter[str] = Counter()
    found: list[Example] = []
    for pk, text, code, state, case_id in rows[: 2 * MOST_ROWS].iterator():
        is_correction = str(pk) in corrected
        if not (state == "closed" or is_correction) or held[code] >= MOST_A_CATEGORY or len(found) >= MOST_ROWS:
            continue
        held[code] += 1
        # Reports of one case are about one trouble: they stay together when the model is tested.
        found.append(Example(text, code, str(case_id), weight=CORRECTED if is_correction else 1.0))
    return found


def definitions() -> list[Example]:
    """What the framework itself says of each category: its name, and the checklist items that open such a case and no
    other. All a city has on its first day."""
    names = {one.code: one.zh for one in framework.categories() if one.kind == "matter"}
    told = {(zh, code) for code, zh in names.items()}
    edition = framework.current_edition()
    for kind in framework.kinds_of(edition) if edition else ():
        for item in framework.items_of(kind):
            category = framework.case_category(item.case_codes) if len(item.case_codes) == 1 else None
            if category is not None and category.code in names:
                told.add((item.zh, category.code))
    return [Example(text, code, prior=True) for text, code in sorted(told)]
