"""即知即改: the list, counts by unit and grid, the map, and the page of one with its second look."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, quickfixes, timeline
from chuangcheng.cases.models import QuickFix
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import QUICKFIX
from chuangcheng.desk import choices, forms
from chuangcheng.desk.areas import boundaries
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.moving import Moves, plainly
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import of_quickfix
from chuangcheng.kernel import clock
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.tables.columns import narrow, read

POINTS = 2000


def quickfix_url(row: QuickFix) -> str:
    """The page of one."""
    return reverse("desk:quickfix", args=[row.pk])


def _search(rows: QuerySet[QuickFix], words: str) -> QuerySet[QuickFix]:
    return rows.filter(Q(text__icontains=words) | Q(address__icontains=words) | Q(number__iexact=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in QUICKFIX.states]


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    Filter("unit", _("单位"), lambda rows, value: rows.filter(unit=value), choices.units),
    Filter("relapsed", _("反弹"), lambda rows, _value: rows.filter(state="relapsed"), lambda _r: [("yes", _("是"))]),
    Filter("category", _("类别代码"), lambda rows, value: rows.filter(category__code__startswith=value), quiet=True),
    Filter("grid", _("网格编号"), lambda rows, value: rows.filter(grid__code=value), quiet=True),
    COUNTED_IN,
    *days_of("fixed", "fixed_at", _("改好自"), _("改好至")),
)  # fmt: skip
COLUMNS = (
    Column("number", _("编号"), lambda row: row.number, url=quickfix_url),
    Column("category", _("类别"), lambda row: tongue(row.category), wide=True),
    Column("text", _("说明"), lambda row: masked(row.text), shown=False, wide=True),
    Column("area", _("区域"), lambda row: row.division.name if row.division else ""),
    Column("grid", _("网格"), lambda row: row.grid.name if row.grid else "", shown=False),
    Column("address", _("地址"), lambda row: row.address, wide=True),
    Column("unit", _("单位"), lambda row: row.unit.short_name),
    Column("photos", _("照片"), lambda row: row.photos_declared - row.photos_missing, number=True),
    Column("relapsed", _("反弹"), lambda row: now_said("反弹") if row.state == "relapsed" else "", corner=True),
    Column("fixed", _("改好时间"), lambda row: row.fixed_at, sort="fixed_at"),
)
#: A unit must not see what of its own was drawn before somebody has looked.
LISTING = Listing("quickfixes", _("即知即改"), columns=COLUMNS, filters=FILTERS, sort="-fixed")
WATCHED = Listing(
    "watched_quickfixes",
    _("即知即改"),
    columns=(
        *COLUMNS,
        Column(
            "state", _("回看"), lambda row: row.get_state_display() if row.told else "", template="desk/cells/look.html"
        ),
        Column("why", _("抽中原因"), lambda row: now_said(row.get_sampled_display()) if row.told else "", shown=False),
    ),
    filters=(Filter("state", _("回看"), lambda rows, value: rows.filter(told=value), _states), *FILTERS),
    sort="-fixed",
)


def _listing(request: StaffRequest) -> Listing:
    return WATCHED if holds(request, "rechecks.view") else LISTING


def _rows(request: StaffRequest) -> QuerySet[QuickFix]:
    rows = quickfixes.visible_to(request.actor).select_related("category", "unit", "division", "grid")
    return quickfixes.with_told(rows, request.actor)


def _views(request: HttpRequest, current: str) -> list[tuple[str, object, bool]]:
    kept = request.GET.copy()
    for name in ("after", "before", "export", "cols", "by"):
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    names = (("quickfixes", _("列表")), ("quickfix_counts", _("统计")), ("quickfix_map", _("地图")))
    return [(reverse(f"desk:{name}") + query, label, name == current) for name, label in names]


@page("quickfixes.view")
def quickfix_list(request: StaffRequest) -> HttpResponseBase:
    """What was fixed on the spot, the newest first."""
    context = {"views": _views(request, "quickfixes")}
    return _listing(request).respond(request, _rows(request), "desk/quickfixes.html", context)


@page("quickfixes.view")
def counts(request: StaffRequest) -> HttpResponse:
    """How many by unit or grid, and how many of those that somebody saw again did not last."""
    by = "grid" if request.GET.get("by") == "grid" else "unit"
    filters = read(_listing(request).filters, request)
    rows = narrow(_rows(request).select_related(None), filters)
    context = {
        "filters": filters, "views": _views(request, "quickfix_counts"), "by": by,
        "lines": quickfixes.tallies(rows, by), "as_of": clock.now(),
    }  # fmt: skip
    return render(request, "desk/quickfix_counts.html", context)


@page("quickfixes.view")
def quickfix_map(request: StaffRequest) -> HttpResponse:
    """The same on the map."""
    context = {
        "filters": read(_listing(request).filters, request), "views": _views(request, "quickfix_map"),
        "content_url": f"{reverse('desk:quickfix_map_content')}?{request.GET.urlencode()}",
        "tile_url": settings.CITY.tile_url, "limit": POINTS,
    }  # fmt: skip
    return render(request, "desk/quickfix_map.html", context)


@page("quickfixes.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries in the post's reach and the newest of them as points."""
    rows = narrow(_rows(request), read(_listing(request).filters, request))
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {
                "title": f"{row.number} {tongue(row.category)}",
                "url": quickfix_url(row),
                "tone": "red" if row.state == "relapsed" else "green",
            },
        }
        for row in rows.filter(lat__isnull=False).order_by("-fixed_at")[:POINTS]
    ]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


@page("quickfixes.view")
def quickfix_page(request: StaffRequest, fix_id: UUID) -> HttpResponse:
    """One: what, where, by which unit, its photos, and what came of a second look."""
    row = quickfixes.get_for(request.actor, fix_id)
    knows = quickfixes.knows_draw(request.actor, row)
    moves = [move for move in QUICKFIX.moves_from(row.state) if move.permission == "quickfixes.look"]
    context: dict[str, Any] = {
        "row": row, "pictures": of_quickfix(row), "knows": knows,
        "moves": moves if quickfixes.may_look(request.actor, row) else [],
        "entries": timeline.of_quickfix(row, all_of_it=knows),
    }  # fmt: skip
    return render(request, "desk/quickfix.html", context)


class Hold(django_forms.Form):
    """Still fixed: nothing to say."""


class Relapse(django_forms.Form):
    """Back again, with a photo."""

    photos = forms.PhotosField(label=_("现场照片"))
    note = django_forms.CharField(label=_("说明"), required=False, max_length=300)


MOVES = Moves(QUICKFIX.move, "desk:quickfix_move", quickfix_url, plainly("fix_id", {
    "hold": (Hold, partial(actions.look_again, held=True)),
    "relapse": (Relapse, partial(actions.look_again, held=False)),
}, asked=forms.one_photo))  # fmt: skip


@page("quickfixes.look")
def quickfix_move(request: StaffRequest, fix_id: UUID, name: str) -> HttpResponse:
    """The two answers of a second look."""
    return MOVES.take(request, quickfixes.get_for(request.actor, fix_id), name)
