"""周小结: what each unit did in a week; the list, the page of one, the week of all units, Word and PDF."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.bulletins import selectors, summary_actions, summary_text
from chuangcheng.bulletins.models import Summary
from chuangcheng.bulletins.specs import SPECS
from chuangcheng.desk import choices
from chuangcheng.desk.documents import as_file
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import UnitGroup
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

WEEKS = 26  # weeks that the filter offers


def summary_url(row: Summary) -> str:
    """The page of a unit's week."""
    return reverse("desk:summary", args=[row.pk])


def week_words(monday: date) -> str:
    """``2026-09-14 — 09-20``."""
    return f"{monday.isoformat()} — {monday + timedelta(days=6):%m-%d}"


def _weeks(request: HttpRequest) -> list[Choice]:
    found = selectors.weeks(selectors.summaries_for(getattr(request, "actor")))[:WEEKS]  # noqa: B009 - set by middleware
    return [(monday.isoformat(), week_words(monday)) for monday in found]


def _groups(_request: HttpRequest) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in UnitGroup.choices]


def _edited(rows: QuerySet[Summary], value: str) -> QuerySet[Summary]:
    return rows.filter(edited=value == "yes")


LISTING = Listing(
    "summaries",
    _("周小结"),
    columns=(
        Column("unit", _("单位"), lambda row: row.unit.short_name, url=summary_url),
        Column("week", _("周一"), lambda row: row.week_start, sort="week_start"),
        Column("closed", _("结案"), lambda row: row.figures.get("closed", [0])[0], number=True),
        Column("on_time", _("按期结案"), lambda row: row.figures.get("on_time", [0])[0], number=True),
        Column("overdue", _("超期案件"), lambda row: row.figures.get("overdue", [0])[0], number=True),
        Column("tasks_moved", _("有进展的任务"), lambda row: row.figures.get("tasks_moved", [0])[0], number=True),
        Column("tasks_late", _("超期任务"), lambda row: row.figures.get("tasks_late", [0])[0], number=True),
        Column("edited", _("单位补充"), lambda row: gettext("有") if row.edited else ""),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
    ),
    filters=(
        Filter("week", _("周"), lambda rows, value: rows.filter(week_start=value), _weeks),
        Filter("unit", _("单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        Filter("group", _("分组"), lambda rows, value: rows.filter(unit__group=value), _groups),
        Filter("edited", _("单位补充"), _edited, lambda _r: [("yes", _("有")), ("no", _("无"))]),
    ),
    sort="-week",
)  # fmt: skip


@page("bulletins.view")
def summary_list(request: StaffRequest) -> HttpResponseBase:
    """Every unit's week, the newest first."""
    return LISTING.respond(request, selectors.summaries_for(request.actor), "desk/summaries.html",
                           {"lists_silent": settings.CITY.not_reported})  # fmt: skip


@page("bulletins.view")
def summary_page(request: StaffRequest, summary_id: UUID) -> HttpResponse:
    """One unit's week in sentences; each number opens its rows."""
    row = selectors.get_summary_for(request.actor, summary_id)
    earlier = selectors.summaries_for(request.actor).filter(unit=row.unit, week_start__lt=row.week_start)
    own = request.post is not None and request.post.unit_id == row.unit_id
    context = {
        "row": row, "sentences": summary_text.sentences(row), "compared": summary_text.compared(row),
        "week": week_words(row.week_start), "earlier": earlier.order_by("-week_start").first(),
        "own": own and row.state == "open", "longest": summary_actions.LONGEST,
    }  # fmt: skip
    return render(request, "desk/summary.html", context)


@page("bulletins.view")
def summary_file(request: StaffRequest, summary_id: UUID, kind: str) -> HttpResponse:
    """The same as a Word or PDF file."""
    row = selectors.get_summary_for(request.actor, summary_id)
    return as_file(summary_text.compose(row), kind, f"{row.unit.short_name}周小结{row.week_start}", row.assembled_at)


@page("bulletins.view")
def score_page(request: StaffRequest, summary_id: UUID) -> HttpResponse:
    """The standards out of which the week's own score was summed, as they stood then."""
    row = selectors.get_summary_for(request.actor, summary_id)
    if not row.scored:
        raise Refused("common.not_found")
    context = {"row": row, "week": week_words(row.week_start), "score": row.figures["score"][0],
               "parts": summary_text.score_parts(row)}  # fmt: skip
    return render(request, "desk/summary_score.html", context)


@page("bulletins.view")
def week_page(request: StaffRequest) -> HttpResponse:
    """The week of all units in the reader's reach: the sums beside the week before, and a line each."""
    rows, monday, weeks = _week(request)
    sums = summary_text.totals(rows) if rows else {}
    whole = len(rows) > 1
    figures = [
        (SPECS[name].label.text(language()), sums[name][0], summary_text.city_url(name, monday, rows) if whole else "",
         _("较上周 %(change)s") % {"change": f"{sums[name][0] - sums[name][1]:+d}"})
        for name in summary_text.COLUMNS if rows and monday
    ]  # fmt: skip
    lines = [
        (row, summary_url(row),
         [((row.figures.get(name) or [None])[0], summary_text.url_of(row, name)) for name in summary_text.COLUMNS])
        for row in rows
    ]  # fmt: skip
    context = {
        "monday": monday, "week": week_words(monday) if monday else "", "figures": figures, "lines": lines,
        "heads": [SPECS[name].label.text(language()) for name in summary_text.COLUMNS],
        "weeks": [(each.isoformat(), week_words(each)) for each in weeks[:WEEKS]],
        "edited": sum(row.edited for row in rows), "as_of": max((row.assembled_at for row in rows), default=None),
        "edited_url": f"{reverse('desk:summaries')}?{urlencode({'week': monday or '', 'edited': 'yes'})}",
    }  # fmt: skip
    return render(request, "desk/summary_week.html", context)


def _week(request: StaffRequest) -> tuple[list[Summary], date | None, list[date]]:
    """The summaries of the week asked for, else of the newest, in official order."""
    found = selectors.summaries_for(request.actor)
    weeks = selectors.weeks(found)
    asked = next((monday for monday in weeks if monday.isoformat() == request.GET.get("week")), None)
    monday = asked or (weeks[0] if weeks else None)
    rows = found.filter(week_start=monday).order_by("unit__official_order", "unit__code") if monday else []
    return list(rows), monday, weeks


@page("bulletins.issue")
def not_reported(request: StaffRequest) -> HttpResponse:
    """The units that added nothing to the week's summary; only where the city has switched such lists on."""
    if not settings.CITY.not_reported:
        raise Refused("common.not_found")
    rows, monday, _weeks = _week(request)
    silent = [(row, summary_url(row)) for row in rows if not row.edited]
    context = {"rows": silent, "all": len(rows), "week": week_words(monday) if monday else ""}
    return render(request, "desk/summary_silent.html", context)


@page("bulletins.view")
def week_file(request: StaffRequest, kind: str) -> HttpResponse:
    """The week of all units as a Word or PDF file."""
    rows, monday, _weeks = _week(request)
    if monday is None:
        raise Refused("common.not_found")
    document = summary_text.compose_all(rows, monday)
    return as_file(document, kind, f"各单位周小结{monday}", max(row.assembled_at for row in rows))


@page("bulletins.issue")
@require_POST
def assemble(request: StaffRequest) -> HttpResponse:
    """Count last week anew, where nothing was handed in yet."""
    today = clock.today().date()
    monday = today - timedelta(days=today.weekday() + 7)
    summary_actions.assemble_units(actor=request.actor, week_start=monday)
    return leave(request, f"{reverse('desk:summary_week')}?week={monday}")


@page("summaries.edit")
@require_POST
def edit(request: StaffRequest, summary_id: UUID) -> HttpResponse:
    """Words of the unit's own; with ``hand_in`` it is handed in at once."""
    row = selectors.get_summary_for(request.actor, summary_id)
    words = request.POST.get("words", "")
    if words.strip() != row.words:
        summary_actions.edit_summary(actor=request.actor, summary_id=row.pk, words=words)
    if "hand_in" in request.POST:
        summary_actions.hand_in_summary(actor=request.actor, summary_id=row.pk)
    return leave(request, summary_url(row))
