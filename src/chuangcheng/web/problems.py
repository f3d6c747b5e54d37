"""Refusals as answers: ``application/problem+json`` for scripts, a page for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from chuangcheng.kernel.problems import Refused


def language() -> str:
    """The language of this answer, ``zh-hans`` or ``en``."""
    return get_language() or "zh-hans"


def wants_json(request: HttpRequest) -> bool:
    """True for fetch and htmx requests, which put the sentence into a toast rather than show a page."""
    accept = request.headers.get("Accept", "")
    return "HX-Request" in request.headers or ("json" in accept and "text/html" not in accept)


def problem_response(refused: Refused, request: HttpRequest) -> HttpResponse:
    """The refusal as problem details (RFC 9457) or as an error page, with the catalogue's status."""
    status, detail = refused.problem.status, refused.message(language())
    if not wants_json(request):
        return render(request, "web/error.html", {"status": status, "detail": detail}, status=status)
    body: dict[str, object] = {"type": "about:blank", "title": refused.code, "status": status, "detail": detail}
    if refused.fields:
        body["errors"] = [{"field": f.field, "code": f.code, "message": f.said(language())} for f in refused.fields]
    return JsonResponse(body, status=status, content_type="application/problem+json")
