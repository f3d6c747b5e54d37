"""Contact data is kept only as long as somebody may need it (law 12; 个人信息保护法 第十九条, 第四十七条)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from chuangcheng.cases import search
from chuangcheng.cases.locks import lock_case, lock_report
from chuangcheng.cases.models import Case, Remark, Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import amend, write
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import rights

#: Reports erased by one call; the duty comes back for the rest.
PORTION = 500


def see_words(*, actor: Actor, kind: str, subject_id: UUID) -> Report | Case:
    """One look at the words of a ``report`` or ``case`` with nothing covered, by who may see contacts. Every look is
    a history row."""
    rights.require(actor, "reports.contact")
    with transaction.atomic():
        row = lock_report(actor, subject_id) if kind == "report" else lock_case(actor, subject_id)
        write(amend(row, "words_seen", actor))
    return row


def erase_contacts(*, ended_before: datetime) -> int:
    """Delete name and phone of those whose report, and its case, saw nothing happen since that moment and are over.

    A history row says that it was done, never what stood there. At most :data:`PORTION` reports; how many were.
    """
    return sum(_erase(report_id, ended_before) for report_id in _over(ended_before))


def _over(ended_before: datetime, *only: UUID) -> list[UUID]:
    later = Event.objects.filter(happened_at__gt=ended_before)
    rows = (
        Report.objects.filter(_final(), received_at__lte=ended_before)
        .exclude(contact_cipher=b"")
        .filter(
            ~Exists(later.filter(subject_kind="report", subject_id=OuterRef("pk"))),
            ~Exists(later.filter(subject_kind="case", subject_id=OuterRef("case_id"))),
        )
        .order_by("received_at", "pk")
    )
    return list((rows.filter(pk__in=only) if only else rows).values_list("pk", flat=True)[:PORTION])


def _final() -> Q:
    return Q(state__in=("withdrawn", "not_accepted", "referred")) | (
        ~Q(case=None) & ~Q(case__state__in=CASE.open_states())
    )


def _erase(report_id: UUID, ended_before: datetime) -> bool:
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=report_id)
        # Somebody may have taken it up between the look and the lock.
        if report_id not in _over(ended_before, report_id):
            return False
        report.contact_cipher, report.contact_index = b"", ""
        taken = amend(report, "contact_erased", SYSTEM)
        # None of these stands in history, which holds keyed digests of what was written then.
        taken.fields = (*taken.fields, "contact_cipher", "contact_index", *_cover_for_good(report))
        write(taken)
    return True


def _cover_for_good(report: Report) -> tuple[str, ...]:
    """The numbers of people in what was written go with the contact, also those in the remarks on its case."""
    for remark in Remark.objects.filter(case=report.case_id) if report.case_id else ():
        if masked(remark.text) != remark.text:
            remark.text = masked(remark.text)
            remark.save(update_fields=["text"])
    if masked(report.text) != report.text:
        search.forget([report])  # by the words that it was indexed with
        report.text = masked(report.text)
        if not report.complaint:
            search.put([report])
    report.rating_text, report.plea_text = masked(report.rating_text), masked(report.plea_text)
    return "text", "rating_text", "plea_text"
