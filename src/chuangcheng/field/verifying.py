"""Verification on the phone: a page that works without a net, its list, and what its queue sends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chuangcheng.cases import actions, verifying
from chuangcheng.cases.camera import camera_pass, vouched
from chuangcheng.cases.models import Case
from chuangcheng.cases.reading import masked
from chuangcheng.cases.verifying import Waiting
from chuangcheng.field import bodies
from chuangcheng.field.place import read_place
from chuangcheng.kernel import clock
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import Photo
from chuangcheng.web.pages import page
from chuangcheng.web.scored import tongue
from chuangcheng.web.signed_in import StaffRequest


class ShotIn(BaseModel):
    """A photo that will follow."""

    model_config = ConfigDict(extra="ignore")

    sha256: str = Field(max_length=64)
    taken_at: AwareDatetime | None = None
    lat: float | None = None
    lon: float | None = None
    in_camera: bool = False


class VerdictIn(BaseModel):
    """What the phone's queue sends."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    handled_at: AwareDatetime
    fixed: bool
    note: str = ""
    camera_pass: str = Field("", max_length=64)
    photos: list[ShotIn] = Field(default=[], max_length=10)


@page("cases.verify")
@require_GET
def shell(request: StaffRequest) -> HttpResponse:
    """The page itself holds no case: its script fills it, and keeps what it saw last for when there is no net."""
    response = render(request, "field/verifying.html", {"here": "verify", "max_mb": settings.CITY.photo_max_mb})
    response["Cache-Control"] = "no-cache"
    return response


@page("cases.verify")
@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """What waits for me, the near ones first, with the addresses of the photos, and a pass for the camera."""
    place = read_place(request.GET.get("lat"), request.GET.get("lon"))
    found = [_told(each) for each in verifying.waiting(request.actor, place)]
    told = {"as_of": clock.now().isoformat(), "camera_pass": camera_pass(), "cases": found}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _told(each: Waiting) -> dict[str, Any]:
    case = each.case
    return {
        "id": str(case.pk), "number": case.number, "words": masked(case.text),
        "category": tongue(case.category) if case.category else "",
        "address": masked(case.address) or (case.division.name if case.division else ""), "lat": case.lat,
        "lon": case.lon, "unit": case.handled_unit.short_name if case.handled_unit else "",
        "handled_at": case.handled_at.isoformat() if case.handled_at else "", "due_at": each.due_at.isoformat(),
        "outcome": case.outcome, "severity": case.severity,
        "before": [_picture(case, *one) for one in each.before], "after": [_picture(case, *one) for one in each.after],
        "url": reverse("field:verdicts", args=[case.pk]),
    }  # fmt: skip


def _picture(case: Case, kind: str, owner: UUID, photo: Photo) -> dict[str, str]:
    url = {
        "case": lambda: reverse("desk:case_photo", args=[owner, photo.pk]),
        "report": lambda: reverse("desk:report_photo", args=[owner, photo.pk]),
        "check": lambda: reverse("desk:evidence", args=[case.pk, owner, photo.pk]),
    }[kind]()
    return {"url": url, "grade": photo.grade, "taken_at": photo.taken_at.isoformat() if photo.taken_at else ""}


@page("cases.verify")
@require_POST
def take_in(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """What the queue of the phone sends, as often as it likes: the same id and body are one."""
    given = bodies.read(request, VerdictIn)
    declared = (Declaration(one.sha256, "evidence", one.taken_at, one.lat, one.lon) for one in given.photos)
    shots = tuple(
        Declaration(
            one.sha256, one.role, one.taken_at, one.lat, one.lon, sent.in_camera and vouched(one, given.camera_pass)
        )
        for one, sent in zip(declared, given.photos, strict=True)
    )
    case, done = actions.give_verdict(
        actor=request.actor, case_id=case_id,
        given=actions.VerdictInput(
            id=given.id, handled_at=given.handled_at, fixed=given.fixed, note=given.note, photos=shots
        ),
    )  # fmt: skip
    return JsonResponse(_said(request, case, given.id), status=201 if done else 200)


def _said(request: HttpRequest, case: Case, verdict: UUID) -> dict[str, Any]:
    """What the queue believes: of its own photos those are safe that the case does not miss."""
    return {
        "id": str(verdict), "number": case.number, "received_at": clock.now().isoformat(),
        "url": request.build_absolute_uri(reverse("field:case", args=[case.pk])),
        "missing_photos": photos.missing(("case", case.pk)),
    }  # fmt: skip


@page("cases.verify")
@require_http_methods(["PUT"])
def put_photo(request: StaffRequest, case_id: UUID, verdict_id: UUID, sha256: str) -> HttpResponse:
    """The raw bytes of a photo that came with a verdict."""
    data = bodies.photo(request, sha256)
    case = actions.ingest_verdict_photo(
        actor=request.actor, case_id=case_id, verdict_id=verdict_id, sha256=sha256, data=data
    )  # fmt: skip
    return JsonResponse(_said(request, case, verdict_id))
