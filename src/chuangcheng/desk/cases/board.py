"""Cases as a board, one column a state, and as a map of our own boundaries."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from chuangcheng.cases import board
from chuangcheng.cases.instructions import under_instruction
from chuangcheng.cases.models import Case
from chuangcheng.cases.reading import masked
from chuangcheng.cases.selectors import status_of
from chuangcheng.cases.states import CASE
from chuangcheng.desk.areas import boundaries
from chuangcheng.desk.cases.pages import FILTERS, case_rows, views
from chuangcheng.kernel import clock
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.columns import Shown, narrow, read

SLIPS = 15
POINTS = 2000
#: What a point on the map tells.
_DRAWN = ("number", "text", "lat", "lon", "state", "due_at", "handled_at", "on_time")
_TONES = {"overdue": "red", "due_soon": "amber", "done": "green", "done_late": "green"}


def _narrowed(request: StaffRequest) -> tuple[list[Shown], QuerySet[Case]]:
    filters = read(FILTERS, request)
    return filters, narrow(case_rows(request), filters)


@page("cases.view")
def case_board(request: StaffRequest) -> HttpResponse:
    """Open cases by state, the most urgent first in each."""
    filters, rows = _narrowed(request)
    context = {
        "columns": board.columns(rows, SLIPS),
        "filters": filters,
        "views": views(request, "case_board"),
        "slips": SLIPS,
        "under_instruction": under_instruction(),
    }
    return render(request, "desk/case_board.html", context)


@page("cases.view")
def case_map(request: StaffRequest) -> HttpResponse:
    """Open cases on the map; without a map, the list says the same."""
    filters, _rows = _narrowed(request)
    context = {
        "filters": filters,
        "views": views(request, "case_map"),
        "content_url": f"{reverse('desk:case_map_content')}?{request.GET.urlencode()}",
        "tile_url": settings.CITY.tile_url,
        "limit": POINTS,
    }
    return render(request, "desk/case_map.html", context)


@page("cases.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries in the post's reach and the newest open cases, as GeoJSON."""
    now, lists = clock.now(), reverse("desk:cases")  # a case's address is made two thousand times: not by reverse
    _filters, rows = _narrowed(request)
    rows = rows.filter(state__in=CASE.open_states(), lat__isnull=False).order_by("-filed_at")
    rows = rows.select_related(None).only(*_DRAWN)
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
            "properties": {
                "title": f"{case.number} {masked(case.text)[:40]}",
                "url": f"{lists}{case.pk}/",
                "tone": _TONES.get(status_of(case, now), "blue"),
            },
        }
        for case in rows[:POINTS]
    ]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})
