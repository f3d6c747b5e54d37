"""What makes a score old: the topics below mark standards, the projector works the marks off."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from chuangcheng.cases.models import Case
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem, Edition
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on, on_many
from chuangcheng.history.projections import register
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.scoring import projector
from chuangcheng.scoring.models import Dirty
from chuangcheng.scoring.sources import case_standard

register("scores", projector.check, projector.rebuild_all)
periodic("scoring.project", 5, needed=lambda: Dirty.objects.exists())(projector.project)
periodic("scoring.refresh", 600)(projector.refresh)


@on_many("visit.finished")
def visit_counts(rows: Sequence[Outbox]) -> None:
    """Every standard that the site's kind is looked at for: what an older visit said is no longer asked."""
    visits = [row.subject_id for row in rows]
    kinds = Visit.objects.filter(pk__in=visits).values("site__kind")
    links = ChecklistItem.standards.through.objects.values_list("standard__code", flat=True)
    seen = links.filter(checklistitem__checks__visit__in=visits)
    projector.mark_codes({*links.filter(checklistitem__site_kind__in=kinds), *seen})


@on_many(
    "case.filed", "case.dispatched", "case.claimed", "case.returned", "case.handled", "case.reworked", "case.verified",
    "case.closed", "case.extended", "case.suspended", "case.resumed", "case.reopened", "case.voided", "case.merged",
    "case.unmerged", "case.owner_sought", "case.owner_named", "case.owner_ruled",
)  # fmt: skip
def case_counts(rows: Sequence[Outbox]) -> None:
    """A case counts while it is overdue, and restores what a failed check cost once it is closed as fixed."""
    edition = framework.current_edition()
    if edition is None:
        return
    cases = {row.subject_id for row in rows}
    named = Case.objects.filter(pk__in=cases).values_list("standard__code", "category__code").distinct()
    own = {case_standard(edition, *codes) for codes in named}
    # A check of a merged case is put right when the case that stands for it is.
    behind = Q(case__in=cases) | Q(case__merged_into__in=cases)
    checks = Check.objects.filter(behind, item__standards__isnull=False)
    found = checks.values_list("item__standards__code", flat=True).distinct()
    projector.mark_codes({*found, *(code for code in own if code)})


@on("reading.recorded", "indicator.changed")
def reading_counts(row: Outbox) -> None:
    """The standard that the indicator belongs to. The subject is the reading, or its indicator: another definition
    judges anew what lies in the periods that it is in force for."""
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
