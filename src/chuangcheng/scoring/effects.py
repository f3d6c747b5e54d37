"""What makes a score old: the topics below mark standards, the projector works the marks off."""

from __future__ import annotations

from chuangcheng.cases.models import Case
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem, Edition
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.history.projections import register
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.scoring import projector
from chuangcheng.scoring.models import Dirty
from chuangcheng.scoring.sources import case_standard

register("scores", projector.check, projector.rebuild_all)
periodic("scoring.project", 5, needed=lambda: Dirty.objects.exists())(projector.project)
periodic("scoring.refresh", 600)(projector.refresh)


@on("visit.finished")
def visit_counts(row: Outbox) -> None:
    """Every standard that the site's kind is looked at for: what an older visit said is no longer asked."""
    visit = Visit.objects.select_related("site").filter(pk=row.subject_id).first()
    if visit is not None:
        links = ChecklistItem.standards.through.objects
        kind = links.filter(checklistitem__site_kind=visit.site.kind_id).values_list("standard__code", flat=True)
        seen = links.filter(checklistitem__checks__visit=visit.pk).values_list("standard__code", flat=True)
        projector.mark_codes({*kind, *seen})


@on(
    "case.filed", "case.dispatched", "case.returned", "case.handled", "case.reworked", "case.verified", "case.closed",
    "case.extended", "case.suspended", "case.resumed", "case.reopened", "case.voided",
)  # fmt: skip
def case_counts(row: Outbox) -> None:
    """A case counts while it is overdue, and restores what a failed check cost once it is closed as fixed."""
    edition = framework.current_edition()
    named = Case.objects.filter(pk=row.subject_id).values_list("standard__code", "category__code").first()
    if edition is None or named is None:
        return
    own = case_standard(edition, *named)
    checks = Check.objects.filter(case=row.subject_id, item__standards__isnull=False)
    found = checks.values_list("item__standards__code", flat=True)
    projector.mark_codes({*found, *([own] if own else [])})


@on("reading.recorded")
def reading_counts(row: Outbox) -> None:
    """The standard that the indicator belongs to. The subject is the reading, or its indicator."""
    indicators = Indicator.objects.filter(pk=row.subject_id)
    if row.subject_kind == "reading":
        indicators = Indicator.objects.filter(pk__in=Reading.objects.filter(pk=row.subject_id).values("indicator"))
    projector.mark_codes(indicators.exclude(standard=None).values_list("standard__code", flat=True))


@on("edition.published")
def edition_counts(row: Outbox) -> None:
    """A new edition is scored from the facts that are there already."""
    edition = Edition.objects.filter(pk=row.subject_id).first()
    if edition is not None:
        projector.mark(edition.pk, edition.standards.values_list("pk", flat=True))
