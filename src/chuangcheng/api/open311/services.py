"""Services: the case categories that a citizen may choose from, and where this door stands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chuangcheng.api.open311.answers import FORMS, answer
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category
from chuangcheng.kernel.problems import Refused

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def list_services(_request: HttpRequest, form: str) -> HttpResponse:
    """The matters that the campaign meets most and those that the published edition judges, by code."""
    return answer(form, "services", [_service(row) for row in offered()])


def get_service(_request: HttpRequest, form: str, code: str) -> HttpResponse:
    """A service's definition. No category asks for more than the request itself holds, so it has no attributes."""
    return answer(form, "service_definition", {"service_code": service(code).code, "attributes": []})


def discover(request: HttpRequest, form: str) -> HttpResponse:
    """Open311's service discovery: which endpoint speaks which specification."""
    edition = framework.current_edition()
    changed = edition.published_at if edition and edition.published_at else None
    changeset = f"{changed:%Y-%m-%d %H:%M}" if changed else "2000-01-01 00:00"
    root = reverse("open311:services", args=["xml"]).removesuffix("/services.xml")
    public = settings.CITY.public_url.rstrip("/")
    endpoint = {
        "specification": SPECIFICATION,
        "url": public + root if public else request.build_absolute_uri(root),
        "changeset": changeset,
        "type": "test" if settings.CITY.clock else "production",
        "formats": [kind.partition(";")[0] for kind in FORMS.values()],
    }
    office = f"{settings.CITY.city_name}创城办"
    body = {"changeset": changeset, "contact": office, "key_service": office, "endpoints": [endpoint]}
    return answer(form, "discovery", body)


def offered() -> list[Category]:
    """What the list shows. More categories exist (:func:`service` takes them all), but nobody reads hundreds."""
    edition = framework.current_edition()
    return [
        row
        for row in framework.categories()
        if row.kind == "matter" and (row.is_top or (edition and framework.standards_for_category(edition, row.code)))
    ]


def service(code: str) -> Category:
    """The matter of that code, or ``open311.no_service``. A component is no matter; its fault is."""
    found = framework.category(code)
    if found is None or found.kind != "matter":
        raise Refused("open311.no_service", service=code[:40])
    return found


def _service(row: Category) -> dict[str, Any]:
    return {
        "service_code": row.code,
        "service_name": row.zh,
        "description": f"{row.class_zh}：{row.zh}",
        "metadata": False,
        "type": "realtime",
        "keywords": f"{row.zh},{row.class_zh}",
        "group": row.class_zh,
    }
