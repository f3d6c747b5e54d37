"""Reports: citizens send them and follow them without signing in; staff list them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.body import read, read_chunks, read_model
from chuangcheng.api.filters import ReportQuery
from chuangcheng.api.places import looks_swapped
from chuangcheng.api.problems import field_error, language_of, problem
from chuangcheng.api.schemas import ContactIn, PhotoIn, ReceiptOut, ReportIn, ReportOut, ReportPage
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.cases import actions, selectors
from chuangcheng.cases.camera import vouched
from chuangcheng.cases.models import Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import CASE, REFUSALS, REPORT
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import require
from chuangcheng.photos import films
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.web import limits

router = Router(tags=["reports"])
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[A-Z]{2}[0-9]{8}-[0-9]{6,}")


@router.post("", response={200: ReceiptOut, 201: ReceiptOut}, operation_id="create_report", summary="Report a problem")
def create(request: HttpRequest) -> HttpResponse:
    """Anonymous and idempotent: the same id with the same body answers 200 with the same number, another body 409.
    A place outside the city is accepted and flagged, unless lat and lon exchanged would lie inside. Photos follow by
    PUT."""
    limits.check(request, "create")
    given = read_model(request, ReportIn)
    if given.lat is not None and given.lon is not None and looks_swapped(given.lat, given.lon):
        return _swapped(request)
    report, created = actions.create_report(actor=CITIZEN, given=_input(given))
    body = _state(request, report) | {"receipt_code": actions.code_of(report.id)}
    return answer(body, 201 if created else 200, {"Location": f"{request.path.rstrip('/')}/{report.id}"})


@router.put("/{report_id}/photos/{sha256}", response={200: ReportOut}, operation_id="put_photo",
            summary="Send a declared photo")  # fmt: skip
def put_photo(request: HttpRequest, report_id: str, sha256: str) -> HttpResponse:
    """The raw bytes of a photo that the report declared. Repeating is harmless; other bytes are refused (422)."""
    limits.check(request, "photo")
    owner, wanted = _uuid(report_id), sha256.lower()
    if owner is None or not _SHA256.fullmatch(wanted):
        raise Refused("common.not_found")
    data = read(request, settings.CITY.photo_max_mb * 1024 * 1024)
    actions.ingest_photo(report_id=owner, sha256=wanted, data=data)
    return answer(_state(request, selectors.public_report(owner)))


@router.put("/{report_id}/videos/{sha256}", response={200: ReportOut}, operation_id="put_video",
            summary="Send a declared video")  # fmt: skip
def put_video(request: HttpRequest, report_id: str, sha256: str) -> HttpResponse:
    """The raw bytes of the video that the report declared (MP4, MOV or WebM; `video_bytes`, `video_seconds`). Repeating
    is harmless. It is processed afterwards; `videos` tells what became of it. Where the server has no program for
    videos, all of them are refused (422, photos.no_video); the report stands."""
    limits.check(request, "video")
    owner, wanted = _uuid(report_id), sha256.lower()
    if owner is None or not _SHA256.fullmatch(wanted):
        raise Refused("common.not_found")
    chunks = read_chunks(request, settings.CITY.video_bytes)
    actions.ingest_film(report_id=owner, sha256=wanted, chunks=chunks)
    return answer(_state(request, selectors.public_report(owner)))


@router.get("/{report_id}", response={200: ReportOut}, operation_id="get_report", summary="Follow a report")
def get_report(request: HttpRequest, report_id: str, code: str | None = None) -> HttpResponse:
    """The public state by the report's UUID, or by its number together with the code from the receipt."""
    given = _uuid(report_id)
    limits.check(request, "read" if given else "code")
    if given:
        return answer(_state(request, selectors.public_report(given)))
    if not (code and code.isascii() and _NUMBER.fullmatch(report_id)):
        raise Refused("common.not_found")
    return answer(_state(request, selectors.public_report_by_number(report_id, code.upper())))


#: What a row of the list reads.
COLUMNS = (
    "id", "number", "state", "source", "text", "category__code", "category__zh", "lat", "lon", "address",
    "division__code", "outside_city", "observed_at", "received_at", "case__number", "reason_code", "confirmed",
    "photos_declared", "photos_missing",
)  # fmt: skip


@router.get("", response={200: ReportPage}, auth=StaffToken(), operation_id="list_reports", summary="List reports")
def list_reports(request: TokenRequest, query: Query[ReportQuery]) -> HttpResponse:
    """The reports in reach of the token's post, newest first."""
    require(request.auth, "reports.view")
    rows = query.narrow(selectors.visible_reports(request.auth))
    return paging.page(rows, "received_at", query, COLUMNS, _row)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in ("number", "state", "source")},
        "text": masked(row["text"]),
        "category": code_and_name(row["category__code"], row["category__zh"]),
        **{name: row[name] for name in ("lat", "lon")},
        "address": masked(row["address"]),
        "division": row["division__code"],
        "outside_city": row["outside_city"],
        "observed_at": iso(row["observed_at"]),
        "received_at": iso(row["received_at"]),
        "case_number": row["case__number"],
        **{name: row[name] for name in ("reason_code", "confirmed", "photos_declared", "photos_missing")},
    }


def _swapped(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    errors = [field_error(language, "value.swapped", name) for name in ("lat", "lon")]
    return problem(request, Refused("common.invalid"), errors=errors)


def _input(given: ReportIn) -> actions.ReportInput:
    contact = given.contact or ContactIn()
    return actions.ReportInput(
        id=given.id,
        text=given.text,
        source="portal",
        category_code=given.category,
        lat=given.lat,
        lon=given.lon,
        address=given.address or "",
        observed_at=given.observed_at,
        contact_name=contact.name,
        contact_phone=contact.phone,
        photos=tuple(_declaration(photo, given.camera_pass) for photo in given.photos),
        films=(given.video.sha256,) if given.video else (),
        privacy_version=given.privacy,
        complaint=given.complaint,
    )


def _declaration(photo: PhotoIn, camera_pass: str) -> Declaration:
    given = Declaration(photo.sha256, photo.role, photo.taken_at, photo.lat, photo.lon)
    return replace(given, in_camera=photo.in_camera and vouched(given, camera_pass))


def _state(request: HttpRequest, report: Report) -> dict[str, Any]:
    """The public state: codes, labels in the caller's language, no word of the reporter's."""
    language = language_of(request)
    case = report.case
    reason = REFUSALS.get(report.reason_code)
    return {
        "id": str(report.id),
        "number": report.number,
        "state": report.state,
        "state_label": REPORT.state(report.state).label.text(language),
        "url": _address(request, report.id),
        "case_number": case.number if case else None,
        "case_state": case.state if case else None,
        "case_state_label": CASE.state(case.state).label.text(language) if case else None,
        "reason": {"code": report.reason_code, "label": reason.text(language)} if reason else None,
        "received_at": _utc(report.received_at),
        "outside_city": report.outside_city,
        "missing_photos": photos.missing(("report", report.id)) if report.photos_missing else [],
        "videos": _videos(report, language) if report.photos_declared else [],
    }


def _videos(report: Report, language: str) -> list[dict[str, Any]]:
    return [
        {"sha256": film.original_sha256, "state": film.state, "reason": {
            "code": film.reason_code, "label": films.refusal(film.reason_code).message(language),
        } if film.reason_code else None}
        for film in films.of(("report", report.id))
    ]  # fmt: skip


def _address(request: HttpRequest, report_id: UUID) -> str:
    path = reverse("portal:track", args=[report_id])
    return settings.CITY.public_url.rstrip("/") + path if settings.CITY.public_url else request.build_absolute_uri(path)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) <= 45 else None
    except ValueError:
        return None
