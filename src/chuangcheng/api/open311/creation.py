"""A new service request: one report by the same action as at every other door, whoever sends it again.

GeoReport gives a request no id before the server does, so a client that lost an answer would report twice. Here every
creation has an id: the client's own (``id``, or the header ``Idempotency-Key``), else one derived from its key and
everything it sent. The derived one holds for a day: the same words about the same place from the same program within
24 hours are one report.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chuangcheng.api.open311.answers import answer
from chuangcheng.api.open311.endpoint import check_jurisdiction
from chuangcheng.api.open311.errors import Faults
from chuangcheng.api.open311.requests import MOST_TEXT, ROOT, request_id_of
from chuangcheng.api.open311.services import service
from chuangcheng.api.open311.values import Values
from chuangcheng.api.places import looks_swapped
from chuangcheng.api.problems import language_of
from chuangcheng.api.schemas import EARLIEST
from chuangcheng.api.staff import actor_of_key
from chuangcheng.cases import actions, selectors
from chuangcheng.cases.inputs import CLOCK_SKEW, MAX_PHOTOS
from chuangcheng.cases.models import Source
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import imaging
from chuangcheng.photos.actions import Declaration
from chuangcheng.web import limits

WINDOW = timedelta(days=1)
NOTICE = Label(
    "已收到，受理后公开；凭此编号可随时查询。",
    "Received. It becomes public after review; this id shows how things stand.",
)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_PHONE = re.compile(r"\+?[\d\s\-()]{5,24}", re.ASCII)
Uploads = dict[str, Any]  #: uploaded photos by their hash


@dataclass(frozen=True, slots=True)
class Place:
    """Where: degrees, words, or both."""

    lat: float | None
    lon: float | None
    address: str


def create_request(request: HttpRequest, form: str) -> HttpResponse:
    """Take a request in: 201, or 200 for a repeat, with its id. ``media`` files of a multipart body become photos."""
    limits.check(request, "create")
    if request.META.get("CONTENT_LENGTH") not in (None, "", "0") and request.content_type not in _FORMS:
        raise Refused("open311.form_needed")
    values = Values(request.POST.dict())
    actor = actor_of_key(values.text("api_key") or request.GET.get("api_key", ""))
    check_jurisdiction(values.text("jurisdiction_id") or request.GET.get("jurisdiction_id", ""))
    files = _files(request)
    given = _read(values, _id(request, actor, files), files)
    for file in files.values():
        imaging.process(_bytes(file))  # what is no photo is refused before anything is written
    report, created = actions.create_report(actor=actor, given=given)
    for sha256, file in files.items():
        actions.ingest_photo(report_id=report.id, sha256=sha256, data=_bytes(file))
    request_id = request_id_of(report.number, report.id)
    body = [{"service_request_id": request_id, "service_notice": NOTICE.text(language_of(request)), "account_id": None}]
    address = reverse("open311:request", args=[request_id, form])
    return answer(form, ROOT, body, status=201 if created else 200, headers={"Location": address})


def _read(values: Values, request_id: UUID | None, files: Uploads) -> actions.ReportInput:
    """The report in what was sent; raises :class:`Faults` naming everything that is wrong."""
    code = values.text("service_code")
    name = ""
    if code:
        name = service(code).zh
    else:
        values.note("open311.missing", name="service_code")
    place = _place(values)
    text = values.text("description", MOST_TEXT) or name
    contact_name = " ".join(filter(None, (values.text("last_name", 30), values.text("first_name", 29))))
    observed_at, phone = _observed_at(values), _phone(values)
    if request_id is None:
        values.note("open311.bad_id")
    if values.faults or request_id is None:
        raise Faults(*values.faults)
    return actions.ReportInput(
        id=request_id,
        text=text,
        source=Source.OPEN311.value,
        category_code=code,
        lat=place.lat,
        lon=place.lon,
        address=place.address,
        observed_at=observed_at,
        contact_name=contact_name,
        contact_phone=phone,
        photos=tuple(Declaration(sha256, "near") for sha256 in files),
    )


def _place(values: Values) -> Place:
    """One of lat and long, or address_string, by the standard; both are welcome."""
    written, address = len(values.faults), values.text("address_string", 200)
    if values.text("lat") and values.text("long") and _is_swapped(values):
        values.note("open311.swapped")
        return Place(None, None, address)
    lat, lon = values.number("lat", -90, 90), values.number("long", -180, 180)
    if len(values.faults) == written:
        if (lat is None) != (lon is None):
            values.note("open311.half_a_place")
        elif lat is None and not address:
            values.note("open311.no_address_register" if values.text("address_id") else "open311.place_needed")
    return Place(lat, lon, address)


def _is_swapped(values: Values) -> bool:
    try:
        return looks_swapped(float(values.text("lat")), float(values.text("long")))
    except ValueError:
        return False


def _observed_at(values: Values) -> datetime | None:
    """When it was seen, for clients that say so (``requested_datetime`` is the standard's word in answers)."""
    moment = values.moment("requested_datetime")
    if moment and moment > clock.now() + CLOCK_SKEW:
        values.note("open311.future", name="requested_datetime")
    elif moment and moment < EARLIEST:
        values.note("open311.too_long_ago", name="requested_datetime")
    return moment


def _phone(values: Values) -> str:
    phone = values.text("phone")
    if phone and not _PHONE.fullmatch(phone):
        values.note("open311.bad_phone")
    return phone


def _id(request: HttpRequest, actor: Actor, files: Uploads) -> UUID | None:
    """The report's id: named by the client, or derived; None if ``id`` is no UUID."""
    named = request.POST.get("id", "").strip()
    if named:
        return _uuid(named)
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip().strip('"')
    if key:
        return _uuid(key) or _derived([str(actor.post_id), key])
    sent = sorted((name, value) for name, values in request.POST.lists() if name != "api_key" for value in values)
    content = [str(actor.post_id), sent, sorted(files)]
    day = int(clock.now().timestamp() // WINDOW.total_seconds())
    earlier = _derived([*content, day - 1])
    return earlier if _was_here(earlier) else _derived([*content, day])


def _was_here(report_id: UUID) -> bool:
    """Whether a report was received under the id within the window: it may have begun on the day before."""
    try:
        report = selectors.public_report(report_id)
    except Refused:
        return False
    return report.received_at > clock.now() - WINDOW


def _derived(content: list[object]) -> UUID:
    """A UUID of version 8 that nobody can compute without the home's key."""
    bits = int(digest_of("open311.create", content)[:32], 16)
    return UUID(int=bits & ~(0xF << 76) & ~(0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) <= 45 else None
    except ValueError:
        return None


def _files(request: HttpRequest) -> Uploads:
    """The uploaded photos by their hash, each once."""
    found = [*request.FILES.getlist("media"), *request.FILES.getlist("media[]")]
    if len(found) > MAX_PHOTOS:
        raise Refused("open311.too_many_values", name="media", most=MAX_PHOTOS)
    limit = settings.CITY.photo_max_mb
    if any((file.size or 0) > limit * 1024 * 1024 for file in found):
        raise Refused("photos.too_large", limit=limit)
    by_hash = {hashlib.sha256(_bytes(file)).hexdigest(): file for file in found}
    return dict(sorted(by_hash.items()))  # the order of sending is no part of what was sent


def _bytes(file: UploadedFile[Any]) -> bytes:
    file.seek(0)
    return bytes(file.read())
