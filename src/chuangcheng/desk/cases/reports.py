"""Reports: the inbox and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import actions, instructions, reading, selectors, timeline
from chuangcheng.cases.models import Provenance, Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import DECLINES, PLEA, REFUSALS, REPORT
from chuangcheng.cases.triage.advice import advise
from chuangcheng.desk import choices, films
from chuangcheng.desk.cases import bulk, rate_rows, triage
from chuangcheng.desk.cases.alike import of_report_page
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import of_report, published_photos
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing, offer


def report_url(report: Report) -> str:
    """The page of a report."""
    return reverse("desk:report", args=[report.pk])


def _taken(rows: QuerySet[Report], _value: str) -> QuerySet[Report]:
    """The reports that became a case or joined one."""
    return rows.filter(state__in=("filed", "linked"))


LISTING = Listing(
    "reports",
    _("上报"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, url=report_url),
        Column("text", _("问题"), lambda row: masked(row.text), template="desk/cells/text.html", wide=True),
        Column("category", _("类别"), lambda row: row.category.zh if row.category else ""),
        Column("area", _("区域"), lambda row: row.division.name if row.division else ""),
        Column("source", _("来源"), lambda row: row.source, template="desk/cells/source.html"),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html"),
        Column("received", _("收到时间"), lambda row: row.received_at, sort="received_at", corner=True),
        Column("address", _("地址"), lambda row: masked(row.address), shown=False, wide=True),
        Column("photos", _("照片"), lambda row: row.photos_declared, number=True, shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), selectors.search, kind="search"),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), choices.report_states),
        Filter("source", _("来源"), lambda rows, value: rows.filter(source=value), choices.sources),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("advice", _("分类建议"), triage.rows_behind, triage.figures, quiet=True),
        Filter("taken", _("采纳"), _taken, lambda _r: [("yes", _("立案或并案"))], quiet=True),
        Filter("plea", _("要求重办"), lambda rows, value: rows.filter(plea_state=value), choices.pleas, quiet=True),
        *rate_rows.REPORT_FILTERS,
        *days_of("received", "received_at", _("接收自"), _("接收至")),
    ),
    sort="-received",
    place=choices.place_of,
)


def report_rows(request: StaffRequest) -> QuerySet[Report]:
    """What the actor may see, with what a row shows."""
    return selectors.visible_reports(request.actor).select_related("category", "division")


offer(LISTING, rows=report_rows, permission="reports.view", url_name="desk:reports")


@page("reports.view")
def report_list(request: StaffRequest) -> HttpResponseBase:
    """The inbox and everything that came before."""
    return LISTING.respond(
        request, report_rows(request), "desk/reports.html", {"picks": bulk.picks(request, bulk.REPORTS)}
    )


@page("reports.view")
def report_page(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """One report: what was seen, and what shall become of it."""
    return _show(request, report_id)


@page("reports.contact")
@require_POST
def contact(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """The page again, with the reporter's contact on it; the look is a history row."""
    return _show(request, report_id, actions.see_contact(actor=request.actor, report_id=report_id))


@page("reports.contact")
@require_POST
def report_words(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """The page again with its words uncovered; the look is a history row."""
    actions.see_words(actor=request.actor, kind="report", subject_id=report_id)
    return _show(request, report_id, plain=True)


def _words(request: StaffRequest, report: Report, *, plain: bool) -> dict[str, Any]:
    """What the reporter wrote, as this reader may see it."""
    said = {"words": report.text, "rating_words": report.rating_text, "plea_words": report.plea_text}
    return {
        **(said if plain else {key: reading.words_for(request.actor, report, text) for key, text in said.items()}),
        "hidden": not plain and reading.hides(request.actor, report, *said.values()),
        "words_url": reverse("desk:report_words", args=[report.pk]),
    }


def _show(
    request: StaffRequest, report_id: UUID, contact: actions.Contact | None = None, *, plain: bool = False
) -> HttpResponse:
    report = selectors.get_report_for(request.actor, report_id)
    moves = selectors.report_moves_for(request.actor, report)
    pictures = of_report(report)
    context = {
        "report": report,
        **_words(request, report, plain=plain),
        "moves": moves,
        "advice": advise(report) if any(move.name == "file" for move in moves) else None,
        "pictures": pictures,
        "reels": films.of_reports([report]),
        "publish": published_photos("report", report.pk, pictures) if holds(request, "photos.release") else [],
        "entries": timeline.of_report(report),
        "refusal": REFUSALS.get(report.reason_code),
        "plea": PLEA.state(report.plea_state).label,
        "declined": DECLINES.get(report.plea_reason),
        "contact": contact,
        "order": selectors.visible_orders(request.actor).filter(report=report).first(),
        "instructions": instructions.of_report(request.actor, report),
        "provenance": Provenance.objects.filter(report=report).first(),
        "candidates": of_report_page(request, report, pictures) if report.state in REPORT.open_states() else None,
        "may_join": any(move.name == "link" for move in moves),
    }
    return render(request, "desk/report.html", context)
