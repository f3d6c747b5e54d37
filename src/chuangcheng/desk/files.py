"""Photos, streamed after their owner was fetched: a photo has no rights of its own."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponseBase

from chuangcheng.cases import selectors as cases
from chuangcheng.photos import selectors as photos
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


@page("cases.view")
def case_photo(request: StaffRequest, case_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a case, or its thumbnail with ``?thumb=1``."""
    cases.get_case_for(request.actor, case_id)
    return _stream(request, ("case", case_id), photo_id)


@page("reports.view")
def report_photo(request: StaffRequest, report_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of a report, or its thumbnail."""
    cases.get_report_for(request.actor, report_id)
    return _stream(request, ("report", report_id), photo_id)


def _stream(request: StaffRequest, owner: tuple[str, UUID], photo_id: UUID) -> HttpResponseBase:
    photo = photos.photo_of(owner, photo_id)
    thumb = bool(request.GET.get("thumb"))
    file = photos.stored_path(photo, thumb=thumb).open("rb")
    response = FileResponse(file, content_type="image/jpeg" if thumb else photo.mime)
    # The address names the photo's row, whose bytes never change; only this reader may keep it.
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response
