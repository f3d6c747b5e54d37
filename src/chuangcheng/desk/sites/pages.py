"""Sites: the list, the map and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem
from chuangcheng.kernel import clock
from chuangcheng.patrols import selectors as patrols
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.sites import selectors
from chuangcheng.sites.models import Site, SiteState
from chuangcheng.sites.sponsorship.selectors import of_place
from chuangcheng.web.pages import holds, page
from chuangcheng.web.scored import points, tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

GOOD, FAIR = 90, 75  # site scores of 100 at which the map's points change colour


def site_url(site: Site) -> str:
    """The page of a site."""
    return reverse("desk:site", args=[site.pk])


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(kind.code, tongue(kind)) for kind in selectors.kinds_in_use()]


def _search(rows: QuerySet[Site], words: str) -> QuerySet[Site]:
    return rows.filter(Q(name__icontains=words) | Q(code__icontains=words) | Q(address__icontains=words))


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("kind", _("类型"), lambda rows, value: rows.filter(kind_code=value), _kinds),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("unit", _("责任单位"), lambda rows, value: rows.filter(unit=value), choices.units),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), lambda _r: SiteState.choices),
)
LISTING = Listing(
    "sites",
    _("点位"),
    columns=(
        Column("code", _("编号"), lambda row: row.code, sort="code", url=site_url),
        Column("name", _("点位"), lambda row: row.name, sort="name", wide=True),
        Column("kind", _("类型"), lambda row: tongue(row.kind)),
        Column("area", _("区域"), lambda row: row.division.name),
        Column("unit", _("责任单位"), lambda row: row.unit.short_name),
        Column("score", _("最近得分"), lambda row: points(row.last_score), number=True),
        Column("visited", _("最近到访"), lambda row: row.last_visit),
        Column("open", _("未结问题"), lambda row: row.open_cases, number=True, corner=True),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", shown=False),
        Column("address", _("地址"), lambda row: row.address, shown=False, wide=True),
    ),
    filters=FILTERS,
    sort="code",
)


def site_rows(request: StaffRequest) -> QuerySet[Site]:
    """The visible sites with their latest score, latest visit and the visible open cases. Each is a subquery of its
    own: two joins would multiply their rows."""
    newest = Visit.objects.filter(site=OuterRef("pk"), state="finished").order_by("-finished_at")
    cases = visible_cases(request.actor).filter(site=OuterRef("pk"), state__in=CASE.open_states()).order_by()
    return selectors.visible_to(request.actor).annotate(
        last_score=Subquery(newest.values("score")[:1]),
        last_visit=Subquery(newest.values("finished_at")[:1]),
        open_cases=Coalesce(Subquery(cases.values("site").annotate(number=Count("pk")).values("number")), 0),
    )


@page("sites.view")
def site_list(request: StaffRequest) -> HttpResponseBase:
    """Sites, narrowed and sorted."""
    return LISTING.respond(request, site_rows(request), "desk/sites.html", {"views": _views("sites")})


@page("sites.view")
def site_map(request: StaffRequest) -> HttpResponse:
    """Sites on the map, coloured by their latest score."""
    context = {
        "views": _views("site_map"),
        "content_url": reverse("desk:site_map_content"),
        "tile_url": settings.CITY.tile_url,
        "good": GOOD,
        "fair": FAIR,
    }
    return render(request, "desk/site_map.html", context)


@page("sites.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries in the post's reach and the sites in use, as GeoJSON."""
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]},
            "properties": {"title": f"{site.name} {_score(site)}", "url": site_url(site), "tone": _tone(site)},
        }
        for site in site_rows(request).filter(state=SiteState.ACTIVE)
    ]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


def _score(site: Any) -> str:
    return "" if site.last_score is None else f"{site.last_score:.1f}"


def _tone(site: Any) -> str:
    if site.last_score is None:
        return "blue"
    return "green" if site.last_score >= GOOD else "amber" if site.last_score >= FAIR else "red"


def _views(current: str) -> list[tuple[str, object, bool]]:
    names = (("sites", _("列表")), ("site_map", _("地图")))
    return [(reverse(f"desk:{name}"), label, name == current) for name, label in names]


@page("sites.view")
def site_page(request: StaffRequest, site_id: UUID) -> HttpResponse:
    """One site: what is wrong now, what was found, and its checklist with the last result of each item."""
    site = selectors.get_site_for(request.actor, site_id)
    visits = list(patrols.visits_of(request.actor, site)[:20])
    scored = [float(visit.score) for visit in reversed(visits) if visit.score is not None]
    cases = visible_cases(request.actor).filter(site=site).select_related("category", "holder")
    context: dict[str, Any] = {
        "site": site,
        "sponsors": of_place(site) if holds(request, "sponsorships.view") else (),
        "visits": visits,
        "sees_visits": holds(request, "visits.view"),
        "scores": scored,
        "budget": patrols.visit_budget(site, clock.now()),
        "open_cases": list(cases.filter(state__in=CASE.open_states()).order_by(F("due_at").asc(nulls_last=True))[:50]),
        "items": _checklist(request, site),
    }
    return render(request, "desk/site.html", context)


def _checklist(request: StaffRequest, site: Site) -> list[tuple[ChecklistItem, Check | None]]:
    """The kind's items, each with its latest check among the visits that the post may see."""
    latest: dict[UUID, Check] = {}
    seen = patrols.visible_checks(request.actor).filter(visit__site=site)
    for check in seen.select_related("case").order_by("happened_at"):
        latest[check.item_id] = check
    return [(item, latest.get(item.pk)) for item in framework.items_of(site.kind)]
