"""Service windows: what was said at each, its code, and the way up for complaints."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases.selectors import visible_reports
from chuangcheng.cases.window_work import hand_to_superior
from chuangcheng.desk import choices, prints
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.models import Site
from chuangcheng.sites.windows import selectors
from chuangcheng.sites.windows.models import Aspect, Tone
from chuangcheng.web import qr
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing

SHOWN = 50


def window_url(site: Site) -> str:
    """What was said at a window."""
    return reverse("desk:window", args=[site.pk])


def _superior(site: Site) -> str:
    above = selectors.superior_of(site.unit)
    return above.short_name if above else "—"


LISTING = Listing(
    "windows",
    _("窗口"),
    columns=(
        Column("code", _("编号"), lambda row: row.code, sort="code", url=window_url),
        Column("name", _("窗口"), lambda row: row.name, sort="name", wide=True),
        Column("area", _("区域"), lambda row: row.division.name),
        Column("unit", _("管理单位"), lambda row: row.unit.short_name),
        Column("above", _("投诉转"), _superior),
        Column("praises", _("表扬"), lambda row: row.praises, number=True),
        Column("complaints", _("不满意"), lambda row: row.complaints, number=True, corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), lambda rows, words: rows.filter(name__icontains=words), kind="search"),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    ),
    sort="code",
)


@page("windows.view")
def window_list(request: StaffRequest) -> HttpResponseBase:
    """The windows with what was said lately."""
    rows = selectors.windows_for(request.actor, clock.now())
    return LISTING.respond(request, rows, "desk/windows.html", {"days": selectors.DAYS})


@page("windows.view")
def window_page(request: StaffRequest, site_id: UUID) -> HttpResponse:
    """What was said at one window, and what became of the complaints."""
    site = selectors.get_window_for(request.actor, site_id, clock.now())
    voices = list(selectors.voices_of(site)[:SHOWN])
    reports = _reports(request, [voice.report_id for voice in voices if voice.report_id])
    may_hand = holds(request, "reports.triage") and holds(request, "cases.dispatch")
    counts = {
        (row["aspect"], row["tone"]): row["n"]
        for row in site.voices.order_by().values("aspect", "tone").annotate(n=Count("pk"))
    }
    context: dict[str, Any] = {
        "site": site,
        "above": selectors.superior_of(site.unit),
        "days": selectors.DAYS,
        "voices": [(voice, reports.get(voice.report_id)) for voice in voices],
        "aspects": [
            (gettext(str(label)), counts.get((code, Tone.PRAISE), 0), counts.get((code, Tone.COMPLAINT), 0))
            for code, label in Aspect.choices
        ],
        "may_hand": may_hand,
        "reports_url": f"{reverse('desk:reports')}?{urlencode({'source': 'window', 'q': site.name})}",
    }
    return render(request, "desk/window.html", context)


def _reports(request: StaffRequest, ids: list[Any]) -> dict[Any, Any]:
    rows: QuerySet[Any] = visible_reports(request.actor).select_related("case").filter(pk__in=ids)
    return {report.pk: report for report in rows} if holds(request, "reports.view") else {}


@page("reports.triage")
@require_POST
def hand_up(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """File the complaint and give it to the unit above."""
    window = selectors.window_of(report_id)
    if window is None:
        raise Refused("common.not_found")
    case = hand_to_superior(actor=request.actor, report_id=report_id)
    return leave(request, reverse("desk:case", args=[case.pk]))


@page("windows.view")
def window_code(request: StaffRequest, site_id: UUID, kind: str) -> HttpResponse:
    """The code at the window, as SVG or PNG."""
    site = selectors.get_window_for(request.actor, site_id, clock.now())
    address = _address(request, site)
    if kind == "svg":
        return prints.download(qr.svg(address).encode(), f"{site.code}.svg", "image/svg+xml")
    if kind == "png":
        return prints.download(qr.png(address), f"{site.code}.png", "image/png")
    raise Refused("common.not_found")


@page("windows.view")
def window_codes(request: StaffRequest) -> HttpResponse:
    """The codes of all windows, twelve to a page."""
    rows = selectors.windows_for(request.actor, clock.now()).order_by("code")
    cards = [prints.Card(site.name, site.address, site.code, qr.svg(_address(request, site))) for site in rows]
    if not cards:
        raise Refused("common.not_found")
    return prints.download(
        prints.print_codes("窗口评价二维码", "服务请您评价", cards, clock.now()), "窗口评价二维码.pdf"
    )


def _address(request: HttpRequest, site: Site) -> str:
    return qr.public_address(request, reverse("portal:window", args=[site.pk]))
