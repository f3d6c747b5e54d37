"""Compounds: the list with its figures, the map, the page of one, and what may be done with it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases.compound_work import of_compound
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.patrols import selectors as patrols
from chuangcheng.sites.compounds import actions, selectors
from chuangcheng.sites.compounds.models import Attainment, Committee, Compound, Property, Renewal
from chuangcheng.sites.sponsorship.selectors import of_place
from chuangcheng.sites.states import COMPOUND
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

TONES = {"met": "green", "improve": "amber", "weak": "red", "": "blue"}
LONG_AGO = date(1, 1, 1)


def compound_url(compound: Compound) -> str:
    """The page of a compound."""
    return reverse("desk:compound", args=[compound.pk])


def _offer(model: Any) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in model.choices if code]


def _grades(_request: HttpRequest) -> list[Choice]:
    return [("none", gettext("未评定")), *_offer(Attainment)]


def _grade(rows: QuerySet[Compound], value: str) -> QuerySet[Compound]:
    return rows.filter(grade="" if value == "none" else value)


def _managed(rows: QuerySet[Compound], value: str) -> QuerySet[Compound]:
    none = Q(property_kind=Property.NONE)
    return rows.filter(~none if value == "yes" else none)


def _search(rows: QuerySet[Compound], words: str) -> QuerySet[Compound]:
    named = Q(name__icontains=words) | Q(code__icontains=words) | Q(address__icontains=words)
    return rows.filter(named | Q(property_company__icontains=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in COMPOUND.states]


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("grade", _("等级"), _grade, _grades),
    Filter("property", _("物业"), lambda rows, value: rows.filter(property_kind=value), lambda _r: _offer(Property)),
    Filter("committee", _("业委会"), lambda rows, value: rows.filter(committee=value), lambda _r: _offer(Committee)),
    Filter("renewal", _("改造"), lambda rows, value: rows.filter(renewal=value), lambda _r: _offer(Renewal)),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
    Filter("managed", _("物业覆盖"), _managed, lambda _r: [("yes", _("已覆盖")), ("no", _("未覆盖"))], quiet=True),
)
LISTING = Listing(
    "compounds",
    _("小区"),
    columns=(
        Column("code", _("编号"), lambda row: row.code, sort="code", url=compound_url),
        Column("name", _("小区"), lambda row: row.name, sort="name", wide=True),
        Column("area", _("社区"), lambda row: row.division.name),
        Column("property", _("物业"), lambda row: row.property_company or gettext(row.get_property_kind_display())),
        Column("committee", _("业委会"), lambda row: gettext(row.get_committee_display())),
        Column("households", _("户数"), lambda row: row.households, sort="households", number=True),
        Column("bin_points", _("投放点"), lambda row: row.bin_points, sort="bin_points", number=True),
        Column("bins", _("垃圾桶"), lambda row: row.bins, sort="bins", number=True),
        Column("renewal", _("改造"), lambda row: gettext(row.get_renewal_display()), shown=False),
        Column("year", _("建成年份"), lambda row: row.year_built, sort="year_built", null_as=0, number=True),
        Column("grade", _("等级"), lambda row: gettext(row.get_grade_display()), corner=True,
               template="desk/cells/grade_word.html"),
        Column("graded", _("评定日期"), lambda row: row.graded_on, sort="graded_on", null_as=LONG_AGO, shown=False),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", shown=False),
        Column("address", _("地址"), lambda row: row.address, shown=False, wide=True),
    ),
    filters=FILTERS,
    sort="code",
)  # fmt: skip


@page("compounds.view")
def compound_list(request: StaffRequest) -> HttpResponseBase:
    """Compounds, with the figures over those that the post sees."""
    rows = selectors.visible_to(request.actor)
    cover = selectors.cover(rows)
    shares = {
        name: (cover.share(count), f"{count}/{cover.compounds}")
        for name, count in (("managed", cover.managed), ("committee", cover.with_committee), ("met", cover.met))
    }
    context = {"views": _views("compounds"), "cover": cover, "shares": shares,
               "bins": f"{cover.bin_points:,} / {cover.bins:,}",
               "may_import": holds(request, "compounds.edit")}  # fmt: skip
    return LISTING.respond(request, rows, "desk/compounds.html", context)


@page("compounds.view")
def compound_map(request: StaffRequest) -> HttpResponse:
    """Compounds on the map, coloured by grade."""
    context = {"views": _views("compound_map"), "content_url": reverse("desk:compound_map_content"),
               "tile_url": settings.CITY.tile_url}  # fmt: skip
    return render(request, "desk/compound_map.html", context)


@page("compounds.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries in the post's reach and the compounds on the register, as GeoJSON."""
    rows = selectors.visible_to(request.actor).filter(state="active")
    points = [_point(row) for row in rows]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


def _point(row: Compound) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {"title": row.name, "url": compound_url(row), "tone": TONES[row.grade]},
    }


def _views(current: str) -> list[tuple[str, object, bool]]:
    names = (("compounds", _("列表")), ("compound_map", _("地图")))
    return [(reverse(f"desk:{name}"), label, name == current) for name, label in names]


@page("compounds.view")
def compound_page(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """One compound: what is wrong there now, what it has, how it was graded, what was deliberated."""
    row = selectors.get_compound_for(request.actor, compound_id)
    cases = of_compound(visible_cases(request.actor), row).select_related("category", "holder")
    still_open = cases.filter(state__in=CASE.open_states()).order_by(F("due_at").asc(nulls_last=True), "pk")
    context: dict[str, Any] = {
        "compound": row,
        "sponsors": of_place(row) if holds(request, "sponsorships.view") else (),
        "open_cases": list(still_open[:30]),
        "gradings": list(row.gradings.all()[:20]),
        "deliberations": list(row.deliberations.order_by("-convened_at")[:10]),
        "visits": list(patrols.visits_of(request.actor, row.site)[:5]) if row.site else (),
        "sees_visits": holds(request, "visits.view"),
        "moves": selectors.moves_for(request.actor, row),
        "may_edit": selectors.may_edit(request.actor, row),
        "may_grade": row.state == "active" and selectors.may_edit(request.actor, row, "compounds.grade"),
        "may_contact": bool(row.liaison_cipher) and selectors.may_edit(request.actor, row, "compounds.contact"),
        "may_convene": row.state == "active" and selectors.may_edit(request.actor, row, "deliberations.run"),
        "content_url": reverse("desk:compound_spot", args=[row.pk]),
        "tile_url": settings.CITY.tile_url,
    }
    return render(request, "desk/compound.html", context)


@page("compounds.view")
def spot(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """The compound's own boundary and point, and the grid or community around it."""
    row = selectors.get_compound_for(request.actor, compound_id)
    around = row.grid.boundary if row.grid else row.division.boundary
    shapes = [(row.boundary, row.name, "grid"), (around, row.division.name, "community")]
    areas = [
        {"type": "Feature", "geometry": shape, "properties": {"name": name, "level": level}}
        for shape, name, level in shapes
        if shape
    ]
    points = {"type": "FeatureCollection", "features": [_point(row)]}
    return JsonResponse({"areas": {"type": "FeatureCollection", "features": areas}, "points": points})


@page("compounds.contact")
@require_POST
def contact(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """The contact person in clear; the look is written down."""
    row = selectors.get_compound_for(request.actor, compound_id)
    name, phone = actions.see_liaison(actor=request.actor, compound_id=row.pk)
    context = {"compound": row, "name": name, "phone": phone}
    return render(request, "desk/compound_contact.html", context)
