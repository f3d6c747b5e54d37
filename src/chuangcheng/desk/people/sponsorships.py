"""Sponsorship 包联: the list, the cover of each kind of place with its map, and the places that nobody stands by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.places.models import Division
from chuangcheng.sites.sponsorship import selectors
from chuangcheng.sites.sponsorship.models import Sponsorship, SubjectKind
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

#: Points on the map: more than a city's sites and communities of one district.
MOST_POINTS = 6000


def sponsorship_url(row: Sponsorship) -> str:
    """The page of a sponsorship."""
    return reverse("desk:sponsorship", args=[row.pk])


def place_url(subject: Any) -> str:
    """The page of a place; a community has none but its rows."""
    if isinstance(subject, Division):
        return f"{reverse('desk:sponsorships')}?at={subject.path}&kind=community"
    return reverse(f"desk:{subject._meta.model_name}", args=[subject.pk])


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in SubjectKind.choices]


def _stands(rows: QuerySet[Sponsorship], value: str) -> QuerySet[Sponsorship]:
    if value == "ended":
        return rows.filter(selectors.ended())
    return rows.filter(selectors.standing()) if value == "yes" else rows.filter(valid_from__gt=clock.today().date())


def _search(rows: QuerySet[Sponsorship], words: str) -> QuerySet[Sponsorship]:
    named = Q(division__name__icontains=words) | Q(site__name__icontains=words) | Q(compound__name__icontains=words)
    return rows.filter(named | Q(unit__short_name__icontains=words) | Q(person__name=words))


def _said(row: Sponsorship) -> str:
    today = clock.today().date()
    if row.stands(today):
        return gettext("在联")
    return gettext("未开始") if row.valid_from > today else gettext("已结束")


LISTING = Listing(
    "sponsorships",
    _("包联"),
    columns=(
        Column("subject", _("包联对象"), lambda row: row.subject.name, url=sponsorship_url, wide=True),
        Column("kind", _("类型"), lambda row: gettext(row.get_kind_display()), sort="kind"),
        Column("unit", _("包联单位"), lambda row: row.unit.short_name),
        Column("person", _("责任人"), lambda row: row.person.name if row.person else ""),
        Column("cadres", _("干部人数"), lambda row: row.cadres, sort="cadres", number=True),
        Column("from", _("自"), lambda row: row.valid_from, sort="valid_from"),
        Column("to", _("至"), lambda row: row.valid_to),
        Column("code", _("对象编码"), lambda row: row.subject.code, shown=False),
        Column("state", _("状态"), _said, corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("kind", _("类型"), lambda rows, value: rows.filter(kind=value), _kinds),
        Filter("unit", _("包联单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("at", _("社区"), lambda rows, value: rows.filter(division_path__startswith=value), quiet=True),
        Filter("standing", _("状态"), _stands,
               lambda _r: [("yes", _("在联")), ("later", _("未开始")), ("ended", _("已结束"))]),
    ),
    sort="-from",
)  # fmt: skip


def views(current: str) -> list[tuple[str, object, bool]]:
    """The pages of sponsorship, as tabs."""
    names = (("sponsorships", _("列表")), ("sponsorship_cover", _("覆盖")))
    return [(reverse(f"desk:{name}"), label, name == current) for name, label in names]


@page("sponsorships.view")
def sponsorship_list(request: StaffRequest) -> HttpResponseBase:
    """Who stands by what, with the figures over what the post sees."""
    rows = selectors.visible_to(request.actor)
    context = {"views": views("sponsorships"), "effort": selectors.effort(rows),
               "may_edit": holds(request, "sponsorships.edit")}  # fmt: skip
    return LISTING.respond(request, rows, "desk/sponsorships.html", context)


@page("sponsorships.view")
def sponsorship_page(request: StaffRequest, sponsorship_id: UUID) -> HttpResponse:
    """One sponsorship and who else stands by the same place."""
    row = selectors.get_sponsorship_for(request.actor, sponsorship_id)
    today = clock.today().date()
    others = selectors.of_place(row.subject).exclude(pk=row.pk)
    context = {"row": row, "subject": row.subject, "place_url": place_url(row.subject), "others": others,
               "ended": row.valid_to is not None and row.valid_to < today,
               "may_edit": selectors.may_edit(request.actor, row)}  # fmt: skip
    return render(request, "desk/sponsorship.html", context)


@page("sponsorships.view")
def cover(request: StaffRequest) -> HttpResponse:
    """How many places of each kind somebody stands by, with the rows behind each figure, and the map."""
    context: dict[str, Any] = {
        "views": views("sponsorship_cover"),
        "lines": [(line, gettext(str(line.kind.label))) for line in selectors.coverage(request.actor)],
        "effort": selectors.effort(selectors.visible_to(request.actor)),
        "content_url": reverse("desk:sponsorship_map"),
        "tile_url": settings.CITY.tile_url,
        "may_edit": holds(request, "sponsorships.edit"),
    }
    return render(request, "desk/sponsorship_cover.html", context)


@page("sponsorships.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries in the post's reach and a point for each place: green where somebody stands by it, red where nobody
    does."""
    points: list[dict[str, Any]] = []
    for kind in SubjectKind:
        rows = selectors.subjects(request.actor, kind).filter(lat__isnull=False).order_by("covered", "code")
        points += [_point(row) for row in rows[: MOST_POINTS - len(points)]]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


def _point(row: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {"title": row.name, "url": place_url(row), "tone": "green" if row.covered else "red"},
    }


def _area(row: Any) -> str:
    above = row.parent if isinstance(row, Division) else row.division
    return above.name if above else ""


def _gaps(key: str, path: str) -> Listing:
    """The places that nobody stands by, one list for each table that they stand in."""
    return Listing(
        key,
        _("无人包联"),
        columns=(
            Column("code", _("编码"), lambda row: row.code, sort="code"),
            Column("name", _("名称"), lambda row: row.name, sort="name", wide=True),
            Column("area", _("所在区域"), _area),
        ),
        filters=(
            Filter("q", _("搜索"), lambda rows, words: rows.filter(name__icontains=words), kind="search"),
            Filter("area", _("区域"), lambda rows, value: rows.filter(**{f"{path}__startswith": value}), choices.areas),
        ),
        sort="code",
    )


COMMUNITY_GAPS = _gaps("gaps_community", "path")
COMPOUND_GAPS = _gaps("gaps_compound", "division_path")
SITE_GAPS = _gaps("gaps_site", "division_path")
GAPS = {SubjectKind.COMMUNITY: COMMUNITY_GAPS, SubjectKind.COMPOUND: COMPOUND_GAPS}


@page("sponsorships.view")
def gaps(request: StaffRequest, kind: str) -> HttpResponseBase:
    """The rows behind a gap."""
    if kind not in SubjectKind.values:
        raise Refused("common.not_found")
    rows = selectors.subjects(request.actor, kind).filter(covered=False)
    found = SubjectKind(kind)
    context = {"kind": gettext(str(found.label)), "may_edit": holds(request, "sponsorships.edit")}
    return GAPS.get(found, SITE_GAPS).respond(request, rows, "desk/sponsorship_gaps.html", context)
