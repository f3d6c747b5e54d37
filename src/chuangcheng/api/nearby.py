"""Open cases near a place, for a citizen who is about to report: "is it one of these?", and "me too"."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.body import read_model
from chuangcheng.api.problems import language_of
from chuangcheng.api.schemas import Latitude, Longitude, NearbyOut, WatchIn, WatchOut
from chuangcheng.cases import actions
from chuangcheng.cases.nearby import Near, around
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.problems import Refused
from chuangcheng.web import limits

router = Router(tags=["nearby"])
#: Distances are told in steps: enough to know the heap again, too coarse to measure a place by asking.
STEP = 10


class NearbyQuery(Schema):
    """A WGS-84 place, and the kind of trouble if it is known."""

    lat: Latitude
    lon: Longitude
    category: str = Field("", pattern=r"^[0-9A-Za-z]{0,12}$")


@router.get("", response={200: NearbyOut}, operation_id="nearby", summary="Open cases near a place")
def nearby(request: HttpRequest, query: Query[NearbyQuery]) -> HttpResponse:
    """At most four open cases that came of citizens' reports and were reviewed, the likeliest first. Nothing that
    anybody wrote or photographed is told."""
    limits.check(request, "nearby")
    language = language_of(request)
    return answer({"items": [_row(one, language) for one in around(query.lat, query.lon, query.category)]})


def _row(one: Near, language: str) -> dict[str, Any]:
    category = one.case.category
    return {
        "id": str(one.case.pk),
        "category": code_and_name(category.code, category.zh) if category else None,
        "metres": round(one.metres / STEP) * STEP,
        "filed_at": iso(one.case.filed_at),
        "state": one.case.state,
        "state_label": CASE.state(one.case.state).label.text(language),
        "people": one.people,
    }


@router.post("/{case_id}/watches", response={200: WatchOut, 201: WatchOut}, operation_id="watch_case",
             summary="Me too: follow an open case")  # fmt: skip
def watch(request: HttpRequest, case_id: str) -> HttpResponse:
    """Follow a case instead of reporting the same once more. Idempotent by ``id``; one phone counts once (409)."""
    limits.check(request, "watch")
    given = read_model(request, WatchIn)
    try:
        wanted = UUID(case_id) if len(case_id) <= 45 else None
    except ValueError:
        wanted = None
    if wanted is None:
        raise Refused("common.not_found")
    found, created = actions.watch_case(watch_id=given.id, case_id=wanted, phone=given.phone)
    path = reverse("portal:watch", args=[found.pk])
    public = settings.CITY.public_url.rstrip("/")
    body: dict[str, Any] = {
        "id": str(found.pk),
        "number": found.case.number,
        "url": public + path if public else request.build_absolute_uri(path),
        "received_at": iso(found.at),
        "missing_photos": [],
    }
    return answer(body, 201 if created else 200)
