"""The weekly report: list, page, note, issue, Word and PDF."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.bulletins import actions, selectors
from chuangcheng.bulletins.document import compose
from chuangcheng.bulletins.models import Weekly
from chuangcheng.desk.documents import as_file
from chuangcheng.kernel import clock
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Listing


def weekly_url(weekly: Weekly) -> str:
    """The page of a weekly report."""
    return reverse("desk:weekly", args=[weekly.pk])


LISTING = Listing(
    "weeklies",
    _("周报"),
    columns=(
        Column("issue", _("期号"), lambda row: row.issue, sort="issue", url=weekly_url),
        Column("week", _("周一"), lambda row: row.week_start, sort="week_start"),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html"),
        Column("assembled", _("汇总时间"), lambda row: row.assembled_at),
    ),
    sort="-issue",
)


@page("bulletins.view")
def weekly_list(request: StaffRequest) -> HttpResponseBase:
    """Every report, the newest first."""
    return LISTING.respond(request, selectors.visible_to(request.actor), "desk/weeklies.html")


@page("bulletins.view")
def weekly_page(request: StaffRequest, weekly_id: UUID) -> HttpResponse:
    """One report as Word and PDF print it, its figures linked to the rows behind them."""
    weekly = selectors.get_weekly_for(request.actor, weekly_id)
    document = compose(weekly)
    sections = [(section, [(weekly.figures[name], name) for name in section.names]) for section in document.sections]
    context = {
        "weekly": weekly,
        "document": document,
        "sections": sections,
        "may_change": document.draft and holds(request, "bulletins.issue"),
    }
    return render(request, "desk/weekly.html", context)


@page("bulletins.view")
def weekly_file(request: StaffRequest, weekly_id: UUID, kind: str) -> HttpResponse:
    """The report as a Word or PDF file."""
    weekly = selectors.get_weekly_for(request.actor, weekly_id)
    return as_file(compose(weekly), kind, f"创城工作周报第{weekly.issue}期", weekly.assembled_at)


@page("bulletins.issue")
@require_POST
def assemble(request: StaffRequest) -> HttpResponse:
    """Assemble last week's report, or assemble its draft again."""
    today = clock.today().date()
    monday = today - timedelta(days=today.weekday() + 7)
    return leave(request, weekly_url(actions.assemble_week(actor=request.actor, week_start=monday)))


@page("bulletins.issue")
@require_POST
def note(request: StaffRequest, weekly_id: UUID) -> HttpResponse:
    """Keep the office's own words in the draft."""
    weekly = actions.note_week(actor=request.actor, weekly_id=weekly_id, note=request.POST.get("note", ""))
    return leave(request, weekly_url(weekly))


@page("bulletins.issue")
@require_POST
def issue(request: StaffRequest, weekly_id: UUID) -> HttpResponse:
    """Issue the report: from now on it does not change."""
    return leave(request, weekly_url(actions.issue_week(actor=request.actor, weekly_id=weekly_id)))
