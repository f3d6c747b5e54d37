"""Covering faces and plates by hand, and publishing a photo (先审后发)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases import publishing, selectors
from chuangcheng.desk.files import stream_path
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import release as releases
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

MOST_BYTES = 10_000
KINDS = ("report", "case")


def _photo(request: StaffRequest, kind: str, subject_id: UUID, photo_id: UUID) -> tuple[str, Photo]:
    """The number of what the photo belongs to, and the photo."""
    if kind not in KINDS:
        raise Refused("common.not_found")
    get = selectors.get_report_for if kind == "report" else selectors.get_case_for
    row = get(request.actor, subject_id)
    photo = photos.photo_of((kind, row.pk), photo_id)
    if not photo.stored_at:
        raise Refused("common.not_found")
    return row.number, photo


@page(publishing.RIGHT)
def cover_page(request: StaffRequest, kind: str, subject_id: UUID, photo_id: UUID) -> HttpResponse:
    """The photo to draw on; POST publishes it so, or takes it back."""
    number, photo = _photo(request, kind, subject_id, photo_id)
    if request.method == "POST":
        return _act(request, kind, subject_id, photo_id)
    stands = releases.of_photos([photo]).get(photo.pk)
    context = {
        "photo": photo,
        "number": number,
        "back": reverse(f"desk:{kind}", args=[subject_id]),
        "url": reverse(f"desk:{kind}_photo", args=[subject_id, photo_id]),
        "release": stands,
        "public_url": reverse("desk:covered", args=[kind, subject_id, photo_id]),
        "most": releases.MOST_BOXES,
    }
    return render(request, "desk/redaction.html", context)


def _act(request: StaffRequest, kind: str, subject_id: UUID, photo_id: UUID) -> HttpResponse:
    given: dict[str, Any] = {"actor": request.actor, "kind": kind, "subject_id": subject_id, "photo_id": photo_id}
    if "withdraw" in request.POST:
        publishing.withdraw_photo(**given)
        messages.success(request, _("照片已撤回，不再公开。"))
    else:
        done = publishing.release_photo(**given, boxes=_boxes(request.POST.get("boxes", "")))
        said = _("照片已公开，遮挡 %(n)s 处。") if done.boxes else _("照片已公开，没有遮挡。")
        messages.success(request, said % {"n": done.boxes})
    return redirect("desk:redaction", kind, subject_id, photo_id)


def _boxes(text: str) -> list[list[object]]:
    """What the page drew: a JSON list of lists of four numbers; raises photos.bad_box."""
    if len(text) > MOST_BYTES:
        raise Refused("photos.bad_box")
    try:
        found = json.loads(text or "[]")
    except ValueError as error:
        raise Refused("photos.bad_box") from error
    if not isinstance(found, list) or not all(isinstance(box, list) for box in found):
        raise Refused("photos.bad_box")
    return found


@page(publishing.RIGHT)
def covered(request: StaffRequest, kind: str, subject_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """The public copy, as anybody would see it."""
    _number, photo = _photo(request, kind, subject_id, photo_id)
    stands = releases.of_photos([photo]).get(photo.pk)
    if stands is None:
        raise Refused("common.not_found")
    return stream_path(releases.public_path(stands, thumb=bool(request.GET.get("thumb"))), keep=False)
