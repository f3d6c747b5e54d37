"""即知即改 on the phone: fixed on the spot and told in three taps; and the second look of an inspector."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chuangcheng.cases import actions, quickfixes
from chuangcheng.cases.models import QuickFix
from chuangcheng.cases.quickfix_inputs import MAX_TEXT, MOST_PHOTOS
from chuangcheng.field import bodies, pictures
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.models import Site
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


class ShotIn(BaseModel):
    """A photo that will follow."""

    model_config = ConfigDict(extra="ignore")

    sha256: str = Field(max_length=64)
    role: str = Field(max_length=12)
    taken_at: AwareDatetime | None = None
    lat: float | None = None
    lon: float | None = None


class FixIn(BaseModel):
    """What the phone's queue sends."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    category: str = Field(max_length=12)
    site: UUID | None = None
    lat: float | None = None
    lon: float | None = None
    address: str = ""
    text: str = ""
    fixed_at: AwareDatetime | None = None
    photos: list[ShotIn] = Field(default=[], max_length=MOST_PHOTOS)


@page("quickfixes.record")
@require_GET
def quickfix(request: StaffRequest) -> HttpResponse:
    """The one screen: what it was, where, two photos at most, a line if one likes."""
    top = [category for category in framework.categories() if category.is_top][:10]
    context = {
        "here": "quickfix", "categories": top, "site": _site(request), "max_mb": settings.CITY.photo_max_mb,
        "text_max": MAX_TEXT,
    }  # fmt: skip
    return render(request, "field/quickfix.html", context)


def _site(request: StaffRequest) -> Site | None:
    """The site whose page led here."""
    try:
        return sites.get_site_for(request.actor, UUID(request.GET.get("site", "")))
    except (ValueError, Refused):
        return None


@page("quickfixes.record")
@require_POST
def take_in(request: StaffRequest) -> HttpResponse:
    """What the queue of the phone sends, as often as it likes: the same id and body are one."""
    given = bodies.read(request, FixIn)
    declared = tuple(Declaration(shot.sha256, shot.role, shot.taken_at, shot.lat, shot.lon) for shot in given.photos)
    row, created = actions.record_quickfix(
        actor=request.actor,
        given=actions.QuickFixInput(
            id=given.id, category_code=given.category, site_id=given.site, lat=given.lat, lon=given.lon,
            address=given.address, text=given.text, fixed_at=given.fixed_at, photos=declared,
        ),
    )  # fmt: skip
    return JsonResponse(_said(request, row), status=201 if created else 200)


def _said(request: HttpRequest, row: QuickFix) -> dict[str, Any]:
    """What the queue believes: number and missing photos. Not a word on whether it was drawn."""
    return {
        "id": str(row.pk),
        "number": row.number,
        "url": request.build_absolute_uri(reverse("desk:quickfix", args=[row.pk])),
        "received_at": row.received_at.isoformat(),
        "missing_photos": photos.missing(("quickfix", row.pk)),
    }


@page("quickfixes.record")
@require_http_methods(["PUT"])
def put_photo(request: StaffRequest, fix_id: UUID, sha256: str) -> HttpResponse:
    """The raw bytes of a declared photo."""
    data = bodies.photo(request, sha256)
    row = actions.ingest_quickfix_photo(actor=request.actor, fix_id=fix_id, sha256=sha256, data=data)
    return JsonResponse(_said(request, row))


@page("quickfixes.look")
@require_http_methods(["GET", "POST"])
def look(request: StaffRequest, fix_id: UUID) -> HttpResponse:
    """A second look: still fixed, or back again with a photo."""
    row = quickfixes.get_for(request.actor, fix_id)
    if request.method == "POST":
        return _answer(request, row)
    context = {
        "row": row, "pictures": pictures.of_quickfix(row.pk), "may": quickfixes.may_look(request.actor, row),
        "knows": quickfixes.knows_draw(request.actor, row), "days": (clock.now() - row.fixed_at).days,
    }  # fmt: skip
    return render(request, "field/look.html", context)


def _answer(request: StaffRequest, row: QuickFix) -> HttpResponse:
    held, brought = pictures.answer(request, "held")
    done = actions.look_again(actor=request.actor, fix_id=row.pk, held=held, **brought)
    said = _("%(number)s 仍然完好，已记下。") if done.state == "held" else _("%(number)s 又出现了，已立案。")
    messages.success(request, said % {"number": done.number})
    return redirect("field:home")
