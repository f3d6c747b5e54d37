"""Photos, streamed after their owner was fetched: a photo has no rights of its own."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.http import FileResponse, HttpResponseBase

from chuangcheng.cases import quickfixes
from chuangcheng.cases import selectors as cases
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import selectors as patrols
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


@page("cases.view")
def case_photo(request: StaffRequest, case_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a case or of one that was merged into it, or its thumbnail with ``?thumb=1``."""
    case = cases.get_case_for(request.actor, case_id)
    photo = photos.photo_of_any("case", [case_id, *case.merged.values_list("pk", flat=True)], photo_id)
    return stream(request, ("case", photo.owner_id), photo_id)


@page("reports.view")
def report_photo(request: StaffRequest, report_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a report, or its thumbnail."""
    cases.get_report_for(request.actor, report_id)
    return stream(request, ("report", report_id), photo_id)


@page("orders.view")
def order_photo(request: StaffRequest, order_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo that was brought for the removal of an order, or its thumbnail."""
    cases.get_order_for(request.actor, order_id)
    return stream(request, ("order", order_id), photo_id)


@page("quickfixes.view")
def quickfix_photo(request: StaffRequest, fix_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of what was fixed on the spot, or its thumbnail."""
    quickfixes.get_for(request.actor, fix_id)
    return stream(request, ("quickfix", fix_id), photo_id)


@page("cases.view")
def evidence(request: StaffRequest, case_id: UUID, check_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """What a check that stands behind the case saw, for everyone who works on the case."""
    case = cases.get_case_for(request.actor, case_id)
    if not patrols.checks_behind(case).filter(pk=check_id).exists():
        raise Refused("common.not_found")
    return stream(request, ("check", check_id), photo_id)


@page("visits.view")
def check_photo(request: StaffRequest, check_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a check, for those who see the visit."""
    check = patrols.get_check_for(request.actor, check_id)
    return stream(request, ("check", check.pk), photo_id)


def stream(request: StaffRequest, owner: tuple[str, UUID], photo_id: UUID) -> HttpResponseBase:
    """A stored photo of an owner that the caller has fetched for this reader, or its thumbnail with ``?thumb=1``."""
    return stream_photo(request, photos.photo_of(owner, photo_id))


def stream_photo(request: StaffRequest, photo: Photo) -> HttpResponseBase:
    """As :func:`stream`, of a photo that is at hand."""
    return stream_path(photos.stored_path(photo, thumb=bool(request.GET.get("thumb"))))


def stream_path(path: Path, *, keep: bool = True) -> HttpResponseBase:
    """A stored picture. The address of most names a row whose bytes never change: its reader may keep it."""
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable" if keep else "private, no-cache"
    return response
