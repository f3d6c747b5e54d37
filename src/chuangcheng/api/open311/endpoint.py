"""What every address of this door has in common: methods, jurisdiction, and errors in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from chuangcheng.api.open311.errors import refuse
from chuangcheng.api.problems import language_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.web import limits

View = Callable[..., HttpResponse]


def endpoint(**methods: View) -> View:
    """A view of ``form`` ("xml" or "json") that serves each named method; HEAD is GET without the body. Reads are
    counted here, creations by their own view."""

    def respond(request: HttpRequest, form: str, **arguments: str) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else request.method or ""
        try:
            if method not in methods:
                return _not_that_way(request, form, method, [*methods])
            if method == "GET":
                limits.check(request, "read")
                check_jurisdiction(request.GET.get("jurisdiction_id", ""))
            with translation.override(language_of(request)):
                return methods[method](request, form, **arguments)
        except Exception as error:  # noqa: BLE001 - told in the standard's form, and logged there
            return refuse(request, form, error)

    respond.csrf_exempt = True  # type: ignore[attr-defined]
    return respond


def no_such_path(request: HttpRequest, **_: Any) -> HttpResponse:
    """404 for everything else, in the form that the address or the Accept header names, else XML."""
    wants_json = request.path.endswith(".json") or "json" in request.META.get("HTTP_ACCEPT", "")
    return refuse(request, "json" if wants_json else "xml", Refused("open311.no_path"))


def check_jurisdiction(value: str) -> None:
    """One server, one city: its division code or its web address may be named, and need not be."""
    address = (urlsplit(settings.CITY.public_url).hostname or "").removeprefix("www.")
    if value and value not in {settings.CITY.city_code, address}:
        raise Refused("open311.no_jurisdiction", value=value[:80])


def _not_that_way(request: HttpRequest, form: str, method: str, allowed: list[str]) -> HttpResponse:
    response = refuse(request, form, Refused("api.method_not_allowed", method=method[:12]))
    response["Allow"] = ", ".join([*allowed, *(["HEAD"] if "GET" in allowed else [])])
    return response
