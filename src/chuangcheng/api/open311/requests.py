"""Service requests: reports of citizens as anybody may see them.

A request's id is the report's number with a code behind it that cannot be guessed. Whoever holds the id may ask how
things stand from the first minute; words, place and times are told once the report was reviewed (law 12).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from chuangcheng.api.open311 import query
from chuangcheng.api.open311.answers import answer
from chuangcheng.api.open311.values import write_time
from chuangcheng.api.problems import language_of
from chuangcheng.cases import selectors
from chuangcheng.cases.models import Outcome, Report
from chuangcheng.cases.publication import is_published, published, with_last_change
from chuangcheng.cases.publishing import photos_of
from chuangcheng.cases.states import CASE, REFUSALS, REPORT
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import receipt_code
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import mask
from chuangcheng.photos.models import Release

ROOT = "service_requests"
#: The standard's longest description.
MOST_TEXT = 4000
_BOTH = Label("{state}：{word}", "{state}: {word}")
_ID = re.compile(r"([A-Z]{2}[0-9]{8}-[0-9]{6,})-([0-9A-Z]{8})")
COLUMNS = (
    "id", "case_id", "number", "state", "source", "reason_code", "text", "address", "lat", "lon",
    "received_at", "changed_at",
    "category__code", "category__zh", "case__state", "case__outcome", "case__due_at", "case__closed_at",
    "case__category__code", "case__category__zh", "case__responsible__name", "case__holder__name",
)  # fmt: skip


def list_requests(request: HttpRequest, form: str) -> HttpResponse:
    """The reviewed reports that answer the filters, newest first; by id also those that wait for review."""
    asked = query.read(request.GET.dict(), clock.now())
    if asked.ids:
        return answer(form, ROOT, _shown(request, by_ids(asked.ids)))
    first = (asked.page - 1) * asked.size
    # Keys first: what is told of a row costs a look into its history, which all rows of 90 days need not pay.
    keys = list(asked.narrow(published()).values_list("pk", flat=True)[first : first + asked.size + 1])
    rows = {row["id"]: row for row in _rows(Report.objects.filter(pk__in=keys[: asked.size]))}
    headers = _next_page(request, asked.page + 1) if len(keys) > asked.size else {}
    return answer(form, ROOT, _shown(request, (rows[key] for key in keys[: asked.size])), headers=headers)


def get_request(request: HttpRequest, form: str, request_id: str) -> HttpResponse:
    """One request, in a list of one as the standard has it."""
    found = by_ids((request_id,))
    if not found:
        raise Refused("open311.no_request")
    return answer(form, ROOT, _shown(request, found))


def get_token(_request: HttpRequest, form: str, token: str) -> HttpResponse:
    """The id of a request by the UUID under which it was sent, for a client whose answer got lost."""
    try:
        report = selectors.public_report(UUID(token))
    except (ValueError, Refused) as error:
        raise Refused("open311.no_token") from error
    return answer(form, ROOT, [{"service_request_id": request_id_of(report.number, report.id), "token": token}])


def request_id_of(number: str, report_id: UUID) -> str:
    """The public id of a report. The code is another one than the receipt's: it lets nobody withdraw or object."""
    return f"{number}-{receipt_code(settings.CITY.key('digest'), report_id)}"


def by_ids(ids: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of genuine ids, in their order; what is no id of ours is left out."""
    given = {match[1]: match[2] for match in map(_ID.fullmatch, ids) if match}
    rows = {row["number"]: row for row in _rows(Report.objects.filter(number__in=given))}
    return [row for number, code in given.items() if (row := rows.get(number)) and _is_code(row, code)]


def _is_code(row: dict[str, Any], code: str) -> bool:
    return hmac.compare_digest(request_id_of(row["number"], row["id"]), f"{row['number']}-{code}")


def _rows(rows: QuerySet[Report]) -> QuerySet[Report, dict[str, Any]]:
    read: QuerySet[Report, dict[str, Any]] = with_last_change(rows).values(*COLUMNS)
    return read


def _shown(request: HttpRequest, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    language = language_of(request)
    listed = list(rows)
    pictures = photos_of({row["id"]: row["case_id"] for row in listed if is_published(row["state"], row["source"])})
    return [_entry(row, language) | {"media_url": _picture(request, pictures.get(row["id"], []))} for row in listed]


def _picture(request: HttpRequest, found: Sequence[Release]) -> str | None:
    """The first photo that was released; its address tells whether it still is."""
    if not found:
        return None
    path = reverse("portal:photo", args=[found[0].pk])
    return settings.CITY.public_url.rstrip("/") + path if settings.CITY.public_url else request.build_absolute_uri(path)


def _entry(row: dict[str, Any], language: str) -> dict[str, Any]:
    public = is_published(row["state"], row["source"])
    closed_at = row["case__closed_at"] if row["case__state"] == "closed" else None
    case_category = row["case__category__code"] is not None
    return {
        "service_request_id": request_id_of(row["number"], row["id"]),
        "status": _status(row),
        "status_notes": _notes(row, language),
        "service_name": row["case__category__zh" if case_category else "category__zh"],
        "service_code": row["case__category__code" if case_category else "category__code"],
        "description": _cut(mask(row["text"])) if public else None,
        "agency_responsible": (row["case__responsible__name"] or row["case__holder__name"]) if public else None,
        "service_notice": None,
        "requested_datetime": write_time(row["received_at"]),
        "updated_datetime": write_time(closed_at or _later(row["received_at"], row["changed_at"])),
        "expected_datetime": write_time(row["case__due_at"]) if public else None,
        "address": mask(row["address"]) or None if public else None,
        "address_id": None,
        "zipcode": None,
        "lat": row["lat"] if public else None,
        "long": row["lon"] if public else None,
    }


def _status(row: dict[str, Any]) -> str:
    """``closed`` when nobody owes anything any more."""
    if row["case__state"]:
        return "open" if row["case__state"] in CASE.open_states() else "closed"
    return "open" if row["state"] in REPORT.open_states() else "closed"


def _notes(row: dict[str, Any], language: str) -> str:
    """Where exactly it stands: the state's own word, and what came of it."""
    if not row["case__state"]:
        label = REPORT.state(row["state"]).label.text(language)
        reason = REFUSALS.get(row["reason_code"])
        return _BOTH.text(language).format(state=label, word=reason.text(language)) if reason else label
    label = CASE.state(row["case__state"]).label.text(language)
    if row["case__state"] != "closed" or not row["case__outcome"]:
        return label
    outcome = gettext(str(Outcome(row["case__outcome"]).label))
    return _BOTH.text(language).format(state=label, word=outcome)


def _later(one: datetime, other: datetime | None) -> datetime:
    return max(one, other) if other else one


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _next_page(request: HttpRequest, page: int) -> dict[str, str]:
    """The standard is silent about what lies behind the last row; a Link header (RFC 8288) is not."""
    asked = request.GET.copy()
    asked["page"] = str(page)
    return {"Link": f'<{request.build_absolute_uri(request.path)}?{asked.urlencode()}>; rel="next"'}
